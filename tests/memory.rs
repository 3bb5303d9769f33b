//! Every structure that the modules with `unsafe` serve, small enough to run under a sanitizer: the entries of a tape and its sweep
//! (`tape/bump.rs`, `tape/memory.rs`, `tape/sweep.rs`, `tape/prefetch.rs`, `tape/given.rs`), the scope that a thread finds its tape by
//! (`scoped/open.rs`) and pairs of lanes (`real/lanes/pair.rs`). A program of its own, so that it is
//! built with instrumentation in little time: `.ci/memory`.
//!
//! The answers are those of plain numbers and of dual numbers, which have no tape.

use gprime::memory;
use gprime::prelude::*;
use gprime::scoped::{self, Scoped};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[derive(Clone)]
struct Step;

impl Function<3, 2> for Step {
    fn run<R: Apply>(&self, [x, y, z]: [R; 3]) -> [R; 2] {
        [R::select(x.less(y), (x * z).sin(), y * 0.5), x + y * z]
    }
}

struct Square;

impl Function<2, 1> for Square {
    fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
        [(x - y * 0.5) * x]
    }
}

/// A block of so many inputs that its slopes are written apart, and of many results.
struct Wide;

impl Function<9, 13> for Wide {
    fn run<R: Apply>(&self, x: [R; 9]) -> [R; 13] {
        std::array::from_fn(|i| x[i % 9] * x[(i * i) % 9])
    }
}

/// All structures, of `x`, which has at least 9 numbers.
fn everything<R: Apply>(x: &[R]) -> Vec<R> {
    let weights = vec![0.5; x.len()];
    let sum: R = x.iter().copied().sum();
    let nested: R = (0..4).map(|i| x[i..i + 5].iter().copied().sum::<R>() * x[0]).sum();
    let products = Apply::contract(&x[..8], &x[1..9], 2);
    let [a, b] = R::map(&Step, [x, x, &x[..1]]);
    let [c, d] = R::map(&Step, [&a, &b, &products[..1]]);
    let mut state = [c.clone(), d.clone()];
    let [first, second] = &mut state;
    R::scan(&Step, Keep::Few, 3, [first, second], [], [&x[..1]]);
    let mut once = a.clone();
    R::scan(&Step, Keep::Inputs, 1, [&mut once], [sum], [x]);
    let wide = R::run(&Wide, std::array::from_fn(|i| x[i]));
    let terms = R::reduce_each(&Square, [&x[..x.len() - 1], &x[1..]], []);
    let [p, q] = R::call_closure([x[0], x[1], sum], |[x, y, z]| [x * y.exp(), z.sin() * x]);
    let [s, t] = R::checkpoint(40, [p, q], &x[..2], |i, [s, t], p| [(s * p[0]).sin(), t * 0.5 + p[1] * i as f64]);
    let added = R::sum_terms(7, x, |i, x| x[i].sin() * x[i + 1]);
    let three = x[0].mul_add(x[1], x[2]);
    let mut all =
        vec![sum, nested, terms, p, q, s, t, added, three, x.dot(x), x.weighted_sum(&weights), x.norm(), x.logsumexp()];
    for list in [&products[..], &c, &d, &state[0], &state[1], &once, &wide] {
        all.push(list.norm());
    }
    all
}

/// One number that depends on all.
fn total<R: Apply>(x: &[R]) -> R {
    everything(x).iter().map(|&y| y.sin()).sum()
}

fn point(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i as f64 * 0.7).sin()).collect()
}

fn forward(x: &[f64]) -> Vec<f64> {
    let along = |i: usize| {
        let x: Vec<Dual> = (0..x.len()).map(|j| Dual::new(x[j], f64::from(u8::from(i == j)))).collect();
        total(&x).tangent
    };
    (0..x.len()).map(along).collect()
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{a} and {b}");
    }
}

#[test]
fn every_structure_of_a_tape_that_is_used_again() {
    let mut tape = Tape::new();
    // longer and shorter in turn, so that memory of an earlier use is met; with the lengths around those of chunks and pieces
    for n in [9, 33, 10, 64, 65, 9, 31] {
        let x = point(n);
        let mut g = vec![0.0; n];
        assert_eq!(tape.value_and_gradient(|x| total(x), &x, &mut g), total(&x));
        close(&g, &forward(&x));
    }
}

#[test]
fn several_outputs_at_once() {
    let x = point(9);
    let values = everything(&x);
    let rows = jacobian(|x| everything(x), &x);
    assert_eq!(rows.len(), values.len());
    let sum: Vec<f64> = (0..9).map(|j| rows.iter().zip(&values).map(|(row, y)| row[j] * y.cos()).sum()).collect();
    close(&sum, &forward(&x));
    let mut flat = [0.0; 27];
    let mut tape = Tape::new();
    tape.values_and_jacobian(|x| [x[0], total(x), x[8] * x[8]], &x, &mut flat);
    close(&flat[9..18], &forward(&x));
}

#[test]
fn inputs_that_come_late() {
    let tape = Tape::new();
    let x: Vec<_> = (0..9).map(|i| tape.var(point(9)[i])).collect();
    let first = total(&x);
    let late = tape.vars(&point(9));
    let y = first * total(&late);
    let g = tape.backward(y);
    let g: Vec<f64> = late.iter().map(|&x| g[x] / first.value()).collect();
    close(&g, &forward(&point(9)));
}

#[test]
fn second_derivatives() {
    let x = point(9);
    let u: Vec<f64> = (0..9).map(f64::from).collect();
    let h = hvp(|x| total(x), &x, &u);
    let step = 1e-5;
    let beside = |step: f64| gradient(|x| total(x), &x.iter().zip(&u).map(|(x, u)| x + step * u).collect::<Vec<_>>());
    let differences: Vec<f64> = beside(step).iter().zip(beside(-step)).map(|(a, b)| (a - b) / (2.0 * step)).collect();
    for (h, d) in h.iter().zip(differences) {
        assert!((h - d).abs() <= 1e-4 * h.abs().max(1.0), "{h} and {d}");
    }
}

