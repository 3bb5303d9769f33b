//! Passes over a long state: whatever stands in its lists, the values are those of the loop that it stands for, and the gradient is that
//! of a tape that records every step of it.

use crate::common::close;
use gprime::prelude::*;
use proptest::prelude::*;

/// What is made of the state, what is carried and the parameters, each result of another part of them.
#[derive(Clone)]
struct Stir {
    weight: f64,
}

impl<const I: usize, const O: usize> Function<I, O> for Stir {
    fn run<R: Apply>(&self, x: [R; I]) -> [R; O] {
        std::array::from_fn(|o| {
            let some = x.iter().skip(o % 2).step_by(1 + o % 3).enumerate();
            some.fold(R::from(0.1 * o as f64), |sum, (k, &x)| sum * 0.7 + (x * (self.weight + k as f64)).sin())
        })
    }
}

/// A list of variables out of those of a program: as they stand, with constants among them, as multiples, in any order, or constants.
fn list<R: Apply>(x: &[R], kind: u8, len: usize) -> Vec<R> {
    let at = |i: usize| x[i % x.len()];
    (0..len)
        .map(|i| match kind % 6 {
            0 => at(i),
            1 => R::from(0.3 + i as f64 / len as f64),
            2 if i % 3 == 1 => R::from(0.25),
            3 => at(i) * 1.5,
            4 => at(7 * i + 3) + at(i),
            5 => at(len - i),
            _ => at(i / 2),
        })
        .collect()
}

/// One case: how many places and passes, and what stands in each list.
#[derive(Clone, Debug)]
struct Case {
    places: usize,
    passes: usize,
    kinds: [u8; 6],
    single: bool,
    keep: Keep,
}

impl Case {
    /// The loop that a scan stands for.
    fn in_a_loop<R: Apply, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
        &self,
        [mut state, carry, params]: [Vec<Vec<R>>; 3],
    ) -> Vec<R>
    where
        Stir: Function<I, O>,
    {
        for _ in 0..self.passes {
            let mut carried: Vec<R> = carry.iter().map(|list| list[0]).collect();
            for i in 0..self.places {
                let of_place = |list: &Vec<R>| list[if list.len() == 1 { 0 } else { i }];
                let x: Vec<R> = state.iter().map(of_place).chain(carried).chain(params.iter().map(of_place)).collect();
                let y: [R; O] = Stir { weight: 0.5 }.run::<R>(x.try_into().unwrap_or_else(|_| unreachable!()));
                state.iter_mut().zip(y).for_each(|(list, y)| list[i] = y);
                carried = y[M..].to_vec();
            }
        }
        state.concat()
    }

    /// The state after a scan, or after the loop.
    fn run<R: Apply, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
        &self,
        x: &[R],
        scan: bool,
    ) -> Vec<R>
    where
        Stir: Function<I, O>,
    {
        let mut kinds = self.kinds.iter().copied();
        let mut lists = |count: usize, len: usize| -> Vec<Vec<R>> {
            (0..count).map(|_| list(x, kinds.next().unwrap(), len)).collect()
        };
        let [mut state, carry, params] =
            [lists(M, self.places), lists(C, 1), lists(N, if self.single { 1 } else { self.places })];
        if !scan {
            return self.in_a_loop::<R, M, C, N, I, O>([state, carry, params]);
        }
        let mut lists = state.iter_mut();
        let slices: [&mut [R]; M] = std::array::from_fn(|_| &mut **lists.next().unwrap());
        let carry: [R; C] = std::array::from_fn(|k| carry[k][0]);
        R::scan(
            &Stir { weight: 0.5 },
            self.keep,
            self.passes,
            slices,
            carry,
            std::array::from_fn::<_, N, _>(|n| &*params[n]),
        );
        state.concat()
    }

    /// Weighted sums of the state, so that each of its numbers counts differently in each.
    fn outputs<R: Apply, const K: usize>(state: &[R]) -> [R; K] {
        std::array::from_fn(|k| state.iter().enumerate().map(|(i, &y)| y * (1.0 + (i * (k + 2) % 7) as f64)).sum())
    }

    /// Holds values, gradient and Jacobian to those of the loop.
    fn holds<const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(&self, x: &[f64])
    where
        Stir: Function<I, O>,
    {
        let recording = Recorder::new();
        let inputs: Vec<Expr<'_>> = x.iter().map(|&x| recording.var(x)).collect();
        let expected = both::<_, M, C, N, I, O>(self, &inputs, false);
        assert_eq!(both::<f64, M, C, N, I, O>(self, x, true), expected.map(Expr::value));
        assert_eq!(both::<_, M, C, N, I, O>(self, &inputs, true).map(Expr::value), expected.map(Expr::value));

        let mut tape = Tape::new();
        let mut rows = vec![0.0; 3 * x.len()];
        // the second time with warm memory
        for _ in 0..2 {
            let values = tape.values_and_jacobian(|x| both::<_, M, C, N, I, O>(self, x, true), x, &mut rows);
            assert_eq!(values, expected.map(Expr::value));
            for (row, y) in rows.chunks_exact(x.len()).zip(expected) {
                let gradient = recording.backward(y);
                close_in_scale(row, &inputs.iter().map(|&x| gradient[x]).collect::<Vec<_>>());
            }
            let mut first = vec![0.0; x.len()];
            tape.value_and_gradient(|x| both::<_, M, C, N, I, O>(self, x, true)[0], x, &mut first);
            close_in_scale(&first, &rows[..x.len()]);
        }
    }

    /// Holds second derivatives to those of the loop.
    fn holds_twice<const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(&self, x: &[f64])
    where
        Stir: Function<I, O>,
    {
        // forward over reverse: the tape is made of dual numbers
        let v: Vec<f64> = (0..x.len()).map(|i| 1.0 - 0.1 * i as f64).collect();
        let product = |scan| hvp(|x| both::<_, M, C, N, I, O>(self, x, scan)[1], x, &v);
        let expected = product(false);
        close_in_scale(&product(true), &expected);
        // reverse over reverse: it is made of variables of another
        let nested = gradient(
            |x| {
                let g = gradient(|x| both::<_, M, C, N, I, O>(self, x, true)[1], x);
                g.iter().zip(&v).map(|(&g, &v)| g * v).sum()
            },
            x,
        );
        close_in_scale(&nested, &expected);
    }
}

