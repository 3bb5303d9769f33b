//! A function of a few numbers at each place of lists: one statement, recorded and pulled back in loops without a branch.

use super::slot::{List, PullBack, Recorded};
use crate::forward::{Masked, Policy, Tangents};
use crate::function::{Apply, Function, common_len, map_each};
use crate::tape::adjoint::{add, times};
use crate::tape::layout::Layout;
use crate::tape::scalar::Scalar;
use crate::tape::store::{CHUNK, LIMIT};
use crate::tape::sweep::add_to_each;
use crate::tape::var::{Tape, Var};
use std::array::from_fn;
use std::ptr;

/// Lists of results that depend on lists of arguments place by place. The shape is the number of places.
///
/// The order of the slopes: for each [`CHUNK`] of places, each list of arguments, and each list of results that depends on it, one slope for
/// each place of the chunk, padded to [`room`]. So recording and sweep go once through the slopes, and a loop over places is one over a
/// piece of memory.
struct Map;

/// The most lists of results: a bit for each.
const MOST_RESULTS: usize = u32::BITS as usize;

/// So many places, rounded up to whole groups of [`Scalar::LANES`] numbers, of which none has more than 2.
fn room(places: usize) -> usize {
    places.next_multiple_of(2)
}

/// [`Apply::map`](crate::function::Apply::map).
#[track_caller]
pub(super) fn map<'t, S: Scalar, const N: usize, const M: usize, F: Function<N, M>>(
    f: &F,
    x: [&[Var<'t, S>]; N],
) -> [Vec<Var<'t, S>>; M] {
    let len = common_len(x.map(<[_]>::len));
    // whether all are of one tape is asked where they are read
    let tape = x.iter().find_map(|x| x.iter().find_map(|x| x.tape));
    tape.and_then(|tape| tape.map(f, x, len)).unwrap_or_else(|| map_each(x, |x| Var::run(f, x)))
}

impl<S: Scalar> Tape<S> {
    /// The map as one statement, if it can be one.
    fn map<'t, const N: usize, const M: usize, F: Function<N, M>>(
        &'t self,
        f: &F,
        x: [&[Var<'t, S>]; N],
        len: usize,
    ) -> Option<[Vec<Var<'t, S>>; M]> {
        let (mut arguments, mut chunk) = (self.store.arguments.take(), self.store.chunk.take());
        let results = self.map_lines(f, x, len, &mut arguments.values, &mut chunk);
        self.store.arguments.set(arguments);
        self.store.chunk.set(chunk);
        results
    }

    /// The map as one statement; `None` if a list of arguments does not stand on slots at equal
    /// distances, if there are fewer than two places, if a slope times the factor of its variable would over- or underflow, or if the
    /// results depend on other arguments at another place.
    fn map_lines<'t, const N: usize, const M: usize, F: Function<N, M>>(
        &'t self,
        f: &F,
        x: [&[Var<'t, S>]; N],
        len: usize,
        memory: &mut Vec<S>,
        chunk: &mut Vec<[S; CHUNK]>,
    ) -> Option<[Vec<Var<'t, S>>; M]> {
        if !(1..=MOST_RESULTS).contains(&M) || !(2..=LIMIT / M).contains(&len) {
            return None;
        }
        // Lists of numbers, so that the loop over the function has nothing but the function in it.
        let padded = room(len);
        memory.resize(memory.len().max((N + M) * padded), S::from(0.0));
        chunk.resize(chunk.len().max(N * M), [S::from(0.0); CHUNK]);
        let mut lists = memory.chunks_exact_mut(padded);
        let mut list = || lists.next().expect("there is one for each number");
        let (primals, mut values): ([_; N], [_; M]) = (from_fn(|_| list()), from_fn(|_| list()));
        // Where each list stands, and whether all in it are the slots themselves; nothing of constants. The first slots and the distances are
        // kept apart: both would be read as one number, which waits for the two writes before it.
        let (mut firsts, mut strides, mut units) = ([0; N], [0; N], [None; N]);
        for k in 0..N {
            match Layout::of(x[k], primals[k])? {
                Layout::Constant => {}
                Layout::Strided { .. } if x[k][0].tape.is_none_or(|tape| !ptr::eq(tape, self)) => return None,
                Layout::Strided { first, stride, units: all } => {
                    (firsts[k], strides[k], units[k]) = (first, stride, Some(all))
                }
            }
            let last = primals[k][x[k].len() - 1];
            primals[k][x[k].len()..].fill(last);
        }
        let primals = primals.map(|list| &*list);
        let appended = self.store.slopes.undo();
        let patterns = self.append_slopes(f, x, len, primals, &mut values, &units, chunk)?;
        let slopes = appended.keep();
        let list = |k: usize| List { first: firsts[k], stride: strides[k], results: patterns[k] };
        let lists = (0..N).filter(|&k| units[k].is_some()).map(list);
        let slot = self.store.push_statement::<Map>(M * len, lists, slopes, [len as u32, 0, 0]);
        let mut results = from_fn(|_| Vec::with_capacity(len));
        for ((list, values), first) in results.iter_mut().zip(&values).zip((slot..).step_by(len)) {
            let result = |(&value, slot)| Var { tape: Some(self), handle: self.store.newest(slot), value };
            list.extend(values[..len].iter().zip(first..).map(result));
        }
        Some(results)
    }

    /// Runs a function at each place and appends its slopes in the order of a [`Map`]. Which results depend on each argument is returned.
    #[allow(clippy::too_many_arguments, clippy::needless_range_loop)]
    fn append_slopes<'t, const N: usize, const M: usize, F: Function<N, M>>(
        &'t self,
        f: &F,
        x: [&[Var<'t, S>]; N],
        len: usize,
        primals: [&[S]; N],
        values: &mut [&mut [S]; M],
        units: &[Option<bool>; N],
        chunk: &mut [[S; CHUNK]],
    ) -> Option<[u32; N]> {
        let mut dependent = None;
        for start in (0..len).step_by(CHUNK) {
            let some = (len - start).min(CHUNK);
            let padded = room(some);
            let mut x_here: [&[S]; N] = [&[]; N];
            for k in 0..N {
                x_here[k] = &primals[k][start..][..padded];
            }
            let patterns = run_some(f, x_here, values, start, chunk)?;
            let (mut simple, mut count) = (true, 0);
            for k in 0..N {
                let Some(units) = units[k] else { continue };
                let x = if x[k].len() == 1 { x[k] } else { &x[k][start..][..some] };
                for m in (0..M).filter(|m| patterns[k] >> m & 1 != 0) {
                    let slopes = &mut chunk[k * M + m][..padded];
                    simple &= units || fold_each(&mut slopes[..some], x);
                    self.store.slopes.extend(slopes);
                    count += 1;
                }
            }
            let has_nan = |slopes: &[S]| slopes.iter().fold(false, |nan, slope| nan | slope.has_nan());
            let any_nan = self.store.slopes.with(|slopes| has_nan(&slopes[slopes.len() - count * padded..]));
            if !simple || any_nan || *dependent.get_or_insert(patterns) != patterns {
                return None;
            }
        }
        dependent
    }
}

impl<S: Scalar> PullBack<S> for Map {
    fn pull_back<const W: usize, const EXACT: bool>(
        recorded: &Recorded<'_, S>,
        below: &mut [[S; W]],
        results: &mut [[S; W]],
    ) {
        let (len, mut slopes) = (recorded.shape[0] as usize, recorded.slopes);
        for start in (0..len).step_by(CHUNK) {
            let some = (len - start).min(CHUNK);
            for list in recorded.lists {
                let (stride, first) = (list.stride as usize, list.first as usize + start * list.stride as usize);
                let places = &mut below[first..=first + (some - 1) * stride];
                let mut dependent = list.results;
                while dependent != 0 {
                    let results = &results[dependent.trailing_zeros() as usize * len + start..][..some];
                    dependent &= dependent - 1;
                    let own;
                    (own, slopes) = slopes.split_at(room(some));
                    let share = |(&adjoint, &slope): (&[S; W], &S)| times::<S, W, EXACT>(adjoint, slope);
                    match stride {
                        1 => add_products::<S, W, EXACT>(places, results, own),
                        0 => results.iter().zip(own).for_each(|pair| add(&mut places[0], share(pair))),
                        _ => add_to_each(places, list.stride, results.iter().zip(own).map(share)),
                    }
                }
            }
        }
    }
}

/// Adds to each adjoint that of a result times a slope.
///
/// It is not inlined, so that the compiler knows that the lists do not overlap.
#[inline(never)]
fn add_products<S: Scalar, const W: usize, const EXACT: bool>(
    places: &mut [[S; W]],
    adjoints: &[[S; W]],
    slopes: &[S],
) {
    for ((place, &adjoint), &slope) in places.iter_mut().zip(adjoints).zip(slopes) {
        add(place, times::<S, W, EXACT>(adjoint, slope));
    }
}

/// Runs a function at some places, from `start` on, and puts its values and its slopes, for each argument and each result, into lists. Which
/// results depend on each argument is returned; `None` if that is another thing at another place.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
fn run_some<S: Scalar, const N: usize, const M: usize, F: Function<N, M>>(
    f: &F,
    x: [&[S]; N],
    values: &mut [&mut [S]; M],
    start: usize,
    slopes: &mut [[S; CHUNK]],
) -> Option<[u32; N]> {
    let len = x.first().map_or(0, |list| list.len());
    // so that few indices have to be tested in the loop
    assert!(len <= CHUNK && slopes.len() >= N * M);
    assert!(x.iter().all(|list| list.len() == len) && values.iter().all(|list| list.len() >= start + len));
    let (mut first, mut same) = (None, true);
    for i in (0..len).step_by(S::LANES) {
        // loops, since what `from_fn` and `map` of an array call is not always inlined
        let (mut lanes, mut patterns) = ([S::Lanes::from(0.0); N], [Masked::NONE; M]);
        for k in 0..N {
            lanes[k] = S::load(&x[k][i..]);
        }
        let results: [Tangents<S::Lanes, N, Masked>; M] = f.run(Tangents::variables(lanes));
        for m in 0..M {
            patterns[m] = results[m].pattern();
        }
        same &= *first.get_or_insert(patterns) == patterns;
        for m in 0..M {
            S::store(results[m].primal, &mut values[m][start + i..]);
            let tangents = results[m].tangents();
            for k in 0..N {
                if results[m].depends_on(k) {
                    S::store(tangents[k], &mut slopes[k * M + m][i..]);
                }
            }
        }
    }
    let patterns = first.filter(|_| same)?;
    let depends = |m: usize, k: usize| Masked::contains(patterns[m], k);
    Some(from_fn(|k| (0..M).fold(0, |results, m| results | u32::from(depends(m, k)) << m)))
}

/// Multiplies slopes by those in the handles of their arguments; whether all can be folded.
fn fold_each<S: Scalar>(slopes: &mut [S], x: &[Var<'_, S>]) -> bool {
    let fold = |simple, (slope, x): (&mut S, &Var<'_, S>)| {
        let (outer, inner) = (*slope, x.handle.slope);
        *slope = outer * inner;
        simple & S::folds(outer, inner, *slope)
    };
    match x {
        [x] => slopes.iter_mut().zip(std::iter::repeat(x)).fold(true, fold),
        _ => slopes.iter_mut().zip(x).fold(true, fold),
    }
}
