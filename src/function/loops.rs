//! The meaning of the calls, as plain loops.

use super::scan::{Params, places, run_passes};
use crate::op::Call;
use crate::real::Real;
use std::array::from_fn;
use std::fmt::Arguments;
use std::iter::empty;

/// How many places there are in lists of this length.
///
/// # Panics
/// If the lengths differ, but for those of 1.
#[track_caller]
pub(crate) fn common_len<const N: usize>(lens: [usize; N]) -> usize {
    common(lens.iter(), format_args!("{lens:?}"))
}

/// How many places there are in lists of numbers and of data.
///
/// # Panics
/// If the lengths differ, but for those of 1.
#[track_caller]
pub(crate) fn places_of<R, const N: usize, const D: usize>(x: &[&[R]; N], data: &[&[f64]; D]) -> usize {
    let (lens, more) = (x.map(<[R]>::len), data.map(<[f64]>::len));
    common(lens.iter().chain(&more), format_args!("{lens:?} numbers and {more:?} data"))
}

/// The length that all of these are, but for those of 1.
///
/// # Panics
/// If there is none; the message shows `lists`.
#[track_caller]
fn common<'a>(lens: impl Iterator<Item = &'a usize> + Clone, lists: Arguments<'_>) -> usize {
    let len = lens.clone().copied().find(|&len| len != 1).unwrap_or(1);
    assert!(lens.copied().all(|other| other == len || other == 1), "the lists differ in length: {lists}");
    len
}

/// What a function is given at a place of lists of numbers and of data; a list of one is the same at all places.
#[inline(always)]
pub(crate) fn place<R: Copy + From<f64>, const N: usize, const D: usize, const I: usize>(
    x: [&[R]; N],
    data: [&[f64]; D],
    i: usize,
) -> [R; I] {
    const { assert!(I == N + D, "the function of a sum takes a number of each list, then a datum of each") };
    // loops, since what `from_fn` calls is not always inlined
    let mut place = [R::from(0.0); I];
    for (number, list) in place.iter_mut().zip(&x) {
        *number = list[i.min(list.len() - 1)];
    }
    for (number, list) in place[N..].iter_mut().zip(&data) {
        *number = list[i.min(list.len() - 1)].into();
    }
    place
}

/// A sum in two: of the terms at even places and of those at odd ones. Neither has to wait for the other.
#[derive(Clone, Copy)]
pub(crate) struct TwoSums<R>([R; 2]);

impl<R: Real> TwoSums<R> {
    /// The sum of no terms.
    #[inline(always)]
    pub fn new() -> Self {
        TwoSums([empty::<R>().sum(), empty::<R>().sum()])
    }

    /// Adds terms, of which the first stands at an even place.
    #[inline(always)]
    pub fn add(&mut self, terms: &[R]) {
        let (pairs, rest) = terms.as_chunks();
        for &[even, odd] in pairs {
            self.0 = [self.0[0] + even, self.0[1] + odd];
        }
        rest.iter().for_each(|&even| self.0[0] += even);
    }

    #[inline(always)]
    pub fn total(self) -> R {
        self.0[0] + self.0[1]
    }
}

/// [`Apply::reduce_each`](super::Apply::reduce_each) of a function, one place after the other.
#[track_caller]
#[inline]
pub(crate) fn sum_each<R: Call, const N: usize, const D: usize, const I: usize>(
    x: [&[R]; N],
    data: [&[f64]; D],
    f: impl Fn([R; I]) -> R,
) -> R {
    let (places, mut sums) = (places_of(&x, &data), TwoSums::new());
    let term = |i: usize| f(place(x, data, i));
    for i in (0..places).step_by(2) {
        let even = term(i);
        if i + 1 < places { sums.add(&[even, term(i + 1)]) } else { sums.add(&[even]) }
    }
    sums.total()
}

/// [`Apply::map`](super::Apply::map) of a function, one place after the other.
#[track_caller]
#[inline]
pub(crate) fn map_each<R: Real, const N: usize, const M: usize>(
    x: [&[R]; N],
    f: impl Fn([R; N]) -> [R; M],
) -> [Vec<R>; M] {
    let len = common_len(x.map(<[R]>::len));
    let steps = x.map(|x| usize::from(x.len() > 1));
    let mut results: [Vec<R>; M] = from_fn(|_| Vec::with_capacity(len));
    for i in 0..len {
        // loops, as in `place`
        let mut place = [R::from(0.0); N];
        for (number, (list, step)) in place.iter_mut().zip(x.iter().zip(&steps)) {
            *number = list[i * step];
        }
        for (list, &y) in results.iter_mut().zip(&f(place)) {
            list.push(y);
        }
    }
    results
}

/// # Panics
/// If `inner` is 0, or a matrix has no whole number of rows.
#[track_caller]
pub(crate) fn expect_rows<R>(a: &[R], b: &[R], inner: usize) {
    assert!(inner > 0, "contract needs rows of at least 1 number");
    for len in [a.len(), b.len()] {
        assert!(len % inner == 0, "contract needs rows of {inner}, which {len} numbers are not");
    }
}

/// [`Apply::contract`](super::Apply::contract), one dot product after the other. A row of `a` is read once for all of `b`.
#[track_caller]
#[inline]
pub(crate) fn contract_each<R: Call>(a: &[R], b: &[R], inner: usize) -> Vec<R> {
    let mut products = Vec::with_capacity(a.len() / inner * (b.len() / inner));
    for row in a.chunks_exact(inner) {
        // a loop, since the line of the caller does not reach into a closure
        for other in b.chunks_exact(inner) {
            products.push(R::dot(row, other));
        }
    }
    products
}

/// [`Apply::scan`](super::Apply::scan) of a function, one place after the other.
#[track_caller]
#[inline]
pub(crate) fn scan_each<R: Copy, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
    passes: usize,
    mut state: [&mut [R]; M],
    carry: [R; C],
    params: [&[R]; N],
    f: impl Fn([R; I]) -> [R; O],
) {
    if places(&state, &params) > 0 {
        run_passes(passes, &mut state, carry, &Params::new(params), f, |_, _| {});
    }
}
