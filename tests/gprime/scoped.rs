//! Numbers of a scope: what a tape and a recorder make of them, and each use that is not allowed.

use crate::common::{close, quietly, same};
use gprime::graph::{Operand, Relation};
use gprime::scoped::{self, Holder, Scoped};
use gprime::{Error, prelude::*};
use std::fmt::{Debug, Display};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

type OfDual = Scoped<Tape<Dual>>;

/// What matrices of a library ask of their numbers.
trait Entry:
    Copy
    + Send
    + Sync
    + 'static
    + PartialOrd
    + Default
    + Debug
    + Display
    + Neg<Output = Self>
    + for<'a> Add<&'a Self, Output = Self>
    + for<'a> Sub<&'a Self, Output = Self>
    + for<'a> Mul<&'a Self, Output = Self>
    + for<'a> Div<&'a Self, Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + for<'a> AddAssign<&'a Self>
    + for<'a> SubAssign<&'a Self>
    + for<'a> MulAssign<&'a Self>
    + for<'a> DivAssign<&'a Self>
    + Sum
    + Product
    + for<'a> Sum<&'a Self>
    + for<'a> Product<&'a Self>
{
    fn magnitude(self) -> Self;
}
impl Entry for f64 {
    fn magnitude(self) -> f64 {
        self.abs()
    }
}
impl<H: Holder<Value: Display> + Holder<Node: Send + Sync, Value: Send + Sync>> Entry for Scoped<H> {
    fn magnitude(self) -> Self {
        self.abs()
    }
}

/// The solution of a system of linear equations, by elimination with pivots: a library's function, of a number that knows nothing of derivatives.
fn solve<T: Entry>(mut a: Vec<Vec<T>>, mut b: Vec<T>) -> Vec<T> {
    let n = b.len();
    for k in 0..n {
        for i in k + 1..n {
            if a[i][k].magnitude() > a[k][k].magnitude() {
                a.swap(i, k);
                b.swap(i, k);
            }
        }
        let (pivot, of_pivot) = (a[k].clone(), b[k]);
        for (row, b) in a.iter_mut().zip(&mut b).skip(k + 1) {
            let factor = row[k] / pivot[k];
            row.iter_mut().zip(&pivot).skip(k).for_each(|(entry, above)| *entry -= factor * above);
            *b -= factor * of_pivot;
        }
    }
    for k in (0..n).rev() {
        let rest: T = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - rest) / a[k][k];
    }
    b
}

/// The sum of the squares of the solution; the first n² numbers are the matrix.
fn of_solution<T: Entry>(x: &[T], n: usize) -> T {
    let rows = x[..n * n].chunks(n).map(<[T]>::to_vec).collect();
    solve(rows, x[n * n..].to_vec()).into_iter().map(|x| x * x).sum()
}

const SYSTEM: [f64; 12] = [0.5, -1.0, 2.0, 3.0, 0.25, -0.75, 1.5, 2.5, 0.125, 1.0, 2.0, -1.0];

struct Step;
impl Function<3, 2> for Step {
    fn run<R: Apply>(&self, [x, y, z]: [R; 3]) -> [R; 2] {
        [R::select(x.less(y), (x * z).sin(), y * 0.5), x + y * z]
    }
}

#[derive(Clone)]
struct Decay;
impl Function<2, 1> for Decay {
    fn run<R: Apply>(&self, [x, k]: [R; 2]) -> [R; 1] {
        [x - x * k * 0.1]
    }
}

#[derive(Clone, PartialEq)]
struct Squares;
impl gprime::function::VectorRule for Squares {
    fn name(&self) -> &'static str {
        "squares"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        Ok(lens.iter().sum())
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        y.iter_mut().zip(x).for_each(|(y, x)| *y = x * x);
        Ok(())
    }
    fn pull_back<R: Apply>(&self, x: &[R], _: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        (0..x.len()).for_each(|i| of_x[i] = x[i] * of_y[i] * 2.0);
        Ok(())
    }
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        self.pull_back(x, y, of_x, of_y)
    }
}

