//! The tapes: what they refuse, what they keep, and how far they go.

use gprime::graph::{Operand, Relation};
use gprime::op::{LeakyRelu, Relu};
use gprime::prelude::*;

#[test]
fn every_intermediate_of_a_recording_has_an_adjoint() {
    let tape = Recorder::new();
    let (x, y) = (tape.var(2.0), tape.var(3.0));
    let product = x * y;
    let z = product.sin() + x;
    let g = z.backward();
    assert_eq!(g[z], 1.0);
    assert_eq!(g[product], 6f64.cos());
    assert_eq!((g[x], g[y]), (3.0 * 6f64.cos() + 1.0, 2.0 * 6f64.cos()));
}

#[test]
fn operators_take_numbers_on_either_side() {
    let g = gradient(|x| 2.0 * x[0] + x[0] * 3.0 - (1.0 - x[0]) + 8.0 / x[0] - x[0] / 4.0 + -x[0], &[2.0]);
    assert_eq!(g, [2.0 + 3.0 + 1.0 - 2.0 - 0.25 - 1.0]);
    let g = gradient(
        |x| {
            let mut y = x[0];
            y += x[1];
            y *= 3.0;
            y -= x[0];
            y /= 2.0;
            y
        },
        &[1.0, 2.0],
    );
    assert_eq!(g, [1.0, 1.5]);
    assert_eq!(gradient(|x| x.iter().sum::<Var<_>>() + x.iter().copied().product::<Var<_>>(), &[2.0, 5.0]), [6.0, 3.0]);
}

#[test]
fn a_tape_goes_to_another_thread_with_its_memory() {
    let program = |x: &[f64], tape: &mut Tape| {
        let mut g = vec![0.0; x.len()];
        tape.value_and_gradient(|x| x.iter().map(|x| x.sin()).sum::<Var<_>>() * x.dot(x), x, &mut g);
        g
    };
    let x: Vec<f64> = (0..100).map(|i| 0.1 * f64::from(i)).collect();
    let mut tape = Tape::new();
    let here = program(&x, &mut tape);
    let there = std::thread::scope(|scope| {
        scope.spawn(move || [program(&x, &mut tape), program(&x[1..], &mut tape)]).join().unwrap()
    });
    assert_eq!((&there[0], there[1].len()), (&here, 99));

    fn is_send<T: Send>() {}
    is_send::<(Tape, Tape<Dual<f64>>, Gradient, Recorder, Adjoints)>();
}

#[test]
fn a_tape_takes_points_of_any_length_in_turn() {
    let mut tape = Tape::new();
    for len in [3, 7, 2, 0, 9, 9, 1, 10] {
        let x: Vec<f64> = (0..len).map(|i| f64::from(i) - 2.5).collect();
        let mut g = vec![f64::NAN; x.len()];
        let value = tape.value_and_gradient(|x| x.iter().map(|&x| x * x).sum(), &x, &mut g);
        assert_eq!(value, x.iter().map(|x| x * x).sum::<f64>());
        assert_eq!(g, x.iter().map(|x| 2.0 * x).collect::<Vec<_>>());
        // what the closure's inputs are is the same after a closure that does not come back, and on a tape that was moved
        if len == 7 {
            let panics = std::panic::AssertUnwindSafe(|| tape.value_and_gradient(|_| panic!(), &x, &mut g));
            assert!(std::panic::catch_unwind(panics).is_err());
        }
        tape = *Box::new(tape);
        let rows = &mut vec![f64::NAN; 2 * x.len()];
        tape.values_and_jacobian(|x| [x.iter().sum(), x.iter().copied().product()], &x, rows);
        assert_eq!(rows[..x.len()], vec![1.0; x.len()]);
    }
}

#[test]
fn a_sum_is_one_node() {
    let tape = Recorder::new();
    let x: Vec<_> = (0..100).map(|i| tape.var(f64::from(i))).collect();
    let before = tape.len();
    let y: Expr<'_> = x.iter().sum();
    assert_eq!((tape.len() - before, y.value()), (1, 4950.0));
    assert_eq!(tape.node(before).args.len(), 100);
    let empty: Expr<'_> = [].iter().sum::<Expr<'_>>();
    assert_eq!(empty.value(), 0.0);
}

