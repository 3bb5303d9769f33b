//! What the rules answer where frameworks differ: at kinks, at jumps, and at the edges of domains. The intervals and the answers of
//! PyTorch 2.15, JAX 0.10 and TensorFlow 2.x were measured; see the comments for theirs.

use crate::common::equal;
use gprime::check::{self, Verdict};
use gprime::op::ClosureOp;
use gprime::op::*;
use gprime::prelude::*;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// The slopes on every way to a gradient, which must agree.
fn slopes<const N: usize>(op: &impl Op<N>, x: [f64; N]) -> [f64; N] {
    let by_tape: [f64; N] = gradient(|x| Call::call(op, x.try_into().unwrap()), &x).try_into().unwrap();
    let tape = Recorder::new();
    let inputs = x.map(|x| tape.var(x));
    let g = Expr::call(op, inputs).backward();
    for (i, input) in inputs.into_iter().enumerate() {
        let mut u = [0.0; N];
        u[i] = 1.0;
        let forward = jvp(|x| vec![Call::call(op, x.try_into().unwrap())], &x, &u).1[0];
        assert!(
            equal(g[input], by_tape[i]) && equal(forward, by_tape[i]),
            "{x:?}: {} {} {forward}",
            g[input],
            by_tape[i]
        );
    }
    by_tape
}

/// An op of one argument at a kink: our slope, the interval, and what others answer.
fn kink<O: Op<1>>(op: O, at: f64, ours: f64, interval: [f64; 2], others: &[f64]) {
    let name = O::NAME;
    assert_eq!(slopes(&op, [at]), [ours], "{name} at {at}");
    let kinks = op.kinks();
    let kink = kinks.iter().find(|kink| kink.at[0] == at).unwrap_or_else(|| panic!("{name} declares no kink at {at}"));
    let sides = [kink.left[0].min(kink.right[0]), kink.left[0].max(kink.right[0])];
    assert_eq!(sides, interval, "{name} at {at}");
    // what the op tells of other libraries is among what was measured
    for (library, slope) in &kink.other_libraries {
        assert!(others.contains(&slope[0]), "{name} at {at}: {library} {slope:?}");
    }
    for &theirs in others {
        assert!(kink.contains(0, theirs), "{name} at {at}: {theirs}");
        // one choice serves all kinks of an op, or none
        match op.clone().slope_at_kink(theirs) {
            Ok(chosen) => assert_eq!(slopes(&chosen, [at]), [theirs], "{name} at {at}"),
            Err(error) => assert!(error.is_kink() && !kinks.iter().all(|k| k.contains(0, theirs)), "{name}: {error}"),
        }
    }
}

/// The same of an op of several arguments, with an interval for each.
fn tie<const N: usize>(op: &impl Op<N>, at: [f64; N], ours: [f64; N], intervals: [[f64; 2]; N]) {
    assert_eq!(slopes(op, at), ours, "at {at:?}");
    let kink = op.kinks().into_iter().find(|kink| kink.at[..] == at).unwrap_or_else(|| panic!("no kink at {at:?}"));
    let sides = std::array::from_fn(|i| [kink.left[i].min(kink.right[i]), kink.left[i].max(kink.right[i])]);
    assert_eq!(sides, intervals, "at {at:?}");
}

/// The slope at a jump that is declared.
fn jump<O: Op<1>>(op: &O, at: f64) {
    assert_eq!(slopes(op, [at]), [0.0], "{} at {at}", O::NAME);
    assert!(op.jumps().iter().any(|jump| jump[0] == at), "{} declares no jump at {at}", O::NAME);
}

/// The slopes of a reduction on every way to a gradient.
fn reduced(op: &impl Reduce, x: &[f64]) -> Vec<f64> {
    let by_tape = gradient(|x| Call::reduce(op, x), x);
    let tape = Recorder::new();
    let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
    let g = Expr::reduce(op, &inputs).backward();
    for (i, &input) in inputs.iter().enumerate() {
        let unit: Vec<f64> = (0..x.len()).map(|j| f64::from(i == j)).collect();
        let forward = jvp(|x| vec![Call::reduce(op, x)], x, &unit).1[0];
        assert!(
            equal(g[input], by_tape[i]) && equal(forward, by_tape[i]),
            "{x:?}: {} {} {forward}",
            g[input],
            by_tape[i]
        );
    }
    by_tape
}