/// Every call and operator, of at least 4 numbers.
fn everything<R: Number>(x: &[R]) -> R {
    let [a, b] = R::run(&Step, [x[0], x[1], x[2]]);
    let [c, d] = R::map(&Step, [x, x, &x[..1]]);
    let mut state = x.to_vec();
    R::scan(&Decay, Keep::Few, 3, [&mut state], [], [&x[1..2]]);
    let products = R::contract(&x[..4], &x[..2], 2);
    let [e] = R::call_closure([a, b], |[a, b]| [a * b.exp() + a]);
    let [f] = R::checkpoint(9, [e], &x[..2], |i, [s], p| [(s * p[0]).sin() + p[1] * i as f64]);
    let terms = R::sum_terms(9, x, |i, x| (x[i % 4] * i as f64).sin() * x[0]);
    let squares = R::vector(&Squares, &[&x[..2], &x[2..]]).unwrap();
    let mut sum = R::reduce_each(&Decay, [x], [&[0.5]]) + x.dot(&c) + x.weighted_sum(&vec![0.5; x.len()]) + f + terms;
    sum += x[0].max(x[1]) * d[0].norm_of(x[2]);
    sum -= R::select(x[0].less_equal(x[1]), x[0].sigmoid(), x[1]);
    sum *= state[1] / (x[3] * x[3] + 1.0);
    sum + products.iter().sum::<R>() + squares.iter().product::<R>() + (-x[2]).detach() * x[0].powi(3)
}

/// A method on numbers of a program, as a library of one's own has.
trait NormOf: Number {
    fn norm_of(self, other: Self) -> Self {
        if self > other { self.hypot(other) } else { other.hypot(self) }
    }
}
impl<R: Number> NormOf for R {}

#[track_caller]
fn identical(a: &[f64], b: &[f64]) {
    assert!(a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| same(a, b)), "{a:?} and {b:?}");
}

#[test]
fn it_is_what_libraries_ask_for() {
    fn is<T: Entry + Number + From<f64>>() {}
    is::<Scoped>();
    is::<OfDual>();
    is::<Scoped<Recorder>>();
    assert_eq!(format!("{} {:?} {}", <Scoped>::from(1.5), <Scoped>::default(), OfDual::from(2.0)), "1.5 0.0 2 + 0ε");
    assert_eq!(size_of::<Scoped>(), size_of::<Var>());
}

#[test]
fn gradients_are_those_of_a_tape_to_the_bit() {
    let x = [0.3, -1.2, 0.7, 2.0, 1.1];
    let (mut expected, mut g) = ([0.0; 5], [0.0; 5]);
    let value = value_and_gradient(|x| everything(x), &x, &mut expected);
    assert_eq!(scoped::value_and_gradient(everything, &x, &mut g), Ok(value));
    identical(&g, &expected);
    identical(&scoped::gradient(everything, &x).unwrap(), &expected);

    let outputs = |k: usize| 0.5 + k as f64;
    let rows = jacobian(|x| (0..11).map(|k| everything(x) * outputs(k)).collect(), &x);
    let of_scope = scoped::jacobian(|x| (0..11).map(|k| everything(x) * outputs(k)).collect(), &x).unwrap();
    identical(&of_scope.concat(), &rows.concat());
    let without_inputs = scoped::jacobian(|_| vec![Scoped::from(1.0); 3], &[0.0; 0]);
    assert_eq!(without_inputs.unwrap(), vec![vec![0.0; 0]; 3]);

    let u = [1.0, 0.0, -2.0, 0.5, 0.0];
    identical(&scoped::hvp(everything, &x, &u).unwrap(), &hvp(|x| everything(x), &x, &u));
}

#[test]
fn a_function_of_a_library_is_differentiated() {
    let g = scoped::gradient(|x| of_solution(x, 3), &SYSTEM).unwrap();
    for i in 0..SYSTEM.len() {
        let moved = |step: f64| {
            let mut x = SYSTEM;
            x[i] += step;
            of_solution(&x, 3)
        };
        let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
        assert!((g[i] - difference).abs() <= 1e-6 * g[i].abs().max(1.0), "{} and {difference}", g[i]);
    }
    let u = [1.0; 12];
    let along: f64 = scoped::hvp(|x| of_solution(x, 3), &SYSTEM, &u).unwrap().iter().sum();
    let beside = |step: f64| -> f64 {
        let x = SYSTEM.map(|x| x + step);
        scoped::gradient(|x| of_solution(x, 3), &x).unwrap().iter().sum()
    };
    let difference = (beside(1e-5) - beside(-1e-5)) / 2e-5;
    assert!((along - difference).abs() <= 1e-5 * along.abs(), "{along} and {difference}");
}

