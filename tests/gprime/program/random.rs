//! Random programs with loops, carried values, table look-ups and branches, in whole numbers, so that all that is computed is exact: values, gradients
//! and products with the Hessian are those of plain numbers and of a tape, to the last bit.

use super::{compiled, evaluated};
use gprime::prelude::*;
use proptest::prelude::*;

/// What is assigned, or done.
#[derive(Clone, Debug)]
pub enum Line {
    /// `cells[to] = cells[a] ∘ cells[b]`.
    Set { to: Place, op: u8, a: Place, b: Place },
    /// `lines`, so many times.
    Repeat { count: usize, lines: Vec<Line> },
    /// `yes` where one cell is below another one, else `no`.
    Branch { a: Place, b: Place, yes: Vec<Line>, no: Vec<Line> },
}

/// A cell: affine in the counters of the loops around it, round about the memory; or one out of a table.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    base: usize,
    steps: [i64; 3],
    in_table: bool,
}

/// How many cells there are.
const CELLS: usize = 24;
/// How many of them are inputs at first.
pub const INPUTS: usize = 8;
/// The largest factor of a product: products of large numbers would soon have adjoints that are not exact on the way, though their sum is.
const LARGEST: f64 = 1000.0;

impl Place {
    fn index(&self, counters: &[usize]) -> usize {
        let at = self.steps.iter().zip(counters).fold(self.base as i64, |at, (step, &k)| at + step * k as i64);
        let at = at.rem_euclid(CELLS as i64) as usize;
        if self.in_table { at * 7 % CELLS } else { at }
    }
}

pub struct Program(pub Vec<Line>);

impl Routine for Program {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        let (cells, _) = self.end(start(x));
        vec![cells[CELLS - 1], cells[3], cells.iter().map(|&cell| small(cell)).sum()]
    }
}

impl Program {
    /// The cells at the end, and the outcomes of the comparisons that the program branches on.
    fn end<R: Number>(&self, mut cells: Vec<R>) -> (Vec<R>, Vec<bool>) {
        let mut outcomes = vec![];
        run(&self.0, &mut vec![], &mut cells, &mut outcomes);
        (cells, outcomes)
    }
}

/// The cells at first: the inputs, and constants behind them.
fn start<R: Number>(x: &[R]) -> Vec<R> {
    let mut cells = vec![R::from(1.0); CELLS];
    cells[..INPUTS].copy_from_slice(x);
    cells
}

/// The cells that a program ends with, where all of them are inputs at first, in turn, so that nothing is a constant; and the outcomes of the comparisons
/// that it branches on.
pub fn cells<R: Number>(program: &Program, x: &[R]) -> (Vec<R>, Vec<bool>) {
    program.end((0..CELLS).map(|k| x[k % INPUTS]).collect())
}

/// A number, unless it is too large to be multiplied.
fn small<R: Number>(x: R) -> R {
    R::select((x * x).less_equal((LARGEST * LARGEST).into()), x, R::from(2.0))
}

fn run<R: Number>(lines: &[Line], counters: &mut Vec<usize>, cells: &mut [R], outcomes: &mut Vec<bool>) {
    for line in lines {
        match line {
            Line::Set { to, op, a, b } => {
                let (a, b) = (cells[a.index(counters)], cells[b.index(counters)]);
                cells[to.index(counters)] = match op % 8 {
                    0 => a + b,
                    1 => a - b,
                    2 => small(a) * small(b),
                    3 => -a + 1.0,
                    4 => a.max(b),
                    5 => R::select(a.less(b), a, b * 2.0),
                    6 => a,
                    _ => a * 2.0 + b,
                };
            }
            Line::Repeat { count, lines } => {
                for k in 0..*count {
                    counters.push(k);
                    run(lines, counters, cells, outcomes);
                    counters.pop();
                }
            }
            Line::Branch { a, b, yes, no } => {
                let holds = cells[a.index(counters)] < cells[b.index(counters)];
                outcomes.push(holds);
                run(if holds { yes } else { no }, counters, cells, outcomes);
            }
        }
    }
}

fn place() -> impl Strategy<Value = Place> {
    let steps = prop_oneof![3 => Just(0i64), 3 => Just(1), 1 => Just(-1), 1 => Just(3)];
    (0..CELLS, [steps.clone(), steps.clone(), steps], proptest::bool::weighted(0.1))
        .prop_map(|(base, steps, in_table)| Place { base, steps, in_table })
}

