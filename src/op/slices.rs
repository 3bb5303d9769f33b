//! Ops of one argument over slices: values, slopes and pull-backs of many numbers in one pass.

use super::{Call, Op};
use crate::real::{Isa, Real, Wide, WithIsa, dispatch};

/// An element of the slices that an op is mapped over: `f64` or `f32`.
pub trait Element: sealed::Element {}
impl<T: sealed::Element> Element for T {}

mod sealed {
    pub trait Element: Copy {
        fn to_f64(self) -> f64;
        /// The nearest number of this type.
        fn from_f64(x: f64) -> Self;
    }
    impl Element for f64 {
        #[inline(always)]
        fn to_f64(self) -> f64 {
            self
        }
        #[inline(always)]
        fn from_f64(x: f64) -> f64 {
            x
        }
    }
    impl Element for f32 {
        #[inline(always)]
        fn to_f64(self) -> f64 {
            f64::from(self)
        }
        #[inline(always)]
        fn from_f64(x: f64) -> f32 {
            x as f32
        }
    }
}

/// Every op of one argument as a map over slices, without a tape.
///
/// Each method is one pass of O(n) time and no memory, on lanes of the best instruction set of the machine
/// ([`instruction_set`](crate::real::instruction_set)). The results agree with those of the op on single numbers within the bounds of the op
/// ([`accuracy`](mod@crate::accuracy)), but not to the bit; what comes out at a place depends on what goes in there and on the instruction set,
/// not on the length nor on the place. Elements of type `f32` are computed in `f64` and rounded once.
///
/// Outside of the domain of the op slopes are NaN; at a kink they are those of the op.
///
/// A rule of one's own is fastest where [`evaluate_value`](Op::evaluate_value) and [`evaluate`](Op::evaluate), and what they call, are
/// `#[inline(always)]`: then it becomes part of the loop. Otherwise it is called for every few numbers.
///
/// ```
/// use gprime::{op::Tanh, prelude::*};
///
/// let x = [0.0, 0.5, -2.0];
/// let (mut y, mut s, mut gx) = ([0.0; 3], [0.0; 3], [0.0; 3]);
/// Tanh.map(&x, &mut y);
/// assert!((y[1] - 0.5f64.tanh()).abs() < 1e-15);
/// Tanh.map_and_slope(&x, &mut y, &mut s);
/// assert_eq!(s[0], 1.0);
/// // the adjoints of x, given those of y
/// Tanh.map_slope(&x, &[3.0, 1.0, 0.0], &mut gx);
/// assert_eq!(gx, [3.0, s[1], 0.0]);
/// ```
pub trait Slices: Op<1> {
    /// The values: yᵢ = g(xᵢ).
    ///
    /// # Panics
    /// If the lengths differ.
    #[track_caller]
    fn map<T: Element>(&self, x: &[T], y: &mut [T]) {
        dispatch(Pass { way: Values(self), inputs: [x], outputs: [y] }.checked());
    }

    /// The pull-back: overwrites the adjoints of x with x̄ᵢ = ȳᵢ · g′(xᵢ), given those of y. A factor of exactly 0 gives 0, as
    /// [`mul_strong_zero`](Real::mul_strong_zero) has it.
    ///
    /// # Panics
    /// If the lengths differ.
    #[track_caller]
    fn map_slope<T: Element>(&self, x: &[T], gy: &[T], gx: &mut [T]) {
        dispatch(Pass { way: PullBack(self), inputs: [x, gy], outputs: [gx] }.checked());
    }

    /// The values and the slopes: yᵢ = g(xᵢ), sᵢ = g′(xᵢ).
    ///
    /// # Panics
    /// If the lengths differ.
    #[track_caller]
    fn map_and_slope<T: Element>(&self, x: &[T], y: &mut [T], s: &mut [T]) {
        dispatch(Pass { way: ValuesAndSlopes(self), inputs: [x], outputs: [y, s] }.checked());
    }
}
impl<O: Op<1>> Slices for O {}

