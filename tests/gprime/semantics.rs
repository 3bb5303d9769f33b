//! What every mode obeys: one answer whichever way a derivative is taken, 0 annihilates, no variable of another tape goes unnoticed, and a
//! part of a program that panics leaves its tape whole.

use crate::common::{near, quietly};
use gprime::forward::Tangents;
use gprime::op::ClosureOp;
use gprime::op::{Dot, Mean, Visitor, visit};
use gprime::prelude::*;
use std::cell::Cell;

/// What a panic says, and in which file it was raised.
fn panic_of<A>(f: impl FnOnce() -> A) -> (String, String) {
    let panic = quietly(f).err().expect("there is no panic");
    (panic.text, panic.file)
}

fn unit(n: usize, i: usize) -> Vec<f64> {
    (0..n).map(|j| f64::from(u8::from(i == j))).collect()
}

/// A function of a list, for any number.
trait Program {
    fn run<R: Apply>(&self, x: &[R]) -> R;
}

/// The Hessian in every way there is. Each is compared with dual numbers in dual numbers.
fn hessians_agree(program: &impl Program, x: &[f64], what: &str) -> Vec<Vec<f64>> {
    let n = x.len();
    let nested = |i: usize, j: usize| {
        let x: Vec<Dual<Dual>> = (0..n)
            .map(|k| {
                let [along_i, along_j] = [i, j].map(|at| f64::from(u8::from(at == k)));
                Dual::new(Dual::new(x[k], along_j), Dual::new(along_i, 0.0))
            })
            .collect();
        program.run(&x).tangent.tangent
    };
    let expected: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| nested(i, j)).collect()).collect();
    let tape = Recorder::new();
    let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
    let y = program.run(&inputs);
    let gradient_of = |x: &[f64]| gradient(|x| program.run(x), x);
    let ways: [(&str, Vec<Vec<f64>>); 6] = [
        ("hessian", hessian(|x| program.run(x), x)),
        ("hvp", (0..n).map(|i| hvp(|x| program.run(x), x, &unit(n, i))).collect()),
        ("recording", tape.hessian(y, &inputs).unwrap()),
        ("reverse over reverse", jacobian(|x| gradient(|x| program.run(x), x), x)),
        ("forward over reverse", (0..n).map(|i| jvp(|x| gradient(|x| program.run(x), x), x, &unit(n, i)).1).collect()),
        (
            "reverse over forward",
            (0..n)
                .map(|i| {
                    let u: Vec<f64> = unit(n, i);
                    gradient(
                        |x| jvp(|x| vec![program.run(x)], x, &u.iter().map(|&u| u.into()).collect::<Vec<_>>()).1[0],
                        x,
                    )
                })
                .collect(),
        ),
    ];
    for (way, h) in ways {
        for (i, (row, expected)) in h.iter().zip(&expected).enumerate() {
            let same = row.iter().zip(expected).all(|(&a, &b)| near(a, b, 1e-12));
            assert!(same, "{what} at {x:?}, by {way}, row {i}: {row:?}, where dual numbers give {expected:?}");
        }
    }
    assert!(gradient_of(x).len() == n);
    expected
}

/// Sums and reductions whose slopes, or whose first parts, are equal: a tape may keep such slopes once only if all parts are equal.
mod equal_slopes {
    use super::*;