#[test]
fn the_textbooks_points() {
    for z in [10.0, -10.0, 0.0] {
        let a = 1.0 / (1.0 + f64::exp(-z));
        let slope = gradient(|x| x[0].sigmoid(), &[z])[0];
        approx::assert_relative_eq!(slope, a * (1.0 - a), max_relative = 1e-11);
        let a = f64::tanh(z);
        let slope = gradient(|x| x[0].tanh(), &[z])[0];
        approx::assert_relative_eq!(slope, 1.0 - a * a, max_relative = 1e-7, epsilon = 1e-16);
    }
    assert_eq!(gradient(|x| x[0].sigmoid(), &[0.0]), [0.25]);
    assert_eq!(gradient(|x| x[0].tanh(), &[0.0]), [1.0]);
    for zero in [0.0, -0.0] {
        assert_eq!(gradient(|x| x[0].relu(), &[zero]), [0.0]);
        let one = Relu.slope_at_kink(1.0).unwrap();
        assert_eq!(gradient(|x| x[0].apply(&one), &[zero]), [1.0]);
        assert_eq!(gradient(|x| x[0].leaky_relu(), &[zero]), [0.01]);
        let one = LeakyRelu::default().slope_at_kink(1.0).unwrap();
        assert_eq!(gradient(|x| x[0].apply(&one), &[zero]), [1.0]);
    }
    let above = f64::MIN_POSITIVE * f64::EPSILON;
    assert_eq!(gradient(|x| x[0].relu() + x[1].relu(), &[above, -above]), [1.0, 0.0]);
    assert!(Relu.slope_at_kink(1.5).unwrap_err().to_string().contains("[0, 1]"));
}

#[test]
fn what_does_not_belong_to_a_gradient_is_an_error() {
    let mut tape = Recorder::new();
    let other = Recorder::new();
    let x = tape.var(2.0);
    let y = x * x;
    let late = tape.var(1.0);
    let gradient = y.backward();
    assert_eq!(gradient.get(x).unwrap(), 4.0);
    assert!(gradient.get(other.var(2.0)).unwrap_err().is_foreign_variable());
    assert!(gradient.get(late).unwrap_err().is_late_variable());
    assert!(gradient.get(Expr::from(2.0)).unwrap_err().is_foreign_variable());
    tape.reset();
    let x = tape.var(2.0);
    assert!(gradient.get(x).unwrap_err().is_stale_gradient());
    assert_eq!(Expr::from(1.0).backward().get(x).unwrap(), 0.0);
    assert_eq!(tape.backward(Expr::from(1.0)).get(x).unwrap(), 0.0);
}

#[test]
fn a_gradient_answers_for_inputs_alone() {
    let mut tape = Tape::new();
    let other = Tape::new();
    let (x, unused) = (tape.var(2.0), tape.var(7.0));
    let folded = x + 1.0;
    let product = x * folded;
    let y = product * 2.0;
    let late = tape.var(1.0);
    let gradient = y.backward();
    assert_eq!((gradient.get(x).unwrap(), gradient.get(unused).unwrap()), (10.0, 0.0));
    assert!(gradient.get(folded).unwrap_err().is_intermediate(), "x + 1 stands on x's slot");
    assert!(gradient.get(product).unwrap_err().is_intermediate());
    assert!(gradient.get(late).unwrap_err().is_late_variable());
    assert!(gradient.get(other.var(2.0)).unwrap_err().is_foreign_variable());
    tape.reset();
    let x = tape.var(2.0);
    assert!(gradient.get(x).unwrap_err().is_stale_gradient());
}

#[test]
fn an_input_may_come_late() {
    let tape = Tape::new();
    let x = tape.var(2.0);
    let p = x * x.sin() * x.exp() + x.sin() * (x + 1.0).ln();
    let y = tape.var(3.0);
    let z = tape.var(0.0);
    let g = (p * y + z / (z * z)).backward();
    assert_eq!(g[y], p.value());
    assert!(g[z].is_nan(), "0/0 is NaN for z");
    let g = (p * y).backward();
    assert_eq!((g[z], g[y]), (0.0, p.value()));
    assert_eq!(g[x], p.backward()[x] * 3.0);
}

#[test]
#[should_panic(expected = "two different recorders")]
fn recorders_do_not_mix() {
    let (a, b) = (Recorder::new(), Recorder::new());
    let _ = a.var(1.0) * b.var(2.0);
}

#[test]
#[should_panic(expected = "two different tapes")]
fn tapes_do_not_mix() {
    let (a, b) = (Tape::new(), Tape::new());
    let _ = a.var(1.0) + b.var(2.0);
}

#[test]
#[should_panic(expected = "two different tapes")]
fn sums_do_not_mix_tapes() {
    let (a, b) = (Tape::new(), Tape::new());
    let _ = [a.var(1.0), b.var(2.0)].logsumexp();
}

#[test]
#[should_panic(expected = "another recorder")]
fn an_output_of_another_recorder_is_refused() {
    let (a, b) = (Recorder::new(), Recorder::new());
    a.backward(b.var(1.0));
}

