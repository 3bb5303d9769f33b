//! The calls of functions, recorded as one statement each.

use super::recorder::{Expr, Form, Recorder};
use super::vector;
use crate::error::Error;
use crate::function::{
    Apply, Function, Keep, VectorRule, common_len, contract_each, expect_rows, map_each, place, places, places_of,
    scan_each, sum_each,
};
use std::any::type_name;
use std::array::from_fn;
use std::panic::Location;
use std::slice::from_ref;

impl<'g> Expr<'g> {
    /// The recorder that keeps a call with these arguments as one statement; `None` if all are constants, or it records what functions do
    /// in place of their calls.
    #[track_caller]
    fn recorder_of_call(lists: &[&[Self]]) -> Option<&'g Recorder> {
        Self::recorder_of_lists(lists).filter(|recorder| !recorder.opens())
    }
}

/// The values of expressions.
fn values<const N: usize>(x: [Expr<'_>; N]) -> [f64; N] {
    x.map(Expr::value)
}

/// Runs a function on expressions and returns its results.
fn run_on<'b, const N: usize, const M: usize>(f: &impl Function<N, M>, x: &[Expr<'b>]) -> Vec<Expr<'b>> {
    f.run(from_fn::<_, N, _>(|i| x[i])).to_vec()
}

impl Apply for Expr<'_> {
    // what can be asked of a recording is known when it is asked
    const ORDER: u32 = 0;

    #[track_caller]
    fn vector<V: VectorRule>(rule: &V, x: &[&[Self]]) -> Result<Vec<Self>, Error> {
        vector::vector(rule, x)
    }

    #[track_caller]
    fn run<const N: usize, const M: usize, F: Function<N, M>>(f: &F, x: [Self; N]) -> [Self; M] {
        let Some(recorder) = Self::recorder_of_call(&[&x]) else { return f.run(x) };
        let body = recorder.body(type_name::<F>(), &values(x), |x| run_on(f, x));
        let results = recorder.call(body, Form::Map, &x.each_ref().map(from_ref), Location::caller());
        from_fn(|m| results[m])
    }

    #[track_caller]
    fn map<const N: usize, const M: usize, F: Function<N, M>>(f: &F, x: [&[Self]; N]) -> [Vec<Self>; M] {
        let len = common_len(x.map(<[Self]>::len));
        let Some(recorder) = Self::recorder_of_call(&x).filter(|_| len > 0) else { return map_each(x, |x| f.run(x)) };
        let body = recorder.body(type_name::<F>(), &values::<N>(place(x, [], 0)), |x| run_on(f, x));
        let results = recorder.call(body, Form::Map, &x, Location::caller());
        from_fn(|m| results[m * len..][..len].to_vec())
    }

    #[track_caller]
    fn reduce_each<const N: usize, const D: usize, const I: usize, F: Function<I, 1>>(
        f: &F,
        x: [&[Self]; N],
        data: [&[f64]; D],
    ) -> Self {
        let len = places_of(&x, &data);
        if Self::recorder_of_lists(&x).is_some_and(Recorder::sums_at_once) {
            return (0..len).map(|i| f.run(place(x, data, i))[0]).sum();
        }
        let Some(recorder) = Self::recorder_of_call(&x).filter(|_| len > 0) else {
            return sum_each(x, data, |x| f.run(x)[0]);
        };
        let body = recorder.body(type_name::<F>(), &values::<I>(place(x, data, 0)), |x| run_on(f, x));
        let data = data.map(|list| list.iter().map(|&datum| datum.into()).collect::<Vec<Self>>());
        let lists: Vec<&[Self]> = x.into_iter().chain(data.iter().map(|list| &**list)).collect();
        recorder.call(body, Form::Sum, &lists, Location::caller())[0]
    }

    #[track_caller]
    fn scan<const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, F>(
        f: &F,
        _keep: Keep,
        passes: usize,
        state: [&mut [Self]; M],
        carry: [Self; C],
        params: [&[Self]; N],
    ) where
        F: Function<I, O> + Clone + Send + 'static,
    {
        const { assert!(I == M + C + N && O == M + C) };
        let len = places(&state, &params);
        let lists: Vec<&[Self]> =
            state.iter().map(|list| &**list).chain(carry.iter().map(from_ref)).chain(params).collect();
        let Some(recorder) = Self::recorder_of_call(&lists).filter(|_| len > 0 && passes > 0) else {
            drop(lists);
            return scan_each(passes, state, carry, params, |x| f.run(x));
        };
        let first: [Self; I] = from_fn(|k| lists[k][0]);
        let body = recorder.body(type_name::<F>(), &values(first), |x| run_on(f, x));
        let results = recorder.call(body, Form::Scan { passes, carried: C }, &lists, Location::caller());
        state.into_iter().zip(results.chunks(len)).for_each(|(list, results)| list.copy_from_slice(results));
    }

    #[track_caller]
    fn contract(a: &[Self], b: &[Self], inner: usize) -> Vec<Self> {
        expect_rows(a, b, inner);
        let Some(recorder) = Self::recorder_of_call(&[a, b]).filter(|_| !a.is_empty() && !b.is_empty()) else {
            return contract_each(a, b, inner);
        };
        let rows: Vec<f64> = a[..inner].iter().chain(&b[..inner]).map(|x| x.value()).collect();
        let body = recorder.body("dot", &rows, |x| vec![crate::op::Call::dot(&x[..inner], &x[inner..])]);
        recorder.call(body, Form::Contract { inner }, &[a, b], Location::caller())
    }

    #[track_caller]
    fn sum_terms(n: usize, x: &[Self], term: impl Fn(usize, &[Self]) -> Self) -> Self {
        // expressions of two recorders panic at the line of the caller here, which is lost in the sum of an iterator
        Self::recorder_of(x);
        (0..n).map(|i| term(i, x)).sum()
    }
}