pub fn lines() -> impl Strategy<Value = Vec<Line>> {
    let set = (place(), any::<u8>(), place(), place()).prop_map(|(to, op, a, b)| Line::Set { to, op, a, b });
    let line = set.prop_recursive(3, 24, 6, |line| {
        let lines = prop::collection::vec(line, 1..6);
        prop_oneof![
            4 => (1..12usize, lines.clone()).prop_map(|(count, lines)| Line::Repeat { count, lines }),
            1 => (place(), place(), lines.clone(), lines).prop_map(|(a, b, yes, no)| Line::Branch { a, b, yes, no }),
        ]
    });
    prop::collection::vec(line, 1..8)
}

pub fn points() -> impl Strategy<Value = Vec<Vec<f64>>> {
    let whole = (-3i32..=3).prop_map(f64::from);
    prop::collection::vec(prop::collection::vec(whole, INPUTS), 2..6)
}

/// The outcomes of the comparisons that a program branches on at a point.
pub fn branches(program: &Program, x: &[f64]) -> Vec<bool> {
    program.end(start(x)).1
}

/// Whether numbers are so small that they are exact, and have few digits behind the point, where ties of `max` put halves of halves: with many of them
/// the numbers on the way have more than there is room for.
pub fn exact(numbers: &[f64]) -> bool {
    numbers.iter().all(|x| x.abs() < 2f64.powi(50) && (x * 1024.0).fract() == 0.0)
}

/// Numbers that are equal; a zero has either sign.
pub fn expect(what: &str, is: &[f64], must: &[f64], program: &Program) {
    assert!(is == must, "{what}: {is:?} and not {must:?} of {:?}", program.0);
}

/// Some output alone.
pub struct Output<'a>(pub &'a Program, pub usize);
impl Routine for Output<'_> {
    type Out = ();
    fn run<R: Number>(&self, x: &[R]) -> R {
        self.0.run(x)[self.1]
    }
}

/// The gradient, and the product of the Hessian with a direction, forward over forward.
fn forward(output: &Output<'_>, x: &[f64], u: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let along = |i: usize| {
        let unit = |j: usize| f64::from(u8::from(i == j));
        let x: Vec<Dual<Dual>> = (0..x.len()).map(|j| Dual::new(Dual::new(x[j], u[j]), unit(j).into())).collect();
        let y = output.run(&x);
        (y.tangent.primal, y.tangent.tangent)
    };
    (0..x.len()).map(along).unzip()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// A replay gives what recording anew gives, or says that a branch changed.
    #[test]
    fn a_replay_is_right_or_an_error(lines in lines(), points in points()) {
        let program = Program(lines);
        let made = compiled(&program, &points[0]);
        let reassociated = made.reassociate().unwrap();
        let recorded = branches(&program, &points[0]);
        for x in &points {
            let plain = program.run(&x[..]);
            let summed = evaluated(&reassociated, x);
            match evaluated(&made, x) {
                Ok(y) => {
                    prop_assert_eq!(&branches(&program, x), &recorded);
                    expect("the results", &y, &plain, &program);
                    if exact(&plain) {
                        expect("the results in another order", &summed.unwrap(), &plain, &program);
                    }
                }
                Err(error) => {
                    prop_assert!(error.is_branch(), "{}", error);
                    prop_assert_ne!(&branches(&program, x), &recorded, "{}", error);
                }
            }
        }
    }

    /// So do the derivatives.
    #[test]
    fn derivatives_are_exact(lines in lines(), points in points(), which in 0..3usize) {
        let program = Program(lines);
        let output = Output(&program, which);
        let made = gprime::Program::trace(&output, &points[0]).unwrap();
        for x in &points {
            let u = &points[1];
            let mut g = vec![f64::NAN; INPUTS];
            let Ok(value) = made.value_and_gradient(x, &mut g) else { continue };
            let (expected, products) = (output.gradient(x), output.hvp(x, u));
            evaluated(made.gradient_program().unwrap(), x).unwrap();
            // numbers may be too large to be exact, or those on the way: then forward and reverse mode differ without us
            let (forward, second) = forward(&output, x, u);
            if forward != expected || !exact(&expected) {
                continue;
            }
            prop_assert_eq!(value, output.run(&x[..]));
            expect("the gradient", &g, &expected, &program);
            let (mut y, mut moved) = ([f64::NAN], [f64::NAN]);
            made.jvp(x, u, &mut y, &mut moved).unwrap();
            let along: f64 = expected.iter().zip(u).map(|(g, u)| g * u).sum();
            if output.jvp(x, u).1 == [along] && exact(&[along]) {
                expect("the tangent", &moved, &[along], &program);
            }
            let mut hu = vec![f64::NAN; INPUTS];
            made.hvp(x, u, &mut hu).unwrap();
            if second == products && exact(&products) {
                expect("the product with the Hessian", &hu, &products, &program);
            }
        }
    }
}
