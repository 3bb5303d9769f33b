//! The sum of a function over lists: it is run at two places at once, and its slopes are written as one run for each list, or for lists on the
//! same slots.

use super::run::run_exactly;
use crate::forward::{Masked, Tangents};
use crate::function::{Function, TwoSums, places_of, sum_each};
use crate::tape::layout::{Layout, WORTH_IT, take};
use crate::tape::scalar::Scalar;
use crate::tape::store::CHUNK;
use crate::tape::var::{Tape, Var};
use std::array::from_fn;
use std::ops::Range;

/// [`Apply::reduce_each`](crate::function::Apply::reduce_each).
#[track_caller]
pub(super) fn reduce_each<'t, S: Scalar, const N: usize, const D: usize, const I: usize, F: Function<I, 1>>(
    f: &F,
    x: [&[Var<'t, S>]; N],
    data: [&[f64]; D],
) -> Var<'t, S> {
    let len = places_of(&x, &data);
    match Var::tape_of_lists(x.into_iter()) {
        Some(tape) if len > 0 => tape.reduce_each(f, x, data, len),
        _ => {
            let values = x.map(|x| x.iter().map(|x| x.value).collect::<Vec<S>>());
            Var::constant(sum_each(values.each_ref().map(|list| &list[..]), data, |x| f.run(x)[0]))
        }
    }
}

impl<S: Scalar> Tape<S> {
    /// The sum, if a variable is active and there is a place.
    fn reduce_each<'t, const N: usize, const D: usize, const I: usize, F: Function<I, 1>>(
        &'t self,
        f: &F,
        x: [&[Var<'t, S>]; N],
        data: [&[f64]; D],
        len: usize,
    ) -> Var<'t, S> {
        let lens = x.map(<[_]>::len);
        let layouts = x.map(Layout::of_slots);
        let pieces = Pieces::new(&layouts, lens);
        let mut arguments = self.store.arguments.take();
        let slopes = arguments.slopes(pieces.len);
        let given = &self.store.given;
        let value = given.with_values(|all| {
            let lists = from_fn(|k| given.part(all, x[k]).map_or(List::Variables(x[k]), List::Values));
            add_slopes(f, lists, data, len, &pieces, slopes)
        });
        let mut rest = slopes;
        let lists = (0..N).filter(|&k| pieces.leader[k] == k).map(|k| {
            let slopes = take(&mut rest, pieces.slots[k].len());
            (layouts[k].map(|layout| layout.starting_at(pieces.slots[k].start)), slopes, x[k])
        });
        let handle = self.store.record_lists(lists);
        self.store.arguments.set(arguments);
        Var { tape: Some(self), handle, value }
    }
}

/// Where the slopes by each list begin, in one list of all. Lists that have slots in common have their slopes added there, since all are
/// multiplied by one adjoint.
///
/// ```text
/// list 0  slots 0 1 2 3 4 5 6 7         leader 0, with the slots 0 … 8     start 0
/// list 1  slots   1 2 3 4 5 6 7 8       led by 0                           start 1
/// list 2  slot  9                       leader 2, with the slot 9          start 9
/// ```
struct Pieces<const N: usize> {
    /// The first of the lists that a list shares slopes with.
    leader: [usize; N],
    /// Of a leader: the slots of all lists that it leads. Of a list whose slots are not one after the other, only their number is right.
    slots: [Range<u32>; N],
    /// Where the slopes by a list begin.
    start: [usize; N],
    /// How many slopes there are.
    len: usize,
}

impl<const N: usize> Pieces<N> {
    fn new(layouts: &[Option<Layout>; N], lens: [usize; N]) -> Self {
        let first = |k: usize| layouts[k].map_or(0, Layout::first);
        let mut leader = from_fn(|k| k);
        let mut slots: [Range<u32>; N] = from_fn(|k| first(k)..first(k) + lens[k] as u32);
        let can_share = |k: usize| lens[k] >= WORTH_IT && layouts[k].is_some_and(Layout::is_consecutive);
        for k in (0..N).filter(|&k| can_share(k)) {
            let meets = |j: usize| slots[j].start < slots[k].end && slots[k].start < slots[j].end;
            if let Some(j) = (0..k).find(|&j| leader[j] == j && can_share(j) && meets(j)) {
                leader[k] = j;
                slots[j] = slots[j].start.min(slots[k].start)..slots[j].end.max(slots[k].end);
            }
        }
        let (mut start, mut len) = ([0; N], 0);
        for k in 0..N {
            if leader[k] == k {
                start[k] = len;
                len += slots[k].len();
            }
        }
        let start = from_fn(|k| start[leader[k]] + (first(k) - slots[leader[k]].start) as usize);
        Pieces { leader, slots, start, len }
    }
}