#[test]
#[should_panic(expected = "recorded after the output")]
fn indexing_panics_where_get_is_an_error() {
    let tape = Recorder::new();
    let y = tape.var(1.0).sin();
    let late = tape.var(1.0);
    let _ = y.backward()[late];
}

/// √x · 0 at 0, √relu(x) left of 0, and the like: what is not taken never makes a NaN, on any tape.
#[test]
fn zero_annihilates_an_infinite_slope() {
    fn cases<R: Apply + PartialOrd>(x: R) -> Vec<R> {
        let zero = R::from(0.0);
        vec![
            x.sqrt() * 0.0,
            (x - 1.0).relu().sqrt(),
            R::select(zero.less(x), x.sqrt(), zero),
            R::select(x.less(R::from(1.0)), x, (x * 1e6).exp()),
            x * x.ln().max(R::from(-5.0)) + x.abs().sqrt() * zero,
            x.pow(R::from(0.0)),
        ]
    }
    let expected = [0.0, 0.0, 0.0, 1.0, -5.0, 0.0];
    let by_tape = jacobian(|x| cases(x[0]), &[0.0]);
    let dual = jvp(|x| cases(x[0]), &[0.0], &[1.0]).1;
    let tape = Recorder::new();
    let x = tape.var(0.0);
    for (i, y) in cases(x).into_iter().enumerate() {
        assert_eq!(by_tape[i], [expected[i]], "by_tape, case {i}");
        assert_eq!(dual[i], expected[i], "dual, case {i}");
        assert_eq!(y.backward().get(x).unwrap_or(0.0), expected[i], "recording, case {i}");
    }
    assert_eq!(gradient(|x| x[0].sqrt(), &[0.0]), [f64::INFINITY]);
    assert!(gradient(|x| x[0].ln(), &[f64::NAN])[0].is_nan());
}

/// Folding multiplies slopes before the adjoint is known; it must not overflow or underflow where the chain rule would not.
#[test]
fn folding_neither_overflows_nor_underflows() {
    assert_eq!(gradient(|x| x[0] * 1e200 * 1e200 * 1e-300, &[1e-150]), [1e200 * 1e-300 * 1e200]);
    let down = gradient(|x| x[0] * 1e-200 * 1e-200 * 1e300, &[1e150]);
    approx::assert_relative_eq!(down[0], 1e-100, max_relative = 1e-15);
    let both = gradient(|x| (x[0] * 1e-200 * 1e-200 + x[1] * 1e200 * 1e200) * 1e-250, &[1.0, 1e-300]);
    approx::assert_relative_eq!(both[1], 1e150, max_relative = 1e-15);
    let same_slot = gradient(|x| (x[0] * 1e200 * 1e200 + x[0]) * 1e-300, &[1e-150]);
    approx::assert_relative_eq!(same_slot[0], 1e100, max_relative = 1e-15);
}

#[test]
fn a_second_backward_pass_does_not_see_the_first() {
    let tape = Recorder::new();
    let x = tape.var(3.0);
    let y = x * x;
    let z = y * x;
    assert_eq!((y.backward()[x], z.backward()[x], y.backward()[x]), (6.0, 27.0, 6.0));
    let mut gradient = Adjoints::default();
    for _ in 0..3 {
        tape.backward_into(z, &mut gradient);
        assert_eq!(gradient[x], 27.0);
    }
}

#[test]
fn comparisons_are_recorded_with_their_lines() {
    let tape = Recorder::new();
    let x = tape.var(2.0);
    let first_line = line!() + 1;
    assert!(x > 1.0);
    let below = x * x <= x;
    assert!(!below);
    let comparisons = tape.comparisons();
    assert_eq!(comparisons.len(), 2);
    assert_eq!((comparisons[0].relation, comparisons[0].held), (Relation::Greater, true));
    assert_eq!(comparisons[0].sides, [Operand::Node(0), Operand::Constant(1.0)]);
    assert_eq!((comparisons[1].relation, comparisons[1].held), (Relation::LessEqual, false));
    assert_eq!(comparisons.map_lines(), [first_line, first_line + 1]);
}

trait Lines {
    fn map_lines(&self) -> Vec<u32>;
}
impl Lines for Vec<gprime::graph::Guard> {
    fn map_lines(&self) -> Vec<u32> {
        self.iter().map(|c| c.line.line()).collect()
    }
}

#[test]
fn nodes_know_the_line_that_recorded_them() {
    fn program<R: Apply>(x: R) -> (R, u32) {
        (x.sigmoid() * 2.0, line!())
    }
    let tape = Recorder::new();
    let x = tape.var(0.5);
    let input_line = line!() - 1;
    let (y, line) = program(x);
    let node = tape.node(tape.index(y).unwrap());
    assert_eq!((node.line.line(), node.line.file()), (line, file!()));
    assert_eq!(tape.node(0).line.line(), input_line);
    let sigmoid = tape.node(node.args[0]);
    assert_eq!((sigmoid.op.unwrap().name(), sigmoid.line.line()), ("sigmoid", line));
}

