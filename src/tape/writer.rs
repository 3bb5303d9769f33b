//! The entries of one slot with any number of arguments.

use super::entry::{Run, SHARED};
use super::scalar::Scalar;
use super::store::{Edges, Store};

/// How many edges are worth a run.
const WORTH_IT: usize = 4;

/// Writes the edges of one slot, at least one: runs of them as such, the others in pairs.
///
/// While it is in use nothing else may be written, since the entries of a slot stand one after the other.
pub(super) struct Writer<'s, S: Scalar> {
    store: &'s Store<S>,
    last: Option<([S; 2], [u32; 2])>,
    single: Option<(S, u32)>,
}

impl<'s, S: Scalar> Writer<'s, S> {
    #[inline]
    pub(super) fn new(store: &'s Store<S>) -> Self {
        Writer { store, last: None, single: None }
    }

    /// Edges to slots that are so far apart, at most [`Run::WIDEST`].
    #[inline]
    pub(super) fn run(&mut self, [first, stride]: [u32; 2], slopes: &[S]) {
        for (slopes, i) in slopes.chunks(Run::MOST).zip(0..) {
            let uniform = slopes.iter().all(|other| other.is(slopes[0]));
            if !uniform {
                self.store.slopes.extend(slopes);
            }
            let first = first + i * Run::MOST as u32 * stride;
            self.entry([slopes[0]; 2], Run { first, len: slopes.len() as u32, stride, uniform }.pack());
        }
    }

    /// Edges to any slots.
    pub(super) fn edges(&mut self, edges: &Edges<S>) {
        let mut i = 0;
        while i < edges.slots.len() {
            let (slope, slot) = (edges.slopes[i], edges.slots[i]);
            let (len, stride) = edges.run(i);
            if len >= WORTH_IT {
                self.run([slot, stride], &edges.slopes[i..i + len]);
                i += len;
            } else {
                match self.single.take() {
                    Some((p, first)) => self.entry([p, slope], [first, slot]),
                    None => self.single = Some((slope, slot)),
                }
                i += 1;
            }
        }
    }

    /// The slot.
    #[inline]
    pub(super) fn finish(mut self) -> u32 {
        if let Some((slope, slot)) = self.single.take() {
            self.entry([slope, S::from(0.0)], [slot, slot]);
        }
        let (slope, arg) = self.last.expect("there is an edge");
        self.store.push(slope, arg)
    }

    /// All but the last are marked as belonging to the slot after them.
    #[inline]
    fn entry(&mut self, slope: [S; 2], arg: [u32; 2]) {
        if let Some((slope, [first, second])) = self.last.replace((slope, arg)) {
            self.store.push(slope, [first | SHARED, second]);
        }
    }
}
