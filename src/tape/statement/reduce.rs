//! The sum of a function over lists: its slopes are found at two places at once and written as one run for each list.

use super::run::run_exactly;
use crate::forward::{Masked, Tangents};
use crate::function::{Function, place, places_of, sum_each};
use crate::tape::layout::Layout;
use crate::tape::scalar::Scalar;
use crate::tape::var::{Tape, Var};
use std::array::from_fn;
use std::iter::empty;

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
        let padded = len.next_multiple_of(S::LANES);
        let mut arguments = self.store.arguments.take();
        let (values, slopes) = arguments.of(N * padded);
        let (mut values, mut slopes) = (values.chunks_exact_mut(padded), slopes.chunks_exact_mut(padded));
        let mut primals: [&mut [S]; N] = from_fn(|_| values.next().expect("there is one for each list"));
        let mut slopes: [&mut [S]; N] = from_fn(|_| slopes.next().expect("there is one for each list"));
        let layouts: [Option<Layout>; N] = from_fn(|k| Layout::of(x[k], primals[k]));
        for (primals, x) in primals.iter_mut().zip(x) {
            // a list of one number is the same at all places, and the last place stands for those that fill the lanes up
            let last = primals[x.len() - 1];
            primals[x.len()..].fill(last);
        }
        let primals = primals.map(|list| &*list);
        let value = run_in_lanes(f, primals, data, &mut slopes, len);
        if slopes.iter().flat_map(|list| &list[..len]).fold(false, |nan, slope| nan | slope.has_nan()) {
            (0..len).for_each(|i| {
                let arguments: [S; I] = place(primals.map(|list| &list[..len]), data, i);
                let [(_, exact)] = run_exactly(f, arguments);
                slopes.iter_mut().zip(exact).for_each(|(list, slope)| list[i] = slope);
            });
        }
        for (slopes, x) in slopes.iter_mut().zip(x) {
            if x.len() == 1 {
                slopes[0] = slopes[..len].iter().copied().sum();
            }
        }
        let lists = slopes.into_iter().zip(layouts).zip(x);
        let handle = self.store.record_lists(lists.map(|((slopes, layout), x)| (layout, &mut slopes[..x.len()], x)));
        self.store.arguments.set(arguments);
        Var { tape: Some(self), handle, value }
    }
}

/// Runs a function at each place of padded lists, and writes its slope by each list; the sum of its values.
#[inline(always)]
fn run_in_lanes<S: Scalar, const N: usize, const D: usize, const I: usize, F: Function<I, 1>>(
    f: &F,
    primals: [&[S]; N],
    data: [&[f64]; D],
    slopes: &mut [&mut [S]; N],
    len: usize,
) -> S {
    // so that few indices have to be tested in the loop
    let padded = len.next_multiple_of(S::LANES);
    let (primals, slopes) = (primals.map(|list| &list[..padded]), slopes.each_mut().map(|list| &mut list[..padded]));
    let mut sum: S = empty().sum();
    for i in (0..len).step_by(S::LANES) {
        let datum = |d: &[f64]| S::load(&[0, 1].map(|lane| S::from(d[(i + lane).min(d.len() - 1)])));
        let variables = Tangents::variables(primals.map(|list| S::load(&list[i..])));
        let arguments: [Tangents<S::Lanes, N, Masked>; I] =
            from_fn(|k| if k < N { variables[k] } else { Tangents::constant(datum(data[k - N])) });
        let [y] = f.run(arguments);
        let mut values = [S::from(0.0); 2];
        S::store(y.primal, &mut values);
        values[..S::LANES.min(len - i)].iter().for_each(|&value| sum += value);
        (0..N).for_each(|k| S::store(y.tangents()[k], &mut slopes[k][i..]));
    }
    sum
}
