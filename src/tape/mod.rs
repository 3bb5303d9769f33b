//! Variables, recording, and the reverse sweep.
//!
//! This part uses `op` and `real`. One front end, [`Var`], stands before two tapes: the *lean* one keeps slopes alone and
//! is the fast way to a gradient; the *recording* one keeps ops, arguments and values, and is what is explained, checked
//! and run again (`recording.rs`).
//!
//! To read the lean tape, start with `entry.rs`, what is kept of an op, and `sweep.rs`, the reverse sweep in one page; then
//! `statement/mod.rs`, which says how a statement with several results is kept and where a new kind goes, and one of its kinds.
//! `store.rs` and `lean.rs` record; `segment.rs` and `checkpoint.rs` hold parts of a program that are reversed at once and forgotten.
//!
//! A lean tape in memory, after two inputs x and y, p = x·y, and a statement of three results:
//!
//! ```text
//! slot          0      1      2                 3, 4, 5
//!               x      y      p                 results of the statement
//! entries                     pair              statement
//!                             slope [y, x]
//!                             arg   [0, 1]      arg [index, STATEMENT]
//! statements                                    results 3, lists 0..2, slopes 6, shape, pull-back
//! lists                                         [first slot, stride], [first slot, stride]
//! slopes                                        six numbers that the pull-back reads
//! adjoints      x̄      ȳ      p̄                 of each slot 1, 2, 4 or 8 numbers, side by side
//! ```
//!
//! Inputs have no entry. An op of more than two arguments has several entries: each takes a slot, and the last is the op's own. The
//! results of a statement have one entry together. A variable is a slot and a factor, the slope by the slot (`handle.slope`), so that an op
//! of one argument multiplies the factor and writes nothing. An input that is made after the first op has an entry with itself as argument.

use crate::error::Error;
use crate::op::apply::{dot_each, map_each, scan_each};
use crate::op::{Apply, Block, Dot, Op, Reduce, Sum};
use smallvec::SmallVec;
use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};

mod adjoint;
mod block;
mod bump;
mod checkpoint;
mod entry;
mod erased;
mod gradient;
mod lean;
mod modes;
mod opaque;
mod prefetch;
mod recording;
mod scalar;
mod segment;
mod slots;
mod statement;
mod store;
mod sweep;
mod taken;
mod tangent;
mod tangents;
mod var;

pub use erased::{Erased, Fixed, Named, Rule, Variadic};
pub use gradient::Gradient;
pub use lean::Lean;
pub use modes::{gradient, hessian, hvp, jacobian, jvp, value_and_gradient, vjp};
pub use opaque::{FloatKind, Opaque};
pub(crate) use recording::Edge;
pub use recording::{Comparison, Node, Operand, Recording, Relation};
pub use scalar::Scalar;
pub use taken::Annihilated;
pub(crate) use taken::{Reach, meet};
pub use tangent::Tangent;
pub use tangents::{Ieee, Masked, Strong, Tangents, ZeroPolicy};
pub use var::Var;

/// What was computed, in order: each variable's op and arguments, or only what the reverse sweep needs of them.
///
/// [`Tape::new`] makes a recording tape, [`Tape::lean`] a lean one. A tape is not an answer: adjoints live in a
/// [`Gradient`]. It is reused after [`reset`](Tape::reset) without allocating, and variables of the earlier use do not
/// compile then:
///
/// ```compile_fail
/// # use gprime::Tape;
/// let mut tape = Tape::new();
/// let x = tape.var(1.0);
/// tape.reset();
/// let y = x + x;
/// ```
pub struct Tape<K: Kind = Recording> {
    id: u64,
    uses: Cell<u64>,
    store: K::Store,
}

impl<K: Kind> Tape<K> {
    fn with_store(store: K::Store) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Tape { id: NEXT.fetch_add(1, Ordering::Relaxed), uses: Cell::new(0), store }
    }

    /// Which tape this is, and which use of it.
    fn stamp(&self) -> (u64, u64) {
        (self.id, self.uses.get())
    }
}

