//! Passes over a long state on a tape: of a piece of the state, and some passes over it, it is kept what they begin with, and the
//! reverse sweep runs them again.

use super::{Body, List, PullBack, Recorded};
use crate::forward::{Masked, Strong, Tangents, ZeroPolicy};
use crate::op::Block;
use crate::op::apply::scan_each;
use crate::op::scan::{PIECE, Params, TOGETHER, inputs, places, run_passes, run_piece};
use crate::tape::scalar::{Scalar, same_primals};
use crate::tape::slots::take;
use crate::tape::var::{Tape, Var};
use std::array::from_fn;

/// The state after the passes of a scan, which are run again. The shape is the index of its [`Passes`]; its lists are those of the state,
/// each number that is carried, and the parameters.
struct Scan;

/// A block, and how often it is run.
///
/// It lists the parameters, and then what a single pass gives to the block at each place; or of several passes that go over a piece together
/// what is carried to each and the state, out of which they are run again.
struct Passes<B, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize> {
    block: B,
    count: usize,
    lens: [usize; I],
}

impl<B: Block<I, O> + Clone, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>
    Passes<B, M, C, N, I, O>
{
    fn places(&self) -> usize {
        self.lens[0]
    }

    /// The lists of parameters, out of one.
    fn params<'a, S>(&self, mut rest: &'a [S]) -> [&'a [S]; N] {
        from_fn(|n| {
            let list;
            (list, rest) = rest.split_at(self.lens[M + C + n]);
            list
        })
    }

    /// Runs the block on the values of its arguments, of which those of the state become the results, and lists what is kept.
    fn run<S: Scalar>(&self, values: &mut [S], list: impl Fn(&[S])) {
        let (state, rest) = values.split_at_mut(M * self.places());
        let (carry, params) = rest.split_at(C);
        list(params);
        let mut lists = state.chunks_exact_mut(self.places());
        let mut state: [&mut [S]; M] = from_fn(|_| lists.next().expect("there are M lists"));
        let (mut carry, params): ([S; C], _) = (from_fn(|k| carry[k]), Params::new(self.params(params)));
        // a copy, so that its parts can be kept in registers
        let block = self.block.clone();
        if self.count > 1 {
            let keep = |carries: &[[S; C]], state: &[&mut [S]; M]| {
                list(carries.as_flattened());
                state.iter().for_each(|state| list(state));
            };
            return run_passes(self.count, &mut state, carry, &params, |x| block.run(x), keep);
        }
        let mut given = [[S::from(0.0); O]; PIECE];
        for start in (0..self.places()).step_by(PIECE) {
            let len = PIECE.min(self.places() - start);
            let mut piece = state.each_mut().map(|list| &mut list[start..start + len]);
            carry = run_and_keep(&block, &mut piece, carry, params.piece(start, len), &mut given);
            list(given[..len].as_flattened());
        }
    }

    /// [`Body::reverse`].
    fn reverse_by<S: Scalar, Z: ZeroPolicy>(&self, slopes: &[S], mut adjoints: &mut [S]) {
        let (places, zero) = (self.places(), S::from(0.0));
        let params: usize = self.lens[M + C..].iter().sum();
        let (params, mut kept) = slopes.split_at(params);
        let params = Params::new(self.params(params));
        let mut state_adjoints: [&mut [S]; M] = from_fn(|_| take(&mut adjoints, places));
        let first_adjoints = take(&mut adjoints, C);
        let mut params_adjoints: [&mut [S]; N] = from_fn(|n| take(&mut adjoints, self.lens[M + C + n]));
        let mut given = vec![[zero; O]; TOGETHER.min(self.count) * PIECE.min(places)];
        for done in (0..self.count).step_by(TOGETHER).rev() {
            let carry_adjoints = &mut [[zero; C]; TOGETHER][..TOGETHER.min(self.count - done)];
            for start in (0..places).step_by(PIECE).rev() {
                let len = PIECE.min(places - start);
                let params = params.piece(start, len);
                let given = &mut given[..carry_adjoints.len() * len];
                let (carries, state);
                if self.count == 1 {
                    (kept, state) = kept.split_at(kept.len() - O * len);
                    given.as_flattened_mut().copy_from_slice(state);
                } else {
                    (kept, state) = kept.split_at(kept.len() - M * len);
                    (kept, carries) = kept.split_at(kept.len() - C * carry_adjoints.len());
                    self.run_again(carries, state, params, given);
                }
                let state_adjoints = state_adjoints.each_mut().map(|list| &mut list[start..start + len]);
                let shares = self.reverse_piece::<S, Z>(given, params, state_adjoints, carry_adjoints);
                for (adjoints, shares) in params_adjoints.iter_mut().zip(&shares) {
                    match &mut **adjoints {
                        [adjoint] => *adjoint += shares[..len].iter().copied().sum(),
                        adjoints => {
                            adjoints[start..].iter_mut().zip(&shares[..len]).for_each(|(x, &share)| *x += share)
                        }
                    }
                }
            }
            for carry_adjoint in carry_adjoints {
                first_adjoints.iter_mut().zip(carry_adjoint).for_each(|(sum, &mut share)| *sum += share);
            }
        }
    }

    /// Runs passes over a piece again; the block was given these numbers, and the parameters, at each place of each.
    fn run_again<S: Scalar>(&self, carries: &[S], state: &[S], params: [&[S]; N], given: &mut [[S; O]]) {
        // copies, so that what is in them can be kept in registers
        let (block, mut values) = (self.block.clone(), [[S::from(0.0); PIECE]; M]);
        let len = state.len() / M;
        values.iter_mut().zip(state.chunks_exact(len)).for_each(|(list, state)| list[..len].copy_from_slice(state));
        let mut state = values.each_mut().map(|list| &mut list[..len]);
        for (pass, given) in given.chunks_exact_mut(len).enumerate() {
            let carry: [S; C] = from_fn(|k| carries[pass * C + k]);
            run_and_keep(&block, &mut state, carry, params, given);
        }
    }

    /// Takes the adjoints of what passes over a piece made, the state and what each carried on, back to what they were given. Those of the
    /// parameters are returned.
    #[allow(clippy::needless_range_loop)] // the compiler unrolls these and finds the patterns to be constants
    fn reverse_piece<S: Scalar, Z: ZeroPolicy>(
        &self,
        given: &[[S; O]],
        params: [&[S]; N],
        state_adjoints: [&mut [S]; M],
        carry_adjoints: &mut [[S; C]],
    ) -> [[S; PIECE]; N] {
        let (block, zero, len) = (self.block.clone(), S::from(0.0), state_adjoints[0].len());
        let (params, state_adjoints) = (params.map(|list| &list[..len]), state_adjoints.map(|list| &mut list[..len]));
        let mut params_adjoints = [[zero; PIECE]; N];
        for (given, carried) in given.chunks_exact(len).zip(carry_adjoints).rev() {
            let mut carry_adjoint = *carried;
            for i in (0..len).rev() {
                let x: [S; I] = from_fn(|k| if k < O { given[i][k] } else { params[k - O][i] });
                let y: [Tangents<S, I, Z>; O] = block.run(Tangents::variables(x));
                let adjoints: [S; O] = from_fn(|k| if k < M { state_adjoints[k][i] } else { carry_adjoint[k - M] });
                let mut shares = [zero; I];
                for k in 0..I {
                    let mut sum = None;
                    for o in 0..O {
                        if y[o].depends_on(k) {
                            let share = Z::share(adjoints[o], y[o].tangents()[k]);
                            sum = Some(sum.map_or(share, |sum| sum + share));
                        }
                    }
                    shares[k] = sum.unwrap_or(zero);
                }
                for m in 0..M {
                    state_adjoints[m][i] = shares[m];
                }
                carry_adjoint = from_fn(|k| shares[M + k]);
                for n in 0..N {
                    params_adjoints[n][i] += shares[O + n];
                }
            }
            *carried = carry_adjoint;
        }
        params_adjoints
    }
}