/// How many elements are worked on side by side: as many as a register of AVX2 has. With more the longer rules would have more numbers at hand than
/// there are registers.
const LANES: usize = 4;

/// What is computed of the lanes of some inputs.
trait Way<const IN: usize, const OUT: usize> {
    fn lanes<I: Isa>(&self, inputs: [Wide<I, LANES>; IN]) -> [Wide<I, LANES>; OUT];
}

struct Values<'a, O>(&'a O);
impl<O: Op<1>> Way<1, 1> for Values<'_, O> {
    #[inline(always)]
    fn lanes<I: Isa>(&self, x: [Wide<I, LANES>; 1]) -> [Wide<I, LANES>; 1] {
        [Call::call(self.0, x)]
    }
}

struct PullBack<'a, O>(&'a O);
impl<O: Op<1>> Way<2, 1> for PullBack<'_, O> {
    #[inline(always)]
    fn lanes<I: Isa>(&self, [x, gy]: [Wide<I, LANES>; 2]) -> [Wide<I, LANES>; 1] {
        let (_, [slope]) = Call::call_and_slope(self.0, [x]);
        [gy.mul_strong_zero(slope)]
    }
}

struct ValuesAndSlopes<'a, O>(&'a O);
impl<O: Op<1>> Way<1, 2> for ValuesAndSlopes<'_, O> {
    #[inline(always)]
    fn lanes<I: Isa>(&self, x: [Wide<I, LANES>; 1]) -> [Wide<I, LANES>; 2] {
        let (y, [slope]) = Call::call_and_slope(self.0, x);
        [y, slope]
    }
}

/// One pass over slices of one length.
struct Pass<'a, W, T, const IN: usize, const OUT: usize> {
    way: W,
    inputs: [&'a [T]; IN],
    outputs: [&'a mut [T]; OUT],
}

impl<W, T, const IN: usize, const OUT: usize> Pass<'_, W, T, IN, OUT> {
    /// The pass, if all slices are as long as the first one.
    #[track_caller]
    fn checked(self) -> Self {
        let n = self.inputs[0].len();
        let others = self.inputs.iter().map(|x| x.len()).chain(self.outputs.iter().map(|y| y.len()));
        for m in others {
            assert!(m == n, "the slices must have the same length, but one has {n} numbers and another {m}");
        }
        self
    }
}

impl<W: Way<IN, OUT>, T: Element, const IN: usize, const OUT: usize> WithIsa for Pass<'_, W, T, IN, OUT> {
    type Out = ();
    /// The pass with [`LANES`] elements side by side. The last ones are worked on in lists of their own, filled up with anything.
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Pass { way, inputs, outputs } = self;
        let (mut last, mut last_results) = ([[T::from_f64(0.0); LANES]; IN], [[T::from_f64(0.0); LANES]; OUT]);
        let inputs = inputs.map(<[T]>::as_chunks);
        for (last, (_, rest)) in last.iter_mut().zip(inputs) {
            last[..rest.len()].copy_from_slice(rest);
        }
        let mut outputs = outputs.map(<[T]>::as_chunks_mut);
        let (whole, rest) = (inputs[0].0.len(), inputs[0].1.len());
        for k in 0..whole + usize::from(rest > 0) {
            let mut lanes = [Wide::from(0.0); IN];
            for i in 0..IN {
                let elements = if k < whole { &inputs[i].0[k] } else { &last[i] };
                for (lane, element) in lanes[i].0.iter_mut().zip(elements) {
                    *lane = element.to_f64();
                }
            }
            let results = way.lanes::<I>(lanes);
            for i in 0..OUT {
                let elements = if k < whole { &mut outputs[i].0[k] } else { &mut last_results[i] };
                for (lane, element) in results[i].0.iter().zip(elements) {
                    *element = T::from_f64(*lane);
                }
            }
        }
        for (results, (_, output)) in last_results.iter().zip(&mut outputs) {
            output.copy_from_slice(&results[..rest]);
        }
    }
}