#[test]
fn an_op_of_closures_has_gradients_and_no_second_derivative() {
    let scale = 3.0;
    let f = move |z: f64| scale * z * z;
    let df = move |z: f64| 2.0 * scale * z;
    assert_eq!(gradient(|x| x[0].unary("scaled_square", f, df) * x[0], &[2.0]), [36.0]);
    assert_eq!(gradient(|x| x[0].binary(x[1], "product", |a, b| a * b, |a, b| [b, a]), &[2.0, 5.0]), [5.0, 2.0]);

    let tape = Recorder::new();
    let x = tape.var(2.0);
    let other = tape.var(2.0).unary("beside", f, df);
    let y = x.unary("scaled_square", f, df) * x;
    assert_eq!(y.backward()[x], 36.0);
    assert_eq!(tape.jvp(y, &[x], &[1.0]).unwrap(), 36.0);
    let error = tape.hvp(y, &[x], &[1.0]).unwrap_err();
    assert!(error.is_no_second_derivative() && error.to_string().contains("scaled_square"), "{error}");
    assert!(tape.hessian(y, &[x]).is_err());
    // one that is not on the way does no harm
    assert_eq!(tape.hessian(x * x, &[x]).unwrap(), [[2.0]]);
    assert_eq!(other.value(), 12.0);
}

/// Two closures of one type that captured different numbers are two ops.
#[test]
fn captures_are_told_apart() {
    let tape = Recorder::new();
    let x = tape.var(1.0);
    let y: Expr<'_> = (1..=3).map(|k| x.unary("scale", move |z| f64::from(k) * z, move |_| f64::from(k))).sum();
    assert_eq!((y.value(), y.backward()[x]), (6.0, 6.0));
    // one type of closure under several names keeps them
    let named = |x: Expr<'_>, name| {
        let y = x.unary(name, f64::sin, f64::cos);
        tape.node(tape.index(y).unwrap()).op.unwrap().name()
    };
    let names = ["a", "b", "c", "sine", "SINE", "x", "xx"];
    assert_eq!(names.map(|name| named(x, name)), names);
    // nor does it matter whether an op lists what it holds as a parameter
    #[derive(Clone, PartialEq)]
    struct Scale(f64);
    impl Op<1> for Scale {
        const NAME: &'static str = "scale";
        fn value<R: Real>(&self, [z]: [R; 1]) -> R {
            z * self.0
        }
        fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
            [self.0.into()]
        }
    }
    assert_eq!((x.apply(&Scale(2.0)) + x.apply(&Scale(5.0))).backward()[x], 7.0);
    let a = x.apply(&LeakyRelu { slope: 0.2 }) + (-x).apply(&LeakyRelu { slope: 0.3 });
    assert_eq!(a.backward()[x], 1.0 - 0.3);
}

#[test]
fn the_recordings_modes() {
    let tape = Recorder::new();
    let (x, y) = (tape.var(2.0), tape.var(3.0));
    let (p, q) = (x * y, x.powi(3));
    assert_eq!(tape.jvp(p, &[x, y], &[1.0, 10.0]).unwrap(), 23.0);
    let g = tape.vjp(&[(p, 2.0), (q, 1.0)]).unwrap();
    assert_eq!((g[x], g[y]), (18.0, 4.0));
    assert_eq!(tape.hessian(p + q, &[x, y]).unwrap(), [[12.0, 1.0], [1.0, 0.0]]);
    assert!(tape.hvp(p, &[Recorder::new().var(1.0)], &[1.0]).unwrap_err().is_foreign_variable());
    assert!(tape.vjp(&[(Expr::from(1.0), 1.0)]).unwrap_err().is_foreign_variable());
}

/// As long as a chain may be: no recursion anywhere, on the way forward, back, or out.
#[test]
fn a_chain_of_ten_million_nodes() {
    const N: usize = 10_000_000;
    let tape = Tape::new();
    let (x, y) = (tape.var(1.0), tape.var(1e-9));
    let mut z = x;
    for _ in 0..N {
        z += y;
    }
    let g = z.backward();
    assert_eq!((g[x], g[y]), (1.0, N as f64));
    drop(tape);

    let tape = Recorder::new();
    let x = tape.var(1.0);
    let mut z = x;
    for _ in 0..N {
        z = -z;
    }
    assert_eq!(z.backward()[x], 1.0);
}