impl<K: Kind> Tape<K> {
    /// The gradient of an output of this tape. That of a constant is 0.
    ///
    /// # Panics
    /// If the output is of another tape.
    #[track_caller]
    pub fn backward(&self, y: Var<'_, K>) -> Gradient<K> {
        let mut gradient = Gradient::default();
        self.backward_into(y, &mut gradient);
        gradient
    }

    /// The gradient of an output, into a gradient whose memory is used again.
    ///
    /// # Panics
    /// If the output is of another tape.
    #[track_caller]
    pub fn backward_into(&self, y: Var<'_, K>, gradient: &mut Gradient<K>) {
        if y.tape.is_some_and(|tape| tape.id != self.id) {
            panic!("the output belongs to another tape than the one asked for its gradient");
        }
        K::backward(self, y, gradient);
        gradient.stamp = self.stamp();
    }
}

impl<K: Kind> fmt::Debug for Tape<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a tape remembers: [`Recording`], or [`Lean`]. No other can be written.
pub trait Kind: sealed::Sealed + Sized {
    /// The number that values and slopes are.
    type Scalar: Apply + PartialOrd + fmt::Debug;
    /// Whether the tape remembers ops.
    #[doc(hidden)]
    const IS_RECORDING: bool = false;
    /// What a variable carries beside its value.
    #[doc(hidden)]
    type Handle: Copy;
    #[doc(hidden)]
    type Store;
    /// What a comparison inside a rule gives.
    #[doc(hidden)]
    type Mask<'t>: Copy
    where
        Self: 't;
    /// The handle of a constant. Where it stands is never looked at.
    #[doc(hidden)]
    fn constant() -> Self::Handle;