    struct SumOf<F>(F);
    /// What a term is, for any number.
    trait Term {
        fn of<R: Apply>(&self, x: R) -> R;
    }
    impl<T: Term> Program for SumOf<T> {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            x.iter().map(|&x| self.0.of(x)).sum()
        }
    }
    struct Square;
    impl Term for Square {
        fn of<R: Apply>(&self, x: R) -> R {
            x.square()
        }
    }
    struct LogSigmoid;
    impl Term for LogSigmoid {
        fn of<R: Apply>(&self, x: R) -> R {
            x.sigmoid().ln()
        }
    }
    struct Fourth;
    impl Term for Fourth {
        fn of<R: Apply>(&self, x: R) -> R {
            x.powi(4)
        }
    }

    struct Logsumexp;
    impl Program for Logsumexp {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            x.logsumexp()
        }
    }
    struct DotSelf;
    impl Program for DotSelf {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            R::dot(x, x)
        }
    }
    struct NormOf;
    impl Program for NormOf {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            x.norm()
        }
    }
    struct MeanSquare;
    impl Program for MeanSquare {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            R::reduce(&Mean, &x.iter().map(|x| x.square()).collect::<Vec<_>>())
        }
    }
    struct SquareBlock;
    impl Function<1, 1> for SquareBlock {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            [x.square()]
        }
    }
    struct Blocks;
    impl Program for Blocks {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            R::reduce_each(&SquareBlock, [x], [])
        }
    }
    struct Mapped;
    impl Program for Mapped {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            let [y] = R::map(&SquareBlock, [x]);
            y.iter().copied().sum()
        }
    }
    struct Weighted;
    impl Program for Weighted {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            let squares: Vec<R> = x.iter().map(|x| x.square()).collect();
            squares.weighted_sum(&vec![0.5; x.len()])
        }
    }

    #[test]
    fn have_the_second_derivatives_of_every_other_mode() {
        for n in [1, 2, 3, 4, 5, 8, 9, 17] {
            for at in [0.0, -0.0, 1.0, -2.5, 1e-3] {
                let x = vec![at; n];
                hessians_agree(&SumOf(Square), &x, "Σx²");
                hessians_agree(&SumOf(LogSigmoid), &x, "Σ ln σ(x)");
                hessians_agree(&SumOf(Fourth), &x, "Σx⁴");
                hessians_agree(&Logsumexp, &x, "logsumexp");
                hessians_agree(&DotSelf, &x, "x·x");
                if at != 0.0 {
                    hessians_agree(&NormOf, &x, "‖x‖");
                }
                hessians_agree(&MeanSquare, &x, "mean x²");
                hessians_agree(&Blocks, &x, "reduce_each");
                hessians_agree(&Mapped, &x, "map");
                hessians_agree(&Weighted, &x, "weighted_sum");
            }
        }
    }

    #[test]
    fn the_values_are_right() {
        let h = hessian(|x| SumOf(Square).run(x), &[0.0; 4]);
        assert_eq!(h, (0..4).map(|i| unit(4, i).iter().map(|u| 2.0 * u).collect()).collect::<Vec<Vec<f64>>>());
        let u: Vec<f64> = (1..=8).map(f64::from).collect();
        assert_eq!(hvp(|x| SumOf(Square).run(x), &[1.0; 8], &u), u.iter().map(|u| 2.0 * u).collect::<Vec<_>>());
        for (i, row) in hessian(|x| x.logsumexp(), &[0.0; 4]).iter().enumerate() {
            for (j, &h) in row.iter().enumerate() {
                assert!(near(h, if i == j { 3.0 / 16.0 } else { -1.0 / 16.0 }, 1e-12), "{i} {j}: {h}");
            }
        }
        // ∇ |∇ Σx⁴|² = ∇ Σ 16 x⁶ = 96 x⁵
        let g = gradient(
            |x| gradient(|x| x.iter().map(|x| x.powi(4)).sum(), x).iter().map(|g| g.square()).sum(),
            &[1.0, 1.0, 1.0, 1.0, -1.0],
        );
        assert_eq!(g, [96.0, 96.0, 96.0, 96.0, -96.0]);
    }
}

/// Ops that differ in a field which is no parameter, in the sign of a zero, or in what they capture.
mod identity {
    use super::*;

    #[derive(Clone, Copy, PartialEq)]
    enum Side {
        Plus,
        Minus,
    }
    #[derive(Clone, PartialEq)]
    struct IntPow {
        n: i32,
        side: Side,
    }
    impl Op<1> for IntPow {
        const NAME: &'static str = "int_pow";
        fn value<R: Real>(&self, [x]: [R; 1]) -> R {
            let y = (1..self.n).fold(x, |y, _| y * x);
            if self.side == Side::Plus { y } else { y * -2.0 }
        }
        fn slope<R: Real>(&self, [x]: [R; 1], a: R) -> [R; 1] {
            [a / x * f64::from(self.n)]
        }
        fn params(&self) -> gprime::op::Params {
            [("n", f64::from(self.n))].into_iter().collect()
        }
    }