/// A list of variables, or their values if a function was given them.
#[derive(Clone, Copy)]
enum List<'a, S: Scalar> {
    Variables(&'a [Var<'a, S>]),
    Values(&'a [S]),
}

impl<S: Scalar> List<'_, S> {
    fn len(self) -> usize {
        match self {
            List::Variables(x) => x.len(),
            List::Values(x) => x.len(),
        }
    }
}

/// Runs a function at each place of some lists, and adds its slopes to those of each list; the sum of its values.
///
/// As in the reverse sweep, 0 annihilates only in a second run, after a first one with a NaN in it.
#[inline(always)]
fn add_slopes<S: Scalar, const N: usize, const D: usize, const I: usize, F: Function<I, 1>>(
    f: &F,
    x: [List<'_, S>; N],
    data: [&[f64]; D],
    len: usize,
    pieces: &Pieces<N>,
    slopes: &mut [S],
) -> S {
    let zero = S::from(0.0);
    let (mut primals, mut own, mut values) = ([[zero; CHUNK]; I], [[zero; CHUNK]; N], [zero; CHUNK]);
    let mut exact = false;
    loop {
        slopes.fill(zero);
        let (mut sum, mut singles, mut any_nan) = (TwoSums::new(), [TwoSums::new(); N], false);
        for start in (0..len).step_by(CHUNK) {
            let some = CHUNK.min(len - start);
            for (k, primals) in primals.iter_mut().enumerate() {
                match x.get(k) {
                    Some(List::Values(x)) => copy(x, start, some, |&x| x, primals),
                    Some(List::Variables(x)) => copy(x, start, some, |x| x.value, primals),
                    None => copy(data[k - N], start, some, |&datum| S::from(datum), primals),
                }
            }
            run_some(f, &primals, &mut values, &mut own, some, exact);
            sum.add(&values[..some]);
            for k in 0..N {
                let own = &own[k][..some];
                if x[k].len() == 1 {
                    singles[k].add(own);
                } else {
                    let slopes = &mut slopes[pieces.start[k] + start..][..some];
                    any_nan |= slopes.iter_mut().zip(own).fold(false, |nan, (sum, &slope)| {
                        *sum += slope;
                        nan | sum.has_nan()
                    });
                }
            }
        }
        for k in (0..N).filter(|&k| x[k].len() == 1) {
            slopes[pieces.start[k]] = singles[k].total();
            any_nan |= singles[k].total().has_nan();
        }
        if exact || !any_nan {
            return sum.total();
        }
        exact = true;
    }
}

/// Copies the numbers at some places of a list, and the last of them once more, so that they can be taken in pairs. A list of one number is the
/// same at all places, and copied once.
#[inline(always)]
fn copy<T, S: Copy>(list: &[T], start: usize, some: usize, number: impl Fn(&T) -> S, copies: &mut [S; CHUNK]) {
    if let [one] = list {
        if start == 0 {
            copies.fill(number(one));
        }
        return;
    }
    let list = &list[start..][..some];
    copies.iter_mut().zip(list).for_each(|(copy, x)| *copy = number(x));
    if some % 2 == 1 {
        copies[some] = copies[some - 1];
    }
}

/// Runs a function at some places, and writes its values and its slopes by each list; with the rule that 0 annihilates if it is to be `exact`.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
fn run_some<S: Scalar, const N: usize, const I: usize, F: Function<I, 1>>(
    f: &F,
    primals: &[[S; CHUNK]; I],
    values: &mut [S; CHUNK],
    slopes: &mut [[S; CHUNK]; N],
    some: usize,
    exact: bool,
) {
    if exact {
        for i in 0..some {
            let [(value, by_each)] = run_exactly(f, primals.each_ref().map(|list| list[i]));
            values[i] = value;
            (0..N).for_each(|k| slopes[k][i] = by_each[k]);
        }
        return;
    }
    for i in (0..some).step_by(S::LANES) {
        let variables: [_; N] = Tangents::variables(from_fn(|k| S::load(&primals[k][i..])));
        let arguments: [Tangents<S::Lanes, N, Masked>; I] =
            from_fn(|k| if k < N { variables[k] } else { Tangents::constant(S::load(&primals[k][i..])) });
        let [y] = f.run(arguments);
        S::store(y.primal, &mut values[i..]);
        for k in 0..N {
            S::store(y.tangents()[k], &mut slopes[k][i..]);
        }
    }
}