#[test]
fn constants_have_no_place_on_the_tape() {
    let x = Scoped::constant(3.0);
    assert!(x.is_constant() && (x * x + 1.0).is_constant() && !Scalar::is_zero(&x) && Scalar::is_zero(&(x - x)));
    assert_eq!(((x * 2.0).value(), x < Scoped::from(4.0), x > 1.0, x.primal()), (6.0, true, true, 3.0));
    let of_scope = |x: &[Scoped]| {
        let zero = x[0] * 0.0;
        assert!(!x[0].is_constant() && !zero.is_constant() && !Scalar::is_zero(&zero));
        assert!(x[0].is(x[0]) && !x[0].is(x[1]) && !x[0].is(Scoped::from(1.0)) && x[0] == x[1]);
        assert!((x[0] * x[1]).detach().is_constant());
        Scoped::from(2.0)
    };
    assert_eq!(scoped::gradient(of_scope, &[1.0, 1.0]).unwrap(), [0.0, 0.0]);
}

#[test]
fn modes_nest_with_those_of_other_numbers() {
    // a tape in a scope, forward mode in a scope, a scope of other numbers in a scope
    let twice = |x: &[Scoped]| gradient(|x| x[0] * x[0] * x[1], x)[0];
    assert_eq!(scoped::gradient(twice, &[2.0, 3.0]).unwrap(), [6.0, 4.0]);
    let forward = |x: &[Scoped]| hvp(|x| x[0] * x[0] * x[1], x, &[Scoped::from(1.0), Scoped::from(0.0)])[0];
    assert_eq!(scoped::gradient(forward, &[2.0, 3.0]).unwrap(), [0.0, 2.0]);
    let other = |x: &[Scoped]| x[0] * scoped::hvp(|x| x[0] * x[0], &[5.0], &[1.0]).unwrap()[0];
    assert_eq!(scoped::gradient(other, &[2.0]).unwrap(), [2.0]);
}

/// The panic of `f`, which is told at a line of this file.
#[track_caller]
fn caught<A>(f: impl FnOnce() -> A, lines: std::ops::RangeInclusive<u32>) -> String {
    let panic = quietly(f).err().expect("it panics");
    assert!(panic.file.ends_with("scoped.rs") && lines.contains(&panic.at[0]), "{}:{}", panic.file, panic.at[0]);
    panic.text
}

#[test]
fn a_number_is_caught_outside_of_its_scope() {
    let mut kept = vec![];
    let keep = |x: &[Scoped]| {
        kept.push(x[0] * x[1]);
        x[0] * 1.0
    };
    scoped::gradient(keep, &[3.0, 2.0]).unwrap();
    let old = kept[0];
    // what only reads is allowed
    assert_eq!((old.value(), old.to_string(), old.is_constant()), (6.0, "6".to_owned(), false));

    let first = line!();
    type Use = fn(Scoped) -> f64;
    let uses: [Use; 12] = [
        |x| (x + 1.0).value(),
        |x| (2.0 * x).value(),
        |x| (-x).value(),
        |x| x.sin().value(),
        |x| f64::from(x < Scoped::from(1.0)),
        |x| f64::from(x == x),
        |x| [x, x].norm().value(),
        |x| [x].dot(&[x]).value(),
        |x| x.primal(),
        |x| x.max(1.0).value(),
        |x| {
            let mut y = Scoped::from(1.0);
            y *= x;
            y.value()
        },
        |x| Scoped::run(&Decay, [x, x])[0].value(),
    ];
    let lines = first..=line!();
    for of_old in uses {
        // after it, in another scope of the same numbers, and on another thread, where a scope may be open as well
        assert!(caught(|| of_old(old), lines.clone()).contains("none is open in this thread"));
        let in_another = caught(|| scoped::gradient(|x| x[0] * of_old(old), &[1.0]), lines.clone());
        assert!(in_another.contains("of another scope"), "{in_another}");
        std::thread::scope(|threads| {
            let elsewhere = || caught(|| scoped::gradient(|x| x[0] * of_old(old), &[1.0]), lines.clone());
            assert!(threads.spawn(elsewhere).join().unwrap().contains("of another scope"));
        });
    }
    let lines = line!()..=line!() + 4;
    let returned = caught(|| scoped::gradient(|_| old, &[1.0]), lines.clone());
    assert!(returned.contains("of another scope"), "{returned}");
    caught(|| scoped::jacobian(|x| vec![x[0], old], &[1.0]), lines);
    // while the scope is open, on a thread that has none
    let send = |x: &[Scoped]| {
        let x = x[0];
        std::thread::scope(|threads| assert!(threads.spawn(move || quietly(|| x * 2.0).is_err()).join().unwrap()));
        x
    };
    assert_eq!(scoped::gradient(send, &[1.0]).unwrap(), [1.0]);
    // from outside of a closure that has a scope of its own
    let outer = |x: &[Scoped]| Scoped::call_closure([x[0]], |[y]| [y * x[0]])[0];
    assert!(quietly(|| scoped::gradient(outer, &[1.0])).err().unwrap().text.contains("from outside of a closure"));
    let outer = |x: &[Scoped]| Scoped::checkpoint(3, [x[0]], &[], |_, [y], _| [y * x[0]])[0];
    assert!(quietly(|| scoped::gradient(outer, &[1.0])).err().unwrap().text.contains("from outside of a closure"));
}