    #[test]
    fn an_op_is_told_from_another_by_all_that_it_holds() {
        let of = |side| IntPow { n: 3, side };
        let tape = Recorder::new();
        let x = tape.var(2.0);
        let y = x.apply(&of(Side::Plus)) + x.apply(&of(Side::Minus));
        assert_eq!(y.backward()[x], -12.0);
        assert_eq!(gradient(|x| x[0].apply(&of(Side::Plus)) + x[0].apply(&of(Side::Minus)), &[2.0]), [-12.0]);
        assert_eq!(tape.jvp(y, &[x], &[1.0]).unwrap(), -12.0);
    }

    #[derive(Clone, PartialEq)]
    struct Scaled {
        by: f64,
    }
    impl Op<1> for Scaled {
        const NAME: &'static str = "scaled";
        fn value<R: Real>(&self, [x]: [R; 1]) -> R {
            x * self.by
        }
        fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
            [self.by.into()]
        }
        gprime::params!(by);
    }

    fn op_of(tape: &Recorder, x: Expr<'_>) -> *const () {
        std::sync::Arc::as_ptr(&tape.node(tape.index(x).unwrap()).op.unwrap()).cast()
    }

    #[test]
    fn zeros_of_both_signs_are_two_parameters_and_equal_ops_are_one() {
        let tape = Recorder::new();
        let x = tape.var(2.0);
        let [plus, minus, again] = [0.0, -0.0, 0.0].map(|by| x.apply(&Scaled { by }));
        assert!(minus.value().is_sign_negative() && plus.value().is_sign_positive());
        assert_ne!(op_of(&tape, plus), op_of(&tape, minus));
        assert_eq!(op_of(&tape, plus), op_of(&tape, again));
        let sines = [x.sin(), (x * x).sin()].map(|y| op_of(&tape, y));
        assert_eq!(sines[0], sines[1]);
        let by_two = |f: f64| x.apply(&IntPow { n: 2, side: if f > 0.0 { Side::Plus } else { Side::Minus } });
        let ops = [1.0, -1.0, 1.0, -1.0].map(|f| op_of(&tape, by_two(f)));
        assert!(ops[0] == ops[2] && ops[1] == ops[3] && ops[0] != ops[1]);
    }

    #[test]
    fn closures_are_told_apart_by_what_they_capture() {
        let tape = Recorder::new();
        let x = tape.var(2.0);
        let k = 3.0;
        let op = ClosureOp::new("k", move |[x]: [f64; 1]| k * x, move |_: [f64; 1]| [k]);
        assert_eq!(op_of(&tape, op.call([x])), op_of(&tape, op.clone().call([x * x])));
        let other = ClosureOp::new("k", move |[x]: [f64; 1]| k * x, move |_: [f64; 1]| [k]);
        assert_ne!(op_of(&tape, op.call([x])), op_of(&tape, other.call([x])));
        let bare = || ClosureOp::new("bare", |[x]: [f64; 1]| 2.0 * x, |_: [f64; 1]| [2.0]);
        assert_eq!(op_of(&tape, bare().call([x])), op_of(&tape, bare().call([x])));
    }

    /// An op whose parameter is always another one neither makes the recording slow nor stays in it after a reset.
    #[test]
    fn a_varying_parameter_costs_what_it_takes() {
        thread_local!(static ALIVE: Cell<isize> = const { Cell::new(0) });
        #[derive(PartialEq)]
        struct Counted(f64);
        impl Counted {
            fn new(by: f64) -> Self {
                ALIVE.set(ALIVE.get() + 1);
                Counted(by)
            }
        }
        impl Clone for Counted {
            fn clone(&self) -> Self {
                Counted::new(self.0)
            }
        }
        impl Drop for Counted {
            fn drop(&mut self) {
                ALIVE.set(ALIVE.get() - 1);
            }
        }
        impl Op<1> for Counted {
            const NAME: &'static str = "counted";
            fn value<R: Real>(&self, [x]: [R; 1]) -> R {
                x * self.0
            }
            fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
                [self.0.into()]
            }
        }
        let mut tape = Recorder::new();
        for round in 0..20 {
            {
                let x = tape.var(1.0);
                // enough that a scan of all ops of this type for each would take minutes
                let y: Expr<'_> = (0..100_000).map(|i| x.apply(&Counted::new(f64::from(i + round)))).sum();
                assert!(y.value() > 0.0);
            }
            tape.reset();
            assert_eq!(ALIVE.get(), 0, "ops are left after a reset");
            if round == 1 {
                break;
            }
        }
    }
}