/// Runs a block from place to place of a piece, and keeps what it is given beside the parameters; what is carried on is returned.
#[inline(always)]
fn run_and_keep<S: Scalar, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
    block: &impl Block<I, O>,
    state: &mut [&mut [S]; M],
    carry: [S; C],
    params: [&[S]; N],
    given: &mut [[S; O]],
) -> [S; C] {
    let mut given = given.iter_mut();
    run_piece(state, carry, params, |x| {
        let given = given.next().expect("there is room for each place");
        *given = from_fn(|k| x[k]);
        block.run(x)
    })
}

impl<S: Scalar, B, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize> Body<S>
    for Passes<B, M, C, N, I, O>
where
    B: Block<I, O> + Clone + Send,
{
    fn lens(&self) -> &[usize] {
        &self.lens
    }

    fn reverse(&self, slopes: &[S], adjoints: &mut [S], exact: bool) {
        if exact {
            self.reverse_by::<S, Strong>(slopes, adjoints);
        } else {
            self.reverse_by::<S, Masked>(slopes, adjoints);
        }
    }
}

impl<S: Scalar> Tape<S> {
    /// [`Apply::scan`](crate::op::Apply::scan), if a variable is active.
    pub(in crate::tape) fn scan<'t, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, B>(
        &'t self,
        block: &B,
        passes: usize,
        mut state: [&mut [Var<'t, S>]; M],
        carry: [Var<'t, S>; C],
        params: [&[Var<'t, S>]; N],
    ) where
        B: Block<I, O> + Clone + Send + 'static,
    {
        let len = M * places(&state, &params);
        if len == 0 || passes == 0 {
            return scan_each(block, passes, state, carry, params);
        }
        let numbers = carry.each_ref().map(std::slice::from_ref);
        let lists: [&[_]; I] = inputs(state.each_ref().map(|list| &**list), numbers, params);
        let passes = Passes::<B, M, C, N, I, O> { block: block.clone(), count: passes, lens: lists.map(<[_]>::len) };
        let mut memory = self.store.statements.borrow().memory().take();
        let numbers = passes.lens.iter().sum();
        memory.resize(memory.len().max(numbers), S::from(0.0));
        let values = &mut memory[..numbers];
        let mut rest = &mut *values;
        let lists = lists.map(|list| List::at(self.in_line(list, take(&mut rest, list.len()))));
        debug_assert!(
            {
                let [mut once, mut again] = [values.to_vec(), values.to_vec()];
                passes.run(&mut once, |_| {});
                passes.run(&mut again, |_| {});
                same_primals(&once, &again)
            },
            "the block of a scan gave something else when it was asked again; it must depend on nothing but what it is given"
        );
        let listed = self.store.listed.undo();
        passes.run(values, |numbers| self.store.listed.extend(numbers));
        let slopes = listed.keep();
        let index = self.store.statements.borrow_mut().keep(Box::new(passes));
        let slot = self.store.push_statement::<Scan>(len, lists, slopes, [index, 0, 0]);
        let mut results = (slot..).zip(&*values);
        for x in state.iter_mut().flat_map(|list| list.iter_mut()) {
            let (slot, &value) = results.next().expect("there is a value for each");
            *x = Var { tape: Some(self), handle: self.store.newest(slot), value };
        }
        self.store.statements.borrow().memory().set(memory);
    }
}

impl<S: Scalar> PullBack<S> for Scan {
    /// One output after the other, since the passes are run again in numbers of one tangent for each argument.
    fn pull_back<const W: usize, const EXACT: bool>(
        recorded: &Recorded<'_, S>,
        below: &mut [[S; W]],
        results: &mut [[S; W]],
    ) {
        let body = recorded.body(recorded.shape[0]);
        let mut memory = recorded.memory().take();
        for lane in 0..W {
            memory.clear();
            memory.extend(results.iter().map(|adjoint| adjoint[lane]));
            memory.resize(body.lens().iter().sum(), S::from(0.0));
            body.reverse(recorded.slopes, &mut memory, EXACT);
            let mut adjoints = memory.iter();
            for (list, &len) in recorded.lists.iter().zip(body.lens()) {
                let shares = adjoints.by_ref().take(len);
                match list.first {
                    List::CONSTANT => shares.for_each(drop),
                    first => {
                        below[first as usize..][..len].iter_mut().zip(shares).for_each(|(x, &share)| x[lane] += share)
                    }
                }
            }
        }
        recorded.memory().set(memory);
    }
}