#[test]
fn other_libraries_are_told_with_their_version_and_for_each_argument() {
    let mut count = 0;
    for op in gprime::Registry::new().iter() {
        for kink in op.kinks() {
            for (i, (library, slopes)) in kink.other_libraries.iter().enumerate() {
                assert_eq!(slopes.len(), kink.at.len(), "{}: {library}", op.name());
                let known =
                    ["PyTorch 2.15", "JAX 0.10", "TensorFlow 2.21", "Keras 3.15"].iter().any(|it| library.contains(it));
                // another function of the library before, or no program
                assert!(known || i > 0 && ["maximum", "lax.clamp", "Ng's lecture"].contains(library), "{library}");
                let inside = slopes.iter().enumerate().all(|(j, slope)| slope.is_nan() || kink.contains(j, *slope));
                assert!(inside, "{}: {library} {slopes:?}", op.name());
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn kinks_of_one_argument() {
    for zero in [0.0, -0.0] {
        kink(Relu, zero, 0.0, [0.0, 1.0], &[0.0, 0.5, 1.0]); // maximum(x, 0): ½ in PyTorch and JAX, 1 in TensorFlow
        kink(LeakyRelu::default(), zero, 0.01, [0.01, 1.0], &[0.01, 1.0]); // JAX: 1
        kink(LeakyRelu { slope: 0.2 }, zero, 0.2, [0.2, 1.0], &[0.2, 1.0]); // TensorFlow: 0.2
        kink(Abs, zero, 0.0, [-1.0, 1.0], &[0.0, 1.0]); // JAX: 1
        kink(Elu { alpha: 2.0 }, zero, 1.0, [1.0, 2.0], &[2.0]); // PyTorch, JAX, TensorFlow: 2
        let (lambda, steep) = (1.0507009873554805, 1.0507009873554805 * 1.6732632423543772);
        kink(Selu, zero, lambda, [lambda, steep], &[steep, lambda]); // PyTorch, JAX: the steep side
        kink(Relu6, zero, 0.0, [0.0, 1.0], &[0.0]);
    }
    kink(Relu6, 6.0, 0.0, [0.0, 1.0], &[0.0]);
    for at in [-1.0, 1.0] {
        kink(HardTanh::default(), at, 0.0, [0.0, 1.0], &[0.0, 1.0]); // JAX: 1
        kink(Clamp { lo: -1.0, hi: 1.0 }, at, 0.0, [0.0, 1.0], &[0.0, 0.5, 1.0]); // ½ and 0 in JAX, 1 in TensorFlow
    }
    for at in [-3.0, 3.0] {
        kink(HardSigmoid, at, 0.0, [0.0, 1.0 / 6.0], &[0.0]);
    }
    kink(HardSwish, -3.0, 0.0, [-0.5, 0.0], &[0.0]);
    kink(HardSwish, 3.0, 1.0, [1.0, 1.5], &[1.0]);
    for at in [-0.5, 0.5] {
        kink(Softshrink::default(), at, 0.0, [0.0, 1.0], &[0.0]);
    }
}

/// A composition may have a kink where the op has none; TensorFlow's celu answers 2 there.
#[test]
fn celu_has_no_kink() {
    let celu = Celu { alpha: 2.0 };
    assert_eq!((slopes(&celu, [0.0]), celu.kinks().len()), ([1.0], 0));
    assert!(celu.slope_at_kink(2.0).unwrap_err().is_kink());

    let theirs = |at_zero: f64| {
        let slope = move |[z]: [f64; 1]| [if z == 0.0 { at_zero } else { (z / 2.0).min(0.0).exp() }];
        check::dyn_op(&ClosureOp::new("celu", |[z]: [f64; 1]| z.max(0.0) + 2.0 * (z / 2.0).min(0.0).exp_m1(), slope))
    };
    assert_eq!(theirs(2.0).verdict, Verdict::Fail);
    assert_ne!(theirs(1.0).verdict, Verdict::Fail);
}

/// What lies outside the interval is no choice; that a rule which returns it fails is among the wrong rules of `tests/mutants.rs`.
#[test]
fn outside_the_interval_is_an_error() {
    fn outside<O: Op<1>>(op: &O, slopes: [f64; 2]) {
        for slope in slopes {
            assert!(op.clone().slope_at_kink(slope).is_err_and(|error| error.is_kink()), "{}: {slope}", O::NAME);
        }
    }
    outside(&Relu, [-0.5, 1.5]);
    outside(&Abs, [-1.5, NAN]);
    outside(&LeakyRelu::default(), [0.0, 1.5]);
    outside(&Elu { alpha: 2.0 }, [0.5, 2.5]);
    outside(&Selu, [1.0, 1.8]);
    outside(&HardSigmoid, [-0.1, 0.2]);
    outside(&HardSwish, [-0.5, 1.5]); // each is a side of one kink, and outside of the other
}

#[test]
fn jumps_have_the_slope_zero() {
    for at in [-0.5, 0.5] {
        jump(&Hardshrink::default(), at);
    }
    jump(&Threshold { threshold: 1.0, value: 0.0 }, 1.0);
    kink(Threshold { threshold: 1.0, value: 1.0 }, 1.0, 0.0, [0.0, 1.0], &[0.0]); // which does not jump
    for at in [0.0, -0.0] {
        jump(&Sign, at);
    }
    jump(&Floor, 2.0);
    jump(&Ceil, 2.0);
    jump(&Round, 2.5);
    // but the slope that goes on through a jump is returned
    assert_eq!(slopes(&Atan2, [0.0, -1.0]), [-1.0, 0.0]);
}

#[test]
fn ties_and_edges_of_two_arguments() {
    for t in [-2.5, 0.0, 1.0] {
        tie(&Max, [t, t], [0.5, 0.5], [[0.0, 1.0]; 2]); // TensorFlow: 1, 0
        tie(&Min, [t, t], [0.5, 0.5], [[0.0, 1.0]; 2]);
    }
    tie(&Prelu, [0.0, 0.25], [0.25, 0.0], [[0.25, 1.0], [0.0, 0.0]]);
    tie(&Hypot, [0.0, 0.0], [0.0, 0.0], [[-1.0, 1.0]; 2]); // PyTorch: NaN; JAX: ½, ½
    assert_eq!(slopes(&Atan2, [0.0, 0.0]), [0.0, 0.0]); // JAX, TensorFlow: NaN
    assert_eq!(slopes(&XLogY, [0.0, 0.0]), [0.0, 0.0]); // PyTorch: 0, NaN; JAX: −∞, NaN
    assert_eq!(slopes(&LogAddExp, [INF, INF]), [0.5, 0.5]); // PyTorch: NaN; JAX: 1, 1
    assert_eq!(slopes(&LogAddExp, [-INF, -INF]), [0.0, 0.0]);
    assert_eq!(slopes(&Atan2, [1.0, INF]), [0.0, 0.0]);
    assert_eq!(slopes(&Pow, [0.0, 0.0]), [0.0, 0.0]); // JAX, TensorFlow: NaN, 0
    assert_eq!(slopes(&Pow, [0.0, -1.0])[1], -INF); // JAX, TensorFlow: NaN
    assert!(slopes(&Pow, [-1.0, 2.0])[1].is_nan()); // TensorFlow: 0
    assert_eq!(slopes(&Pow, [-1.0, 2.0])[0], -2.0);
}

#[test]
fn powers_and_roots_at_zero() {
    assert_eq!(slopes(&Sqrt, [0.0]), [INF]);
    assert_eq!(slopes(&Pow, [0.0, 0.5])[0], INF);
    assert_eq!(gradient(|x| x[0].pow(Var::from(0.0)), &[0.0]), [0.0]); // JAX, TensorFlow: NaN
    assert_eq!(slopes(&Powi { n: 0 }, [0.0]), [0.0]);
}

/// A bound that is a variable ties with the argument, and they share the slope.
#[test]
fn clamped_between_variables() {
    for at in [-1.0, 1.0] {
        assert_eq!(gradient(|x| x[0].max(x[1]).min(x[2]), &[at, -1.0, 1.0])[0], 0.5);
    }
}

#[test]
fn reductions_at_their_edges() {
    assert_eq!(reduced(&Norm, &[0.0, 0.0]), [0.0, 0.0]); // JAX, TensorFlow: NaN
    let kink = &Norm.kinks()[0];
    assert_eq!([&kink.at[..], &kink.left, &kink.right], [[0.0; 2], [-1.0; 2], [1.0; 2]]);
    assert_eq!(reduced(&LogSumExp, &[-INF, -INF]), [0.0, 0.0]); // PyTorch, JAX, TensorFlow: NaN
    assert_eq!(reduced(&LogSumExp, &[INF, 0.0]), [1.0, 0.0]); // PyTorch, JAX: NaN, 0
}

/// A branch that was not taken makes no NaN: it does in PyTorch and JAX.
#[test]
fn the_other_branch_has_no_say() {
    fn root<R: Real>(x: R) -> R {
        let zero = R::from(0.0);
        R::select(zero.less(x), x.sqrt(), zero)
    }
    fn growth<R: Real>(x: R) -> R {
        R::select(x.less(0.0.into()), x.exp(), x)
    }
    let tape = Recorder::new();
    let (x, y) = (tape.var(0.0), tape.var(1000.0));
    assert_eq!((gradient(|x| root(x[0]), &[0.0]), root(x).backward()[x]), (vec![0.0], 0.0));
    assert_eq!((gradient(|x| growth(x[0]), &[1000.0]), growth(y).backward()[y]), (vec![1.0], 1.0));
}

#[test]
fn nan_is_handed_on() {
    assert!(slopes(&Relu, [NAN])[0].is_nan()); // PyTorch: 1; JAX, TensorFlow: 0
    assert!(slopes(&Abs, [NAN])[0].is_nan()); // PyTorch: 0; JAX: −1
}