/// Variables of another tape, wherever they come from.
mod strangers {
    use super::*;

    fn leaked<S: Scalar>(value: S) -> Var<'static, S> {
        Box::leak(Box::new(Tape::new())).var(value)
    }

    #[test]
    fn an_output_of_another_tape_is_refused() {
        let x = leaked(3.0);
        let mut g = [0.0];
        let file = file!();
        for (what, (text, at)) in [
            ("gradient", panic_of(|| gradient(|_| x, &[1.0]))),
            ("value_and_gradient", panic_of(|| value_and_gradient(|_| x, &[1.0], &mut g))),
            ("jacobian", panic_of(|| jacobian(|v| vec![v[0], x], &[1.0]))),
            ("vjp", panic_of(|| vjp(|v| vec![v[0], x], &[1.0], &[1.0, 1.0]))),
            ("values_and_jacobian", panic_of(|| Tape::new().values_and_jacobian(|v| [v[0], x], &[1.0], &mut [0.0; 2]))),
            ("backward", panic_of(|| Tape::new().backward(x))),
        ] {
            assert!(text.contains("another tape"), "{what}: {text}");
            assert_eq!(at, file, "{what}");
        }
    }

    #[test]
    fn a_variable_that_left_its_segment_is_refused() {
        let at = [1.0, 2.0];
        let sum = || {
            gradient(
                |x| {
                    let kept = Cell::new(None);
                    let _ = Var::sum_terms(2, x, |i, x| {
                        kept.set(Some(x[0] * x[1]));
                        x[i] * x[0]
                    });
                    kept.get().unwrap()
                },
                &at,
            )
        };
        assert!(panic_of(sum).0.contains("another tape"));
        let block = || {
            gradient(
                |x| {
                    let kept = Cell::new(None);
                    let _ = Var::call_closure([x[0], x[1]], |[x, y]| {
                        kept.set(Some(x * y));
                        [x + y]
                    });
                    kept.get().unwrap()
                },
                &at,
            )
        };
        assert!(panic_of(block).0.contains("another tape"));
        let steps = || {
            gradient(
                |x| {
                    let kept = Cell::new(None);
                    let _ = Var::checkpoint(3, [x[0]], &[x[1]], |_, [x], y| {
                        kept.set(Some(x * y[0]));
                        [x + y[0]]
                    });
                    kept.get().unwrap()
                },
                &at,
            )
        };
        assert!(panic_of(steps).0.contains("another tape"));
    }

    #[test]
    fn what_a_closure_captures_is_named() {
        let captured = |program: &dyn for<'t> Fn(&[Var<'t>]) -> Var<'t>| panic_of(|| gradient(program, &[1.0, 2.0]));
        for (text, at) in [
            captured(&|x| Var::checkpoint(3, [x[0]], &[], |_, [s], _| [s * x[1]])[0]),
            captured(&|x| Var::sum_terms(3, &x[..1], |_, s| s[0] * x[1])),
            captured(&|x| Var::checkpoint(3, [x[0]], &[], |_, _, _| [x[1]])[0]),
            captured(&|x| Var::sum_terms(3, &x[..1], |_, _| x[1])),
        ] {
            assert!(text.contains("pass it to the call"), "{text}");
            assert_eq!(at, file!());
        }
    }

    #[test]
    fn every_meeting_of_two_tapes_panics_at_the_line_of_the_caller() {
        fn meetings<R: Apply + PartialOrd + std::iter::Product>(x: R, y: R) -> Vec<(&'static str, (String, String))> {
            let many: Vec<_> = (0..6).map(|i| if i == 5 { y } else { x }).collect();
            vec![
                ("+", panic_of(|| x + y)),
                (
                    "-=",
                    panic_of(|| {
                        let mut z = x;
                        z -= y;
                    }),
                ),
                ("max", panic_of(|| x.max(y))),
                ("<", panic_of(|| x < y)),
                (">=", panic_of(|| x >= y)),
                ("==", panic_of(|| x == y)),
                ("partial_cmp", panic_of(|| x.partial_cmp(&y))),
                ("less", panic_of(|| _ = x.less(y))),
                ("less_equal", panic_of(|| _ = x.less_equal(y))),
                ("equal", panic_of(|| _ = x.equal(y))),
                ("select", panic_of(|| R::select(x.less(x), x, y))),
                ("logsumexp", panic_of(|| many.logsumexp())),
                ("dot", panic_of(|| R::dot(&many, &many))),
                ("dot of two", panic_of(|| R::dot(&[x, x], &[y, y]))),
                ("mat_mul", panic_of(|| R::contract(&[x, x], &[y, y], 2))),
                ("weighted_sum", panic_of(|| many.weighted_sum(&[1.0; 6]))),
                ("reduce_parts", panic_of(|| R::reduce_parts(&Dot, &[&[x], &[y]]))),
                ("preaccumulate", panic_of(|| R::call_closure([x, y], |[x, y]| [x * y]))),
                ("checkpoint", panic_of(|| R::checkpoint(2, [x], &[y], |_, [x], y| [x * y[0]]))),
                ("sum_terms", panic_of(|| R::sum_terms(2, &[x, y], |i, x| x[i]))),
                ("reduce_each", panic_of(|| R::reduce_each(&gprime::op::Square, [&[x, y]], []))),
            ]
        }
        let (tapes, recorders) = ([Tape::new(), Tape::new()], [Recorder::new(), Recorder::new()]);
        for (word, meetings) in [
            ("tapes", meetings(tapes[0].var(1.0), tapes[1].var(2.0))),
            ("recorders", meetings(recorders[0].var(1.0), recorders[1].var(2.0))),
        ] {
            for (what, (text, at)) in meetings {
                assert!(text.contains(&format!("two different {word}")), "{what}: {text}");
                assert_eq!(at, file!(), "{what}");
            }
        }
    }

    #[test]
    fn a_recording_refuses_outputs_and_inputs_of_another() {
        let (tape, other) = (Recorder::new(), Recorder::new());
        let (x, stranger) = (tape.var(2.0), other.var(3.0));
        let (y, _) = (x * x, stranger * stranger);
        for error in [
            tape.jvp(stranger, &[x], &[1.0]).unwrap_err(),
            tape.jvp(y, &[stranger], &[1.0]).unwrap_err(),
            tape.hvp(stranger, &[x], &[1.0]).unwrap_err(),
            tape.hessian(stranger, &[x]).unwrap_err(),
            tape.hessian(y, &[stranger]).unwrap_err(),
            tape.trace(stranger).unwrap_err(),
            tape.vjp(&[(stranger, 1.0)]).unwrap_err(),
            tape.check_gradient(stranger).unwrap_err(),
            tape.locate(stranger).unwrap_err(),
        ] {
            assert!(error.is_foreign_variable(), "{error}");
        }
        assert_eq!((tape.index(stranger), tape.index(y)), (None, Some(1)));
        assert!(y.backward().get(stranger).unwrap_err().is_foreign_variable());
        assert_eq!(tape.hessian(Expr::from(1.0), &[x]).unwrap(), [[0.0]]);
    }

    /// The derivative by an intermediate is that by an independent variable in its place.
    #[test]
    fn derivatives_by_intermediates() {
        let tape = Recorder::new();
        let x = tape.var(2.0);
        let u = x * x;
        let w = u * u * x;
        assert_eq!(tape.jvp(w, &[u], &[1.0]).unwrap(), 16.0);
        assert_eq!(tape.jvp(w, &[x, u], &[1.0, 1.0]).unwrap(), 16.0 + 16.0);
        // of u² x by x and u: [[0, 2u], [2u, 2x]]
        assert_eq!(tape.hessian(w, &[x, u]).unwrap(), [[0.0, 8.0], [8.0, 4.0]]);
        assert_eq!(tape.hessian(w, &[u]).unwrap(), [[4.0]]);
        // by the input alone the way through u counts: x⁵
        assert_eq!(tape.hessian(w, &[x]).unwrap(), [[160.0]]);
    }

    #[test]
    fn the_gradient_of_a_constant_is_0() {
        let (tape, taped) = (Recorder::new(), Tape::new());
        let (x, y) = (tape.var(1.0), taped.var(1.0));
        assert_eq!((tape.backward(Expr::from(2.0))[x], Expr::from(2.0).backward()[x]), (0.0, 0.0));
        assert_eq!((taped.backward(Var::from(2.0))[y], Var::from(2.0).backward()[y]), (0.0, 0.0));
        assert!(Expr::from(2.0).backward().get(Expr::from(1.0)).is_err());
        assert!(Adjoints::default().get(x).is_err());
    }
}

