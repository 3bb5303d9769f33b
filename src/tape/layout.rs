//! The layout of a list of variables on the tape.

use super::entry::Run;
use super::scalar::Scalar;
use super::statement::Constant;
use super::statement::slot::List;
use super::var::{Tape, Var};
use std::ptr;

/// The slots of a list of variables, if they are equally far apart.
#[derive(Clone, Copy)]
pub(super) enum Layout {
    /// All are constants.
    Constant,
    Strided {
        first: u32,
        stride: u32,
        /// Whether all are the slots themselves, with a slope of 1.
        units: bool,
    },
}

impl Layout {
    /// The layout alone. Of inputs that a function is given it is known without a look at each.
    #[inline(never)]
    pub(super) fn of_slots<S: Scalar>(x: &[Var<'_, S>]) -> Option<Self> {
        let given = x.first()?.tape.and_then(|tape| Self::given(tape, x));
        given.or_else(|| Self::by_each(x, std::iter::repeat_with(|| ()), |_, _| {}))
    }

    /// Writes the values of the list, which `values` must have room for, as well.
    #[inline(never)]
    pub(super) fn of<S: Scalar>(x: &[Var<'_, S>], values: &mut [S]) -> Option<Self> {
        let tape = x.first()?.tape;
        if let Some(tape) = tape
            && let Some(given) = Self::given(tape, x)
        {
            tape.store.given.with_values(|all| match tape.store.given.part(all, x) {
                Some(own) => values[..own.len()].copy_from_slice(own),
                None => values.iter_mut().zip(x).for_each(|(value, x)| *value = x.value),
            });
            return Some(given);
        }
        Self::by_each(x, values.iter_mut(), |value, x| *value = x)
    }

    /// The layout of inputs that a function is given, if these are a part of them.
    #[inline(always)]
    fn given<S: Scalar>(tape: &Tape<S>, x: &[Var<'_, S>]) -> Option<Self> {
        let first = tape.store.given.first_slot(x)?;
        Some(Layout::Strided { first, stride: u32::from(x.len() > 1), units: true })
    }

    /// The layout, by a look at each variable, whose value is written to its place.
    #[inline(always)]
    fn by_each<S: Scalar, P>(x: &[Var<'_, S>], places: impl Iterator<Item = P>, write: impl Fn(P, S)) -> Option<Self> {
        let pairs = places.zip(x);
        let Some(tape) = x.first()?.tape else {
            let copy = |constant: bool, (place, x): (P, &Var<'_, S>)| {
                write(place, x.value);
                constant & x.tape.is_none()
            };
            return pairs.fold(true, copy).then_some(Layout::Constant);
        };
        let slot = |x: &Var<'_, S>| x.handle.place.slot();
        let first = slot(&x[0]);
        let stride = x.get(1).map_or(0, |second| slot(second).wrapping_sub(first));
        let (one, mut next) = (S::from(1.0), first);
        // bits by which any differs, since tests would be more instructions
        let (mut in_consecutive_slots, mut units) = (0, true);
        for (place, x) in pairs {
            write(place, x.value);
            in_consecutive_slots |= (address(x.tape) ^ address(Some(tape))) | (slot(x) ^ next) as usize;
            units &= x.handle.slope.is(one);
            next = next.wrapping_add(stride);
        }
        (in_consecutive_slots == 0 && stride <= i32::MAX as u32).then_some(Layout::Strided { first, stride, units })
    }

    /// The first slot; 0 if all are constants.
    pub(super) fn first(self) -> u32 {
        match self {
            Layout::Constant => 0,
            Layout::Strided { first, .. } => first,
        }
    }

    /// The layout of a list with as large distances between its slots, of which this is the first.
    pub(super) fn starting_at(self, first: u32) -> Self {
        match self {
            Layout::Constant => Layout::Constant,
            Layout::Strided { stride, units, .. } => Layout::Strided { first, stride, units },
        }
    }

    /// Whether all are slots themselves, one after the other.
    pub(super) fn is_consecutive(self) -> bool {
        matches!(self, Layout::Strided { stride: 1, units: true, .. })
    }
}

/// Where a tape is; 0 if there is none.
#[inline(always)]
fn address<S: Scalar>(tape: Option<&Tape<S>>) -> usize {
    tape.map_or(ptr::null(), ptr::from_ref).addr()
}

/// How many variables are worth a run; fewer are written sooner in pairs.
pub(super) const WORTH_IT: usize = 8;

/// Where a list of variables stands, if it can be written as a run; its slopes are then multiplied by those in the handles. If all are slots
/// themselves, there may be slopes for more than `x`.
#[inline]
pub(super) fn as_run<S: Scalar>(layout: Layout, slopes: &mut [S], x: &[Var<'_, S>]) -> Option<[u32; 2]> {
    let Layout::Strided { first, stride, units } = layout else { return None };
    let pairs = || slopes.iter().zip(x).map(|(&slope, x)| (slope, x.handle.slope));
    let folds = || pairs().fold(true, |all, (outer, inner)| all & S::folds(outer, inner, outer * inner));
    if x.len() < WORTH_IT || !(1..=Run::WIDEST).contains(&stride) || !units && !folds() {
        return None;
    }
    if !units {
        slopes.iter_mut().zip(x).for_each(|(slope, x)| *slope *= x.handle.slope);
    }
    Some([first, stride])
}

impl<S: Scalar> Tape<S> {
    /// The first of the slots, one after the other, that these are; they become slots if they are not. [`List::CONSTANT`] if all are
    /// constants. The values are written to a list.
    pub(super) fn in_consecutive_slots(&self, x: &[Var<'_, S>], values: &mut [S]) -> u32 {
        match Layout::of(x, values) {
            Some(Layout::Constant) => List::CONSTANT,
            Some(Layout::Strided { first, stride, units: true }) if stride == 1 || x.len() == 1 => first,
            _ => {
                let first = self.store.slots();
                for x in x {
                    let slot = x.handle.place.slot();
                    match x.tape {
                        Some(_) => _ = self.store.push([x.handle.slope, S::from(0.0)], [slot; 2]),
                        None => _ = self.store.push_statement::<Constant>(1, [], 0, [0; 3]),
                    }
                }
                first
            }
        }
    }
}

/// Takes so many from the front of a list.
pub(super) fn take<'a, S>(list: &mut &'a mut [S], len: usize) -> &'a mut [S] {
    let (first, rest) = std::mem::take(list).split_at_mut(len);
    *list = rest;
    first
}