#[test]
fn a_scope_within_a_scope_is_an_error() {
    let inner = |x: &[Scoped]| {
        for error in [
            scoped::gradient(|x| x[0], &[1.0]).unwrap_err(),
            scoped::jacobian(|x| vec![x[0]], &[1.0]).unwrap_err(),
            scoped::within(&Tape::new().vars(&[1.0]), |x| x.to_vec()).unwrap_err(),
        ] {
            assert!(error.is_nested_scope() && error.to_string().contains("within another one"), "{error}");
        }
        // those of other numbers are other scopes
        assert_eq!(scoped::hvp(|x| x[0] * x[0], &[1.0], &[1.0]), Ok(vec![2.0]));
        x[0] * 3.0
    };
    assert_eq!(scoped::gradient(inner, &[1.0]).unwrap(), [3.0]);
    let mut g = [7.0];
    let inner = |x: &[Scoped]| {
        assert!(scoped::value_and_gradient(|x| x[0], &[1.0], &mut g).is_err());
        x[0]
    };
    scoped::gradient(inner, &[1.0]).unwrap();
    assert_eq!(g, [7.0]);
}

#[test]
fn a_panic_closes_the_scope() {
    let x = [0.3, -1.2, 0.7, 2.0];
    let expected = gradient(|x| everything(x), &x);
    for k in 0..4 {
        let broken = |x: &[Scoped]| {
            let y = x[0] * x[1];
            match k {
                0 => panic!("on purpose"),
                1 => Scoped::call_closure([y], |_| -> [_; 1] { panic!("on purpose") })[0],
                2 => {
                    Scoped::checkpoint(9, [y], &[], |i, [y], _| if i > 3 { panic!("on purpose") } else { [y.sin()] })[0]
                }
                _ => {
                    // caught inside, where the scope goes on
                    let inside = || Scoped::call_closure([y], |_| -> [_; 1] { panic!("on purpose") });
                    assert!(quietly(inside).is_err());
                    y * 2.0
                }
            }
        };
        let answer = quietly(|| scoped::gradient(broken, &x).unwrap());
        assert_eq!(answer.ok(), (k == 3).then(|| vec![-2.4, 0.6, 0.0, 0.0]));
        identical(&scoped::gradient(everything, &x).unwrap(), &expected);
    }
    assert!(quietly(|| scoped::gradient(|x| x[0], &[1.0]).unwrap()).is_ok());
}

#[test]
fn threads_have_scopes_of_their_own() {
    let x = [0.3, -1.2, 0.7, 2.0];
    let expected = gradient(|x| everything(x), &x);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| (0..50).for_each(|_| identical(&scoped::gradient(everything, &x).unwrap(), &expected)));
        }
    });
}

