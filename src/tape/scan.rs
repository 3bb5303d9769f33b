//! Passes over a long state on a lean tape: of a piece of the state, and some passes over it, it is kept what they begin with, and the
//! reverse sweep runs them again.

use super::adjoint::Adjoint;
use super::lean::take;
use super::scalar::same_primals;
use super::sweep::{Entry, Scan};
use super::tangents::{Exact, Sparse, Tangents, Zeros};
use super::{Lean, Scalar, Tape, Var};
use crate::op::Block;
use crate::op::apply::scan_each;
use crate::op::scan::{PIECE, Params, TOGETHER, inputs, places, run_passes, run_piece};
use std::array::from_fn;

/// The passes of a scan, which can be run again.
///
/// Its arguments are lists: those of the state, each number that is carried, and the parameters.
#[doc(hidden)]
pub trait Replay<S>: Send {
    /// How long each list of arguments is.
    fn lens(&self) -> &[usize];

    /// Takes what the scan listed from the end of the list; what is left is returned.
    ///
    /// The adjoints, one list after the other, are those of the state after the passes and 0; they become those of the arguments. If it is
    /// to be `exact`, 0 annihilates.
    fn reverse<'l>(&self, listed: &'l [S], adjoints: &mut [S], exact: bool) -> &'l [S];
}

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

    /// How many numbers are listed beside the parameters.
    fn kept(&self) -> usize {
        match self.count {
            1 => O * self.places(),
            count => M * self.places() * count.div_ceil(TOGETHER) + C * count * self.places().div_ceil(PIECE),
        }
    }

    /// [`Replay::reverse`].
    fn reverse_by<'l, S: Scalar, Z: Zeros>(&self, listed: &'l [S], mut adjoints: &mut [S]) -> &'l [S] {
        let (places, zero) = (self.places(), S::from(0.0));
        let params: usize = self.lens[M + C..].iter().sum();
        let (listed, own) = listed.split_at(listed.len() - params - self.kept());
        let (params, mut kept) = own.split_at(params);
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
        listed
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
    fn reverse_piece<S: Scalar, Z: Zeros>(
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

impl<S: Scalar, B, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize> Replay<S>
    for Passes<B, M, C, N, I, O>
where
    B: Block<I, O> + Clone + Send,
{
    fn lens(&self) -> &[usize] {
        &self.lens
    }

    fn reverse<'l>(&self, listed: &'l [S], adjoints: &mut [S], exact: bool) -> &'l [S] {
        if exact {
            self.reverse_by::<S, Exact>(listed, adjoints)
        } else {
            self.reverse_by::<S, Sparse>(listed, adjoints)
        }
    }
}

impl<S: Scalar> Tape<Lean<S>> {
    /// [`Apply::scan`](crate::op::Apply::scan), if a variable is active.
    pub(super) fn scan<'t, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, B>(
        &'t self,
        block: &B,
        passes: usize,
        mut state: [&mut [Var<'t, Lean<S>>]; M],
        carry: [Var<'t, Lean<S>>; C],
        params: [&[Var<'t, Lean<S>>]; N],
    ) where
        B: Block<I, O> + Clone + Send + 'static,
    {
        let len = M * places(&state, &params);
        // too short to have as many results as entries
        if len < I + Scan::ENTRIES || passes == 0 {
            return scan_each(block, passes, state, carry, params);
        }
        let numbers = carry.each_ref().map(std::slice::from_ref);
        let lists: [&[_]; I] = inputs(state.each_ref().map(|list| &**list), numbers, params);
        let passes = Passes::<B, M, C, N, I, O> { block: block.clone(), count: passes, lens: lists.map(<[_]>::len) };
        let mut memory = self.store.scan.take();
        let numbers = passes.lens.iter().sum();
        memory.resize(memory.len().max(numbers), S::from(0.0));
        let values = &mut memory[..numbers];
        let mut rest = &mut *values;
        let lines = lists.map(|list| self.in_line(list, take(&mut rest, list.len())));
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
        listed.keep();
        let mut results = (self.store.slots()..).zip(&*values);
        self.store.push_scan(len, &lines, Box::new(passes));
        for x in state.iter_mut().flat_map(|list| list.iter_mut()) {
            let (slot, &value) = results.next().expect("there is a value for each");
            *x = Var { tape: Some(self), handle: self.store.newest(slot), value };
        }
        self.store.scan.set(memory);
    }

    /// Passes the adjoints of the results of a scan on to its arguments, which stand at these entries. What is left of the list is returned.
    ///
    /// It is not inlined, so that the loop of the sweep keeps its registers.
    #[inline(never)]
    pub(super) fn reverse_scan<'l, A: Adjoint<S>>(
        &self,
        scan: Scan,
        lines: &[Entry<S>],
        below: &mut [A],
        results: &mut [A],
        listed: &'l [S],
        exact: bool,
    ) -> &'l [S] {
        let replay = &self.store.replays.borrow()[scan.index as usize];
        let mut memory = self.store.scan.take();
        let mut rest = listed;
        for lane in 0..A::zero().lanes().len() {
            memory.clear();
            memory.extend(results.iter_mut().map(|adjoint| adjoint.lanes()[lane]));
            memory.resize(replay.lens().iter().sum(), S::from(0.0));
            rest = replay.reverse(listed, &mut memory, exact);
            let mut adjoints = memory.iter();
            for (line, &len) in lines.iter().zip(replay.lens()) {
                let list = adjoints.by_ref().take(len);
                match line.arg[0] {
                    Scan::CONSTANT => list.for_each(drop),
                    first => below[first as usize..][..len]
                        .iter_mut()
                        .zip(list)
                        .for_each(|(x, &share)| x.lanes()[lane] += share),
                }
            }
        }
        self.store.scan.set(memory);
        rest
    }
}