#[test]
fn a_nan_makes_the_sweep_go_again() {
    // √ at 0 of what does not matter: its slope is infinite, and the second sweep leaves it out
    let x = point(9);
    close(&gradient(|x| total(x) + (x[0] * 0.0).sqrt() * x[1] * 0.0, &x), &forward(&x));
}

/// Panics in the middle of a structure leave nothing behind that the next program meets.
#[test]
fn a_panic_inside_leaves_the_tape_whole() {
    #[derive(Clone)]
    struct Panics;
    impl Function<2, 1> for Panics {
        fn run<R: Apply>(&self, _: [R; 2]) -> [R; 1] {
            panic!("on purpose")
        }
    }
    let x = point(9);
    let mut tape = Tape::new();
    let mut g = [0.0; 9];
    std::panic::set_hook(Box::new(|_| {}));
    for k in 0..7 {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            tape.value_and_gradient(
                |x| match k {
                    0 => Apply::run(&Panics, [x[0], x[1]])[0],
                    1 => Apply::map(&Panics, [x, x])[0][0],
                    2 => Apply::reduce_each(&Panics, [x, x], []),
                    3 => {
                        let mut state = x.to_vec();
                        Apply::scan(&Panics, Keep::Few, 2, [&mut state], [], [x]);
                        state[0]
                    }
                    4 => Apply::call_closure([x[0]], |_| -> [_; 1] { panic!("on purpose") })[0],
                    5 => Apply::sum_terms(3, x, |i, x| if i < 2 { x[i].sin() } else { panic!("on purpose") }),
                    _ => x.iter().map(|_| -> Var { panic!("on purpose") }).sum(),
                },
                &x,
                &mut g,
            )
        }));
        assert!(caught.is_err());
        assert_eq!(tape.value_and_gradient(|x| total(x), &x, &mut g), total(&x), "after {k}");
        close(&g, &forward(&x));
    }
}

/// Tapes that are gone leave their memory to the next ones of the thread: of other numbers of one size, inside of each other, after a panic, on
/// several threads, and with less room than they need.
#[test]
fn memory_goes_from_tape_to_tape() {
    std::panic::set_hook(Box::new(|_| {}));
    let x = point(9);
    let expected = forward(&x);
    let ones = [1.0; 9];
    let rounds = || {
        for n in [33, 9, 10] {
            gradient(|x| total(x), &point(n));
            close(&gradient(|x| total(x), &x), &expected);
            let row_sums = hvp(|x| total(x), &x, &ones);
            let nested = gradient(|x| gradient(|x| total(x), x).into_iter().sum(), &x);
            nested.iter().zip(&row_sums).for_each(|(a, b)| assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0)));
            let panics = || gradient(|x| if total(x) < f64::INFINITY { panic!("on purpose") } else { x[0] }, &x);
            assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(rounds))));
    rounds();
    assert!(memory::kept() > 0);
    for bytes in [100_000, 10_000, 0] {
        memory::limit(bytes);
        assert!(memory::kept() <= bytes);
        rounds();
        assert!(memory::kept() <= bytes);
    }
    memory::limit(1 << 28);
    rounds();
    memory::release();
    assert_eq!(memory::kept(), 0);
    rounds();
}

/// The tape of a scope is found while the scope is open and not after it: after a panic, in a scope inside of a call, and on another thread.
#[test]
fn a_scope_is_open_while_its_tape_lives() {
    std::panic::set_hook(Box::new(|_| {}));
    let x = point(9);
    let (expected, mut kept) = (forward(&x), None);
    for n in [33, 9, 10] {
        scoped::gradient(total, &point(n)).unwrap();
        let gradient = scoped::gradient(
            |x| {
                kept = Some(x[0]);
                total(x)
            },
            &x,
        );
        close(&gradient.unwrap(), &expected);
        let kept = kept.unwrap();
        let panics = [
            catch_unwind(|| scoped::gradient(|_| -> Scoped { panic!("on purpose") }, &[1.0])).is_err(),
            catch_unwind(|| {
                scoped::gradient(|x| Scoped::call_closure([x[0]], |_| -> [_; 1] { panic!("on purpose") })[0], &[1.0])
            })
            .is_err(),
            catch_unwind(|| kept * 2.0).is_err(),
            catch_unwind(|| scoped::gradient(|x| x[0] * kept, &[1.0])).is_err(),
            std::thread::spawn(move || kept * 2.0).join().is_err(),
        ];
        assert_eq!(panics, [true; 5]);
        // on a tape that is gone before the next is made
        let tape = Box::new(Tape::new());
        let y = scoped::within(&tape.vars(&x), |x| vec![total(x), x[0]]).unwrap();
        close(&[y[0].value(), y[1].value()], &[total(&x), x[0]]);
    }
}

#[test]
fn lanes_of_every_width() {
    fn lanes<const L: usize>() {
        let x: Vec<[f64; L]> = (0..9).map(|i| std::array::from_fn(|l| (i as f64 + 0.3 * l as f64).sin())).collect();
        let together = total(&x.iter().map(|&x| Lanes(x)).collect::<Vec<_>>());
        for l in 0..L {
            assert_eq!(together.0[l], total(&x.iter().map(|x| x[l]).collect::<Vec<_>>()));
        }
    }
    lanes::<1>();
    lanes::<2>();
    lanes::<3>();
    lanes::<4>();
    lanes::<7>();
}
