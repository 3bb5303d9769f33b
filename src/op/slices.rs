//! Ops of one argument over slices: values, slopes and pull-backs of many numbers in one pass.

use super::{Call, Op};
use crate::real::{Isa, MOST_LANES, Real, Register, Wide, WithIsa, dispatch};

/// An element of the slices that an op is mapped over: `f64` or `f32`.
pub trait Element: sealed::Element {}
impl<T: sealed::Element> Element for T {}

mod sealed {
    use crate::real::{MOST_LANES, Register};

    pub trait Element: Copy + Default {
        /// The first elements as the numbers of a register, which has no more.
        fn load<R: Register>(x: &[Self]) -> R;
        /// Writes the numbers of a register, each as the nearest number of this type, to the first elements, of which there are as many.
        fn store<R: Register>(y: R, into: &mut [Self]);
    }
    impl Element for f64 {
        #[inline(always)]
        fn load<R: Register>(x: &[f64]) -> R {
            R::load(x)
        }
        #[inline(always)]
        fn store<R: Register>(y: R, into: &mut [f64]) {
            y.store(into);
        }
    }
    impl Element for f32 {
        #[inline(always)]
        fn load<R: Register>(x: &[f32]) -> R {
            let mut numbers = [0.0; MOST_LANES];
            for (number, &x) in numbers.iter_mut().zip(&x[..R::WIDTH]) {
                *number = x.into();
            }
            R::load(&numbers)
        }
        #[inline(always)]
        fn store<R: Register>(y: R, into: &mut [f32]) {
            let mut numbers = [0.0; MOST_LANES];
            y.store(&mut numbers);
            for (&number, y) in numbers.iter().zip(&mut into[..R::WIDTH]) {
                *y = number as f32;
            }
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

/// What is computed of the lanes of some inputs.
trait Way<const IN: usize, const OUT: usize> {
    fn lanes<R: Register>(&self, inputs: [Wide<R>; IN]) -> [Wide<R>; OUT];
}

struct Values<'a, O>(&'a O);
impl<O: Op<1>> Way<1, 1> for Values<'_, O> {
    #[inline(always)]
    fn lanes<R: Register>(&self, x: [Wide<R>; 1]) -> [Wide<R>; 1] {
        [Call::call(self.0, x)]
    }
}

struct PullBack<'a, O>(&'a O);
impl<O: Op<1>> Way<2, 1> for PullBack<'_, O> {
    #[inline(always)]
    fn lanes<R: Register>(&self, [x, gy]: [Wide<R>; 2]) -> [Wide<R>; 1] {
        let (_, [slope]) = Call::call_and_slope(self.0, [x]);
        [gy.mul_strong_zero(slope)]
    }
}

struct ValuesAndSlopes<'a, O>(&'a O);
impl<O: Op<1>> Way<1, 2> for ValuesAndSlopes<'_, O> {
    #[inline(always)]
    fn lanes<R: Register>(&self, x: [Wide<R>; 1]) -> [Wide<R>; 2] {
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
    /// The pass with as many elements side by side as a register has. The last ones are worked on in lists of their own, filled up with zeros.
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Pass { way, inputs, outputs } = self;
        let (n, width) = (inputs[0].len(), I::Register::WIDTH);
        let whole = n - n % width;
        let (mut last, mut last_results) = ([[T::default(); MOST_LANES]; IN], [[T::default(); MOST_LANES]; OUT]);
        for (last, input) in last.iter_mut().zip(inputs) {
            last[..n - whole].copy_from_slice(&input[whole..]);
        }
        for start in (0..n).step_by(width) {
            let mut lanes = [Wide::<I::Register>::from(0.0); IN];
            for i in 0..IN {
                lanes[i] = Wide(T::load(if start < whole { &inputs[i][start..] } else { &last[i] }));
            }
            let results = way.lanes(lanes);
            for i in 0..OUT {
                T::store(results[i].0, if start < whole { &mut outputs[i][start..] } else { &mut last_results[i] });
            }
        }
        for (results, output) in last_results.iter().zip(outputs) {
            output[whole..].copy_from_slice(&results[..n - whole]);
        }
    }
}
