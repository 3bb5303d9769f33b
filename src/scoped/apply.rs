//! The calls of functions, which are those of the number that a number of a scope stands for.

use super::number::{Holder, Scoped, current};
use crate::error::Error;
use crate::function::{Apply, Function, Keep, VectorRule};
use crate::op::call::Args;

impl<H: Holder> Apply for Scoped<H> {
    const ORDER: u32 = <H::Number<'static> as Apply>::ORDER;

    #[track_caller]
    fn vector<V: VectorRule>(rule: &V, x: &[&[Self]]) -> Result<Vec<Self>, Error> {
        current!(at: H);
        let lists = at.all_lists(x);
        let y = Apply::vector(rule, &lists.iter().map(|list| &**list).collect::<Args<_>>())?;
        Ok(at.keep_list(&y))
    }

    #[inline(always)]
    #[track_caller]
    fn run<const N: usize, const M: usize, F: Function<N, M>>(f: &F, x: [Self; N]) -> [Self; M] {
        current!(at: H);
        let y: [H::Number<'_>; M] = Apply::run(f, at.array(x));
        y.map(|y| at.keep(y))
    }

    #[track_caller]
    fn map<const N: usize, const M: usize, F: Function<N, M>>(f: &F, x: [&[Self]; N]) -> [Vec<Self>; M] {
        current!(at: H);
        let lists = at.lists(x);
        let y: [Vec<H::Number<'_>>; M] = Apply::map(f, lists.each_ref().map(|list| &**list));
        y.map(|list| at.keep_list(&list))
    }

    #[track_caller]
    fn reduce_each<const N: usize, const D: usize, const I: usize, F: Function<I, 1>>(
        f: &F,
        x: [&[Self]; N],
        data: [&[f64]; D],
    ) -> Self {
        current!(at: H);
        let lists = at.lists(x);
        at.keep(Apply::reduce_each(f, lists.each_ref().map(|list| &**list), data))
    }

    #[track_caller]
    fn scan<const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, F>(
        f: &F,
        keep: Keep,
        passes: usize,
        state: [&mut [Self]; M],
        carry: [Self; C],
        params: [&[Self]; N],
    ) where
        F: Function<I, O> + Clone + Send + 'static,
    {
        current!(at: H);
        let (mut lists, params) = (at.lists(state.each_ref().map(|list| &**list)), at.lists(params));
        let params = params.each_ref().map(|list| &**list);
        Apply::scan(f, keep, passes, lists.each_mut().map(|list| &mut **list), at.array(carry), params);
        for (state, list) in state.into_iter().zip(lists) {
            state.iter_mut().zip(list).for_each(|(state, number)| *state = at.keep(number));
        }
    }

    #[track_caller]
    fn contract(a: &[Self], b: &[Self], inner: usize) -> Vec<Self> {
        current!(at: H);
        at.keep_list(&Apply::contract(&at.list(a), &at.list(b), inner))
    }

    #[track_caller]
    fn call_closure<const N: usize, const M: usize>(x: [Self; N], f: impl Fn([Self; N]) -> [Self; M]) -> [Self; M] {
        current!(at: H);
        let y: [H::Number<'_>; M] = Apply::call_closure(at.array(x), |x| {
            let (inside, y) = at.enter(&[&x], |inside| f(x.map(|x| inside.keep(x))));
            inside.array(y)
        });
        y.map(|y| at.keep(y))
    }

    #[track_caller]
    fn sum_terms(n: usize, x: &[Self], term: impl Fn(usize, &[Self]) -> Self) -> Self {
        current!(at: H);
        at.keep(Apply::sum_terms(n, &at.list(x), |i, x| {
            let (inside, y) = at.enter(&[x], |inside| term(i, &inside.keep_list(x)));
            inside.number(y)
        }))
    }

    #[track_caller]
    fn checkpoint<const N: usize>(
        steps: usize,
        state: [Self; N],
        params: &[Self],
        step: impl Fn(usize, [Self; N], &[Self]) -> [Self; N],
    ) -> [Self; N] {
        current!(at: H);
        let state: [H::Number<'_>; N] =
            Apply::checkpoint(steps, at.array(state), &at.list(params), |i, state, params| {
                let (inside, state) = at.enter(&[&state, params], |inside| {
                    step(i, state.map(|x| inside.keep(x)), &inside.keep_list(params))
                });
                inside.array(state)
            });
        state.map(|x| at.keep(x))
    }
}