/// A factor that is 0 in the chain rule gives 0, whatever the other is.
mod annihilation {
    use super::*;

    /// Programs with a part that was not taken, or that is multiplied by 0; their gradients at a point.
    const CASES: [(&str, [f64; 2], [f64; 2]); 7] = [
        ("0·(∛x − ∛y) + x", [0.0, 0.0], [1.0, 0.0]),
        ("0·(√x − √y) + x", [0.0, 0.0], [1.0, 0.0]),
        ("0·asin x + x", [1.0, 2.0], [1.0, 0.0]),
        ("∛(0x) − ∛(0x) + x", [1.0, 2.0], [1.0, 0.0]),
        ("√(0x − 1)·0 + x", [1.0, 2.0], [1.0, 0.0]),
        ("select(0 < x, √x, y)·y", [-1.0, 2.0], [0.0, 4.0]),
        ("select(x < 0, eˣ, x)", [1000.0, 1.0], [1.0, 0.0]),
    ];

    struct Case(usize);
    impl Program for Case {
        fn run<R: Apply>(&self, x: &[R]) -> R {
            let (x, y) = (x[0], x[1]);
            let zero = R::from(0.0);
            match self.0 {
                0 => (x.cbrt() - y.cbrt()) * 0.0 + x,
                1 => (x.sqrt() - y.sqrt()) * 0.0 + x,
                2 => x.asin() * 0.0 + x,
                3 => {
                    let z = x * 0.0;
                    z.cbrt() - z.cbrt() + x
                }
                4 => R::select(zero.less(zero), (x * 0.0 - 1.0).sqrt(), zero) + x,
                5 => R::select(zero.less(x), x.sqrt(), y) * y,
                _ => R::select(x.less(zero), x.exp(), x),
            }
        }
    }