#[test]
fn a_part_of_a_program_is_recorded_where_its_variables_stand() {
    // between operations of the program; a number of the outer level enters as a constant
    fn program<'t>(x: &[Var<'t>]) -> Var<'t> {
        let squares = [x[0] * x[0], x[1] * 1.0, Var::from(2.0)];
        let y = scoped::within(&squares, |s| vec![s[0] * s[1].sin(), s[2] * 3.0, s[1]]).unwrap();
        y[0] * y[1] + y[2] * x[0]
    }
    let plainly = gradient(|x| x[0] * x[0] * x[1].sin() * 6.0 + x[1] * x[0], &[0.7, 0.2]);
    close(&gradient(program, &[0.7, 0.2]), &plainly, [1e-15, 1e-15]);
    let (one, other) = (Tape::new(), Tape::new());
    let lines = line!()..=line!() + 1;
    let mixed = caught(|| scoped::within(&[one.var(1.0), other.var(2.0)], |x| x.to_vec()), lines);
    assert!(mixed.contains("two different"), "{mixed}");
    assert_eq!(scoped::within(&[<Var>::from(1.0)], |x| vec![x[0] * 2.0]).unwrap()[0].value(), 2.0);
}

#[test]
fn pivots_of_a_recorded_program_are_guards() -> Result<(), Error> {
    let recorder = Recorder::new();
    let x: Vec<Expr<'_>> = SYSTEM.iter().map(|&x| recorder.var(x)).collect();
    let y = scoped::within(&x, |x| vec![of_solution(x, 3)])?[0];
    assert_eq!(y.value(), of_solution(&SYSTEM, 3));

    let guards = recorder.comparisons();
    assert_eq!(guards.iter().map(|guard| guard.held).collect::<Vec<_>>(), [true, false, true]);
    for guard in &guards {
        assert_eq!(guard.relation, Relation::Greater);
        assert!(guard.line.file().ends_with("scoped.rs"), "{}", guard.line);
        assert!(guard.sides.iter().all(|side| matches!(side, Operand::Node(_))));
    }
    // each op is on the graph, at its own line; that of a sum is the standard library's
    let file = |i: usize| recorder.node(i).line.file();
    assert!((0..recorder.len()).all(|i| file(i).ends_with("scoped.rs") || file(i).ends_with("iterator.rs")));
    let adjoints = recorder.backward(y);
    let g: Vec<f64> = x.iter().map(|&x| adjoints[x]).collect();
    close(&g, &scoped::gradient(|x| of_solution(x, 3), &SYSTEM)?, [1e-13, 1e-13]);
    // and it can be differentiated once more
    let u = [1.0; 12];
    close(&recorder.hvp(y, &x, &u)?, &scoped::hvp(|x| of_solution(x, 3), &SYSTEM, &u)?, [1e-12, 1e-12]);
    Ok(())
}

#[test]
fn everything_is_recorded_as_an_expression_records_it() {
    let point = [0.3, -1.2, 0.7, 2.0, 1.1];
    let [plain, through] = [false, true].map(|scoped| {
        let recorder = Recorder::new();
        let x: Vec<Expr<'_>> = point.iter().map(|&x| recorder.var(x)).collect();
        let y = if scoped { scoped::within(&x, |x| vec![everything(x)]).unwrap()[0] } else { everything(&x) };
        let g: Vec<f64> = x.iter().map(|&x| recorder.backward(y)[x]).collect();
        (recorder.len(), recorder.comparisons().len(), recorder.primals().len(), y.value(), g)
    });
    assert_eq!(plain, through);
}

#[test]
fn memory_is_used_again() {
    let x = vec![0.5; 3000];
    let program = |x: &[Scoped]| x.windows(2).map(|x| x[0] * x[1]).fold(Scoped::from(0.0), |sum, y| sum + y);
    memory_after(&x, program);
    let kept = memory_after(&x, program);
    assert!(kept > 100_000);
    assert_eq!(memory_after(&x, program), kept);
}

/// How many bytes the thread keeps after a gradient.
fn memory_after(x: &[f64], f: impl Fn(&[Scoped]) -> Scoped) -> usize {
    scoped::gradient(f, x).unwrap();
    gprime::memory::kept()
}