    /// The value of one application of an op to arguments of which at least one is of this tape; it is recorded.
    #[doc(hidden)]
    #[track_caller]
    fn apply<const N: usize, O: Op<N>>(
        tape: &Tape<Self>,
        op: &O,
        x: &[Var<'_, Self>; N],
    ) -> (Self::Scalar, Self::Handle);
    /// The same of an op of any number of arguments, in several lists.
    #[doc(hidden)]
    #[track_caller]
    fn reduce<O: Reduce>(tape: &Tape<Self>, op: &O, x: &[&[Var<'_, Self>]]) -> (Self::Scalar, Self::Handle);
    #[doc(hidden)]
    #[track_caller]
    fn preaccumulate<'t, const N: usize, const M: usize>(
        _: &'t Tape<Self>,
        x: [Var<'t, Self>; N],
        f: impl Fn([Var<'t, Self>; N]) -> [Var<'t, Self>; M],
    ) -> [Var<'t, Self>; M] {
        f(x)
    }
    /// Σ xᵢ yᵢ of variables of which at least one is of this tape; it is recorded as one node.
    #[doc(hidden)]
    #[track_caller]
    fn dot<'t>(tape: &'t Tape<Self>, x: &[Var<'t, Self>], y: &[Var<'t, Self>]) -> (Self::Scalar, Self::Handle) {
        Self::reduce(tape, &Dot, &[x, y])
    }
    /// Σ wᵢ xᵢ of variables of which at least one is of this tape; it is recorded as one node.
    #[doc(hidden)]
    #[track_caller]
    fn weighted_sum<'t>(_: &'t Tape<Self>, x: &[Var<'t, Self>], weights: &[f64]) -> (Self::Scalar, Self::Handle) {
        let weights: SmallVec<[Var<'t, Self>; 32]> = weights.iter().map(|&weight| weight.into()).collect();
        let sum = Var::reduce_parts(&Dot, &[x, &weights]);
        (sum.value, sum.handle)
    }
    /// The products of the rows of two matrices, of which at least one number is a variable of this tape.
    #[doc(hidden)]
    #[track_caller]
    fn matmul_nt<'t>(_: &'t Tape<Self>, a: &[Var<'t, Self>], b: &[Var<'t, Self>], inner: usize) -> Vec<Var<'t, Self>> {
        dot_each(a, b, inner)
    }
    /// The sum of these; it is recorded as one node.
    #[doc(hidden)]
    #[track_caller]
    fn sum<'t>(first: Var<'t, Self>, rest: impl Iterator<Item = Var<'t, Self>>) -> Var<'t, Self> {
        let terms: SmallVec<[Var<'t, Self>; 8]> = std::iter::once(first).chain(rest).collect();
        Var::reduce(&Sum, &terms)
    }
    #[doc(hidden)]
    #[track_caller]
    fn block<'t, const N: usize, const M: usize, B: Block<N, M>>(
        _: &'t Tape<Self>,
        block: &B,
        x: [Var<'t, Self>; N],
    ) -> [Var<'t, Self>; M] {
        block.run(x)
    }
    #[doc(hidden)]
    #[track_caller]
    fn sum_blocks<'t, const N: usize, B: Block<N, 1>>(
        terms: impl Iterator<Item = (B, [Var<'t, Self>; N])>,
    ) -> Var<'t, Self> {
        terms.map(|(block, x)| block.run(x)[0]).sum()
    }
    #[doc(hidden)]
    #[track_caller]
    fn map_block<'t, const N: usize, const M: usize, B: Block<N, M>>(
        _: &'t Tape<Self>,
        block: &B,
        x: [&[Var<'t, Self>]; N],
    ) -> [Vec<Var<'t, Self>>; M] {
        map_each(block, x)
    }
    #[doc(hidden)]
    #[track_caller]
    fn scan<'t, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, B>(
        _: &'t Tape<Self>,
        block: &B,
        passes: usize,
        state: [&mut [Var<'t, Self>]; M],
        carry: [Var<'t, Self>; C],
        params: [&[Var<'t, Self>]; N],
    ) where
        B: Block<I, O> + Clone + Send + 'static,
    {
        scan_each(block, passes, state, carry, params);
    }
    #[doc(hidden)]
    #[track_caller]
    fn checkpoint<'t, const N: usize>(
        _: &'t Tape<Self>,
        steps: usize,
        state: [Var<'t, Self>; N],
        params: &[Var<'t, Self>],
        step: impl Fn(usize, [Var<'t, Self>; N], &[Var<'t, Self>]) -> [Var<'t, Self>; N],
    ) -> [Var<'t, Self>; N] {
        (0..steps).fold(state, |state, i| step(i, state, params))
    }
    #[doc(hidden)]
    #[track_caller]
    fn sum_terms<'t>(
        _: &'t Tape<Self>,
        n: usize,
        x: &[Var<'t, Self>],
        term: impl Fn(usize, &[Var<'t, Self>]) -> Var<'t, Self>,
    ) -> Var<'t, Self> {
        (0..n).map(|i| term(i, x)).sum()
    }
    #[doc(hidden)]
    #[track_caller]
    fn less<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> Self::Mask<'t>;
    #[doc(hidden)]
    #[track_caller]
    fn less_equal<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> Self::Mask<'t>;
    #[doc(hidden)]
    #[track_caller]
    fn equal<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> Self::Mask<'t>;
    #[doc(hidden)]
    #[track_caller]
    fn select<'t>(mask: Self::Mask<'t>, yes: Var<'t, Self>, no: Var<'t, Self>) -> Var<'t, Self>;
    #[doc(hidden)]
    fn uniform<'t>(mask: Self::Mask<'t>) -> Option<bool>;
    /// Whether a tape has this one for the closures that are recorded apart.
    #[doc(hidden)]
    fn has_segment(_: &Tape<Self>, _: &Tape<Self>) -> bool {
        false
    }
    /// Is told of a comparison that the user's program branches on.
    #[doc(hidden)]
    fn compared(_: &Tape<Self>, _: Relation, _: [&Var<'_, Self>; 2], _held: bool, _: &'static Location<'static>) {}
    /// Fills a gradient with the adjoints of an output.
    #[doc(hidden)]
    fn backward(tape: &Tape<Self>, y: Var<'_, Self>, gradient: &mut Gradient<Self>);
    /// Where a variable's adjoint stands in a gradient.
    #[doc(hidden)]
    fn place(handle: Self::Handle, born: usize, len: usize) -> Result<usize, Error>;
}

mod sealed {
    pub trait Sealed {}
}