    #[test]
    fn all_modes_agree() {
        for (i, (what, at, expected)) in CASES.into_iter().enumerate() {
            let program = Case(i);
            let reverse = gradient(|x| program.run(x), &at);
            assert_eq!(reverse, expected, "{what}, reverse");
            let tape = Recorder::new();
            let inputs = at.map(|x| tape.var(x));
            let y = program.run(&inputs);
            assert_eq!(inputs.map(|x| y.backward()[x]), expected, "{what}, recording");
            let tangents: [Tangents<f64, 2>; 2] = Tangents::variables(at);
            assert_eq!(program.run(&tangents).tangents(), expected, "{what}, all directions");
            for (k, slope) in expected.into_iter().enumerate() {
                assert_eq!(jvp(|x| vec![program.run(x)], &at, &unit(2, k)).1, [slope], "{what}, forward");
                assert_eq!(tape.jvp(y, &inputs, &unit(2, k)).unwrap(), slope, "{what}, recorded forward");
            }
            hessians_agree(&program, &at, what);
        }
    }

    #[test]
    fn reverse_over_reverse_of_what_was_not_taken() {
        fn program<'t>(x: &[Var<'t>]) -> Var<'t> {
            let g = gradient(
                |y| {
                    let _ = y[0].sqrt() * y[1];
                    y[1] * y[1]
                },
                x,
            );
            g[0] + g[1]
        }
        assert_eq!(gradient(program, &[-1.0, 2.0]), [0.0, 2.0]);
    }

    /// 0 · s is 0 for every slope s of every op, in both orders and for every number.
    #[test]
    fn no_slope_of_any_op_passes_a_factor_of_0() {
        struct Each;
        impl Visitor for Each {
            fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
                for at in [-1e300, -2.0, -1.0, -0.0, 0.0, 1.0, 2.0, 1e300, f64::INFINITY, f64::NAN] {
                    let x = [at; N];
                    let g = gradient(|x| Var::call(&op, std::array::from_fn(|i| x[i])) * 0.0 + x[0], &x);
                    let expected: Vec<f64> = unit(N, 0);
                    if op.evaluate_value(x).is_finite() {
                        assert_eq!(g, expected, "0·{} at {at}", O::NAME);
                    }
                    let dual: [Dual; N] = std::array::from_fn(|_| Dual::new(at, f64::NAN));
                    let none: [Dual; N] = x.map(Dual::constant);
                    assert_eq!(Dual::call(&op, none).tangent, 0.0, "{} at {at}, of constants", O::NAME);
                    assert_eq!((Dual::call(&op, dual) * 0.0).tangent.abs(), 0.0, "0·{} at {at}", O::NAME);
                }
            }
            fn reduce<O: Reduce>(&mut self, _: O) {}
        }
        visit(&mut Each);
    }
}