/// Three outputs of a case, by the scan or by the loop.
fn both<R: Apply, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
    case: &Case,
    x: &[R],
    scan: bool,
) -> [R; 3]
where
    Stir: Function<I, O>,
{
    Case::outputs(&case.run::<R, M, C, N, I, O>(x, scan))
}

/// [`close`], where the largest number of `b` has left its rounding in all, since large terms cancel.
#[track_caller]
fn close_in_scale(a: &[f64], b: &[f64]) {
    let scale = b.iter().fold(1e-3, |m: f64, b| m.max(b.abs()));
    close(a, b, [1e-9, 1e-12 * scale]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_scan_is_the_loop_that_it_stands_for(
        places in prop_oneof![0usize..20, 60usize..70, 120usize..140],
        passes in prop_oneof![0usize..4, 15usize..18, 30usize..35],
        kinds in any::<[u8; 6]>(),
        single in any::<bool>(),
        keep in prop_oneof![Just(Keep::Slopes), Just(Keep::Inputs), Just(Keep::Few)],
        x in prop::collection::vec(-1.5..1.5, 4..9),
    ) {
        let case = Case { places, passes, kinds, single: single && places > 0, keep };
        case.holds::<1, 0, 0, 1, 1>(&x);
        case.holds::<1, 2, 1, 4, 3>(&x);
        case.holds::<2, 1, 2, 5, 3>(&x);
        case.holds::<3, 0, 1, 4, 3>(&x);
        case.holds::<1, 4, 1, 6, 5>(&x);
        case.holds_twice::<1, 0, 0, 1, 1>(&x);
        case.holds_twice::<2, 1, 2, 5, 3>(&x);
    }
}

/// A running sum and product.
#[derive(Clone)]
struct Running;
impl Function<3, 3> for Running {
    fn run<R: Apply>(&self, [x, sum, product]: [R; 3]) -> [R; 3] {
        [(sum + x) * product, sum + x, product * x]
    }
}

fn running<R: Apply>(x: &[R]) -> R {
    let mut state = x.to_vec();
    R::scan(&Running, Keep::Inputs, 1, [&mut state], [0.0.into(), 1.0.into()], []);
    state.iter().copied().sum()
}

#[test]
fn it_may_be_a_part_of_a_term_of_a_checkpointed_step_and_of_another_scan() {
    let x = [0.5, 1.25, -0.75, 1.5];
    let alone = gradient(|x| running(x), &x);
    assert_eq!(alone, gradient(|x| Var::sum_terms(1, x, |_, x| running(x)), &x));
    let doubled = gradient(|x| running(x) * 2.0, &x);
    assert_eq!(doubled, gradient(|x| Var::sum_terms(2, x, |_, x| running(x)), &x));
    let stepped = gradient(
        |x| Var::checkpoint(3, [x[0]], &x[1..], |_, [y], rest| [running(&[&[y], rest].concat())])[0] * 0.01,
        &x,
    );
    let plain = gradient(|x| (0..3).fold(x[0], |y, _| running(&[&[y], &x[1..]].concat())) * 0.01, &x);
    close_in_scale(&stepped, &plain);
    fn twice<R: Apply>(x: &[R]) -> R {
        let mut state = x.to_vec();
        for _ in 0..2 {
            R::scan(&Running, Keep::Few, 2, [&mut state], [x[1], x[2] * 0.5], []);
        }
        state.iter().copied().sum()
    }
    let g = gradient(|x| twice(x), &x);
    let tape = Recorder::new();
    let inputs = x.map(|x| tape.var(x));
    let recorded = twice(&inputs).backward();
    close_in_scale(&g, &inputs.map(|x| recorded[x]));
}

#[derive(Clone)]
struct Root;
impl Function<2, 1> for Root {
    fn run<R: Apply>(&self, [x, weight]: [R; 2]) -> [R; 1] {
        [x.sqrt() * weight]
    }
}

#[test]
fn zero_annihilates_an_infinite_slope() {
    let x = [0.0, 4.0, 9.0];
    for keep in [Keep::Slopes, Keep::Inputs, Keep::Few] {
        // where the rule itself multiplies by 0, and where the adjoint is 0
        let by_rule = gradient(
            |x| {
                let mut state = x.to_vec();
                Var::scan(&Root, keep, 1, [&mut state], [], [&[Var::from(0.0), Var::from(1.0), Var::from(2.0)]]);
                state.iter().copied().sum()
            },
            &x,
        );
        assert_eq!(by_rule, [0.0, 0.25, 1.0 / 3.0], "{keep:?}");
        let by_adjoint = gradient(
            |x| {
                let mut state = x.to_vec();
                Var::scan(&Root, keep, 1, [&mut state], [], [&[Var::from(1.0)]]);
                state[1] + state[2]
            },
            &x,
        );
        assert_eq!(by_adjoint, [0.0, 0.25, 0.5 / 3.0], "{keep:?}");
    }
}

#[test]
fn no_places_and_no_passes_are_the_state_itself() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0]);
    let mut state = x.clone();
    Var::scan(&Root, Keep::Few, 0, [&mut state], [], [&x]);
    assert_eq!(state[1].backward()[x[1]], 1.0);
    Var::scan(&Root, Keep::Few, 3, [&mut []], [], [&x[..1]]);
    f64::scan(&Root, Keep::Few, 3, [&mut []], [], [&[]]);
}

#[test]
#[should_panic(expected = "the state of a scan has 2 places, and one of its lists has 3")]
fn lists_of_other_lengths_are_refused() {
    f64::scan(&Root, Keep::Inputs, 1, [&mut [1.0, 2.0]], [], [&[1.0; 3]]);
}

#[test]
#[should_panic(expected = "two different tapes")]
fn lists_of_other_tapes_are_refused() {
    let (one, other) = (Tape::new(), Tape::new());
    Var::scan(&Root, Keep::Inputs, 1, [&mut [one.var(1.0); 4]], [], [&[other.var(1.0); 4]]);
}