/// A block that panics, and whoever catches that, finds the tape as it was.
mod panics {
    use super::*;

    thread_local!(static FUSE: Cell<u32> = const { Cell::new(u32::MAX) });

    /// Panics at the call that a fuse of the thread has burnt down to.
    #[derive(Clone)]
    struct Fused;
    impl Fused {
        fn burn() {
            let left = FUSE.get();
            FUSE.set(left.wrapping_sub(1));
            assert!(left != 0, "the fuse has burnt down");
        }
    }
    impl Function<2, 1> for Fused {
        fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
            Fused::burn();
            [x * x * y]
        }
    }
    impl Function<2, 2> for Fused {
        fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 2] {
            Fused::burn();
            [x * y, y * 0.5]
        }
    }

    /// Each structured call, on the same inputs.
    fn calls<R: Apply>(which: usize, x: &[R]) -> R {
        match which {
            0 => {
                let [y] = R::map(&Fused, [x, x]);
                y.iter().copied().sum()
            }
            1 => {
                let mut state = x.to_vec();
                R::scan::<1, 1, 0, 2, 2, _>(&Fused, Keep::Few, 3, [&mut state], [x[0]], []);
                state.iter().copied().sum()
            }
            2 => R::reduce_each(&Fused, [x, x], []),
            3 => {
                let [y] = <R as Apply>::run::<2, 1, _>(&Fused, [x[0], x[1]]);
                y
            }
            4 => R::sum_terms(x.len(), x, |i, x| {
                Fused::burn();
                x[i] * x[i] * x[0]
            }),
            5 => R::call_closure([x[0], x[1]], |[x, y]| {
                Fused::burn();
                [x * y]
            })[0],
            6 => R::checkpoint(9, [x[0]], x, |i, [s], x| {
                Fused::burn();
                [s * 0.5 + x[i % x.len()]]
            })[0],
            7 => x
                .iter()
                .map(|&x| {
                    Fused::burn();
                    x * x
                })
                .sum(),
            _ => x.iter().map(|x| x.square()).sum(),
        }
    }

    fn tape_survives<S: Scalar>(at: &[f64]) {
        let x: Vec<S> = at.iter().map(|&x| S::from(x)).collect();
        let expected: Vec<Vec<S>> = (0..9).map(|which| gradient(|x| calls(which, x), &x)).collect();
        let same = |a: &[S], b: &[S]| a.iter().zip(b).all(|(a, b)| a.is(*b));
        for which in 0..8 {
            for fuse in 0..40 {
                let tape = Tape::new();
                let inputs = tape.vars(&x);
                let before = calls(8, &inputs);
                FUSE.set(fuse);
                let caught = quietly(|| calls(which, &inputs).backward());
                FUSE.set(u32::MAX);
                // what was recorded before, and what is recorded now, is what it would have been
                let g = before.backward();
                let g: Vec<S> = inputs.iter().map(|&x| g[x]).collect();
                assert!(same(&g, &expected[8]), "call {which} that panicked at {fuse}: what was recorded before it");
                for (again, expected) in expected.iter().enumerate() {
                    let g = calls(again, &inputs).backward();
                    let g: Vec<S> = inputs.iter().map(|&x| g[x]).collect();
                    assert!(same(&g, expected), "call {again} after call {which} that panicked at {fuse}");
                }
                if caught.is_ok() {
                    break;
                }
            }
        }
    }

    #[test]
    fn leave_the_tape_whole() {
        let at: Vec<f64> = (0..9).map(|i| 0.75 + 0.1 * f64::from(i)).collect();
        tape_survives::<f64>(&at);
        tape_survives::<Dual>(&at);
    }
}

/// Sums of nothing and of zeros have one sign in every mode.
mod zeros {
    use super::*;

    struct Identity;
    impl Function<1, 1> for Identity {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            [x]
        }
    }

    fn values<R: Apply>(x: &[R]) -> Vec<R> {
        vec![
            x.iter().copied().sum(),
            R::reduce_each(&Identity, [x], []),
            R::sum_terms(x.len(), x, |i, x| x[i]),
            R::dot(x, x),
            x.weighted_sum(&vec![1.0; x.len()]),
            x.iter().map(|&x| x * 1.0).sum(),
        ]
    }

    #[test]
    fn have_one_sign() {
        for x in [vec![], vec![-0.0], vec![0.0], vec![-0.0; 5], vec![-0.0, 0.0], vec![-0.0; 9]] {
            let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            let expected = bits(values(&x));
            let taped = Tape::new();
            assert_eq!(bits(values(&taped.vars(&x)).iter().map(|y| y.value()).collect()), expected, "taped, {x:?}");
            let constants: Vec<Var<'_>> = x.iter().map(|&x| x.into()).collect();
            assert_eq!(bits(values(&constants).iter().map(|y| y.value()).collect()), expected, "constants, {x:?}");
            let tape = Recorder::new();
            let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
            assert_eq!(bits(values(&inputs).iter().map(|y| y.value()).collect()), expected, "recording, {x:?}");
            let duals: Vec<Dual> = x.iter().map(|&x| Dual::variable(x)).collect();
            assert_eq!(bits(values(&duals).iter().map(|y| y.primal).collect()), expected, "dual, {x:?}");
            let lanes: Vec<Lanes<2>> = x.iter().map(|&x| Lanes([x; 2])).collect();
            assert_eq!(bits(values(&lanes).iter().map(|y| y.0[1]).collect()), expected, "lanes, {x:?}");
            let tangents: Vec<Tangents<f64, 1>> = x.iter().map(|&x| Tangents::variable(x, 0)).collect();
            assert_eq!(bits(values(&tangents).iter().map(|y| y.primal).collect()), expected, "tangents, {x:?}");
        }
    }
}

/// What a step gives must not depend on how often it is asked.
#[cfg(debug_assertions)]
mod steps_that_change {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_checkpoint_that_counts_is_noticed() {
        let counter = Cell::new(0.0);
        let (text, _) = panic_of(|| {
            gradient(
                |x| {
                    Var::checkpoint(5, [x[0]], &[], |_, [x], _| {
                        counter.set(counter.get() + 1.0);
                        [x * counter.get()]
                    })[0]
                },
                &[1.0],
            )
        });
        assert!(text.contains("asked again"), "{text}");
    }

    static FACTOR: AtomicU32 = AtomicU32::new(2);
    #[derive(Clone, PartialEq)]
    struct Shared;
    impl Op<1> for Shared {
        const NAME: &'static str = "shared";
        fn value<R: Real>(&self, [x]: [R; 1]) -> R {
            x * f64::from(FACTOR.load(Ordering::Relaxed))
        }
        fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
            [f64::from(FACTOR.load(Ordering::Relaxed)).into()]
        }
    }

    #[test]
    fn an_op_that_reads_what_changes_is_noticed() {
        let tape = Recorder::new();
        let y = tape.var(3.0).apply(&Shared);
        FACTOR.store(5, Ordering::Relaxed);
        assert!(panic_of(|| y.backward()).0.contains("asked again"));
    }
}
