//! Passes over a long state on a tape: of a piece of the state, and some passes over it, what [`Keep`] says is kept, and the reverse
//! sweep runs the passes again, unless their slopes are kept.

use super::run::run_with_slopes;
use super::slot::{Body, List};
use crate::forward::{Masked, Strong, Tangents, ZeroPolicy};
use crate::function::{Apply, Function, Keep, PIECE, Params, TOGETHER, places, run_passes, run_piece, scan_each};
use crate::tape::layout::take;
use crate::tape::scalar::{Scalar, same_primals};
use crate::tape::var::{Tape, Var};
use std::array::from_fn;

/// A function, and how often it is run: the body of a statement whose results are the state after the passes. Its lists are those of the state,
/// each number that is carried, and the parameters.
///
/// It appends the parameters to the slopes, and then for each piece of the state, and the passes that go over it together, what is kept of them:
///
/// ```text
/// Keep::Few       what is carried to each pass, and the state before the first
/// Keep::Inputs    for each pass and place what the function is given there, but for the parameters: O numbers
/// Keep::Slopes    for each pass and place the slopes of each result by each argument: O · I numbers
/// ```
struct Passes<F, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize> {
    f: F,
    keep: Keep,
    count: usize,
    lens: [usize; I],
}

impl<F: Function<I, O> + Clone, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>
    Passes<F, M, C, N, I, O>
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

    /// Runs the function on the values of its arguments, of which those of the state become the results, and appends what is kept.
    fn run<S: Scalar>(&self, values: &mut [S], list: &dyn Fn(&[S])) {
        let (state, rest) = values.split_at_mut(M * self.places());
        let (carry, params) = rest.split_at(C);
        list(params);
        let mut lists = state.chunks_exact_mut(self.places());
        let state: &mut [&mut [S]; M] = &mut from_fn(|_| lists.next().expect("there are M lists"));
        let (carry, params): ([S; C], _) = (from_fn(|k| carry[k]), Params::new(self.params(params)));
        // a copy, so that its parts can be kept in registers
        let f = self.f.clone();
        let keep_few = |carries: &[[S; C]], state: &[&mut [S]; M]| {
            if self.keep == Keep::Few {
                list(carries.as_flattened());
                state.iter().for_each(|state| list(state));
            }
        };
        let run = |x: [S; I]| {
            if self.keep == Keep::Slopes {
                let results = run_with_slopes(&f, Tangents::variables(x), || x);
                results.iter().for_each(|(_, slopes)| list(slopes));
                return results.map(|(y, _)| y);
            }
            if self.keep == Keep::Inputs {
                list(&x[..O]);
            }
            f.run(x)
        };
        run_passes(self.count, state, carry, &params, run, keep_few);
    }

    /// [`Body::reverse`], with the adjoints of the results where those of the state will be.
    #[allow(clippy::needless_range_loop)] // as in `reverse_piece`
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
                let passes = carry_adjoints.len();
                let state_adjoints = state_adjoints.each_mut().map(|list| &mut list[start..start + len]);
                let mut take_last = |count: usize| {
                    let last;
                    (kept, last) = kept.split_at(kept.len() - count);
                    last
                };
                let shares = if self.keep == Keep::Slopes {
                    let slopes: &[[S; I]] = take_last(O * I * len * passes).as_chunks().0;
                    let partials = |at: usize, _| from_fn(|o| Tangents::new(zero, slopes[at * O + o]));
                    self.reverse_piece::<S, Z>(partials, state_adjoints, carry_adjoints)
                } else {
                    let given = &mut given[..passes * len];
                    if self.keep == Keep::Inputs {
                        given.as_flattened_mut().copy_from_slice(take_last(O * len * passes));
                    } else {
                        let state = take_last(M * len);
                        self.run_again(take_last(C * passes), state, params, given);
                    }
                    // copies, so that what is in them can be kept in registers
                    let (f, params) = (self.f.clone(), params.map(|list| &list[..len]));
                    let partials = |at: usize, i: usize| {
                        // a loop, since what `from_fn` calls is not always inlined
                        let mut x = [zero; I];
                        x[..O].copy_from_slice(&given[at]);
                        for n in 0..N {
                            x[O + n] = params[n][i];
                        }
                        f.run(Tangents::variables(x))
                    };
                    self.reverse_piece::<S, Z>(partials, state_adjoints, carry_adjoints)
                };
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

    /// Runs passes over a piece again; the function was given these numbers, and the parameters, at each place of each.
    fn run_again<S: Scalar>(&self, carries: &[S], state: &[S], params: [&[S]; N], given: &mut [[S; O]]) {
        // copies, so that what is in them can be kept in registers
        let (f, mut values) = (self.f.clone(), [[S::from(0.0); PIECE]; M]);
        let len = state.len() / M;
        values.iter_mut().zip(state.chunks_exact(len)).for_each(|(list, state)| list[..len].copy_from_slice(state));
        let mut state = values.each_mut().map(|list| &mut list[..len]);
        for (pass, given) in given.chunks_exact_mut(len).enumerate() {
            let carry: [S; C] = from_fn(|k| carries[pass * C + k]);
            run_and_keep(&f, &mut state, carry, params, given);
        }
    }

    /// Takes the adjoints of what passes over a piece made, the state and what each carried on, back to what they were given, with the slopes
    /// of each pass and place in turn, and the place. Those of the parameters are returned.
    #[inline(always)]
    #[allow(clippy::needless_range_loop)] // the compiler unrolls these and finds the patterns to be constants
    fn reverse_piece<S: Scalar, Z: ZeroPolicy>(
        &self,
        partials: impl Fn(usize, usize) -> [Tangents<S, I, Z>; O],
        state_adjoints: [&mut [S]; M],
        carry_adjoints: &mut [[S; C]],
    ) -> [[S; PIECE]; N] {
        let (zero, len) = (S::from(0.0), state_adjoints[0].len());
        let state_adjoints = state_adjoints.map(|list| &mut list[..len]);
        let mut params_adjoints = [[zero; PIECE]; N];
        for (pass, carried) in carry_adjoints.iter_mut().enumerate().rev() {
            let mut carry_adjoint = *carried;
            for i in (0..len).rev() {
                let y = partials(pass * len + i, i);
                let mut adjoints = [zero; O];
                for m in 0..M {
                    adjoints[m] = state_adjoints[m][i];
                }
                adjoints[M..].copy_from_slice(&carry_adjoint);
                let shares = Tangents::pull_back(&y, adjoints);
                for m in 0..M {
                    state_adjoints[m][i] = shares[m];
                }
                carry_adjoint.copy_from_slice(&shares[M..O]);
                for n in 0..N {
                    params_adjoints[n][i] += shares[O + n];
                }
            }
            *carried = carry_adjoint;
        }
        params_adjoints
    }
}

/// Runs a function from place to place of a piece, and keeps what it is given beside the parameters; what is carried on is returned.
#[inline(always)]
fn run_and_keep<S: Scalar, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
    f: &impl Function<I, O>,
    state: &mut [&mut [S]; M],
    carry: [S; C],
    params: [&[S]; N],
    given: &mut [[S; O]],
) -> [S; C] {
    let mut given = given.iter_mut();
    run_piece(state, carry, params, |x| {
        let given = given.next().expect("there is room for each place");
        given.copy_from_slice(&x[..O]);
        f.run(x)
    })
}

impl<S: Scalar, F, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize> Body<S>
    for Passes<F, M, C, N, I, O>
where
    F: Function<I, O> + Clone + Send,
{
    fn lens(&self) -> &[usize] {
        &self.lens
    }

    fn reverse(&self, slopes: &[S], of_results: &[S], adjoints: &mut [S], exact: bool) {
        adjoints[..of_results.len()].copy_from_slice(of_results);
        if exact {
            self.reverse_by::<S, Strong>(slopes, adjoints);
        } else {
            self.reverse_by::<S, Masked>(slopes, adjoints);
        }
    }
}

/// [`Apply::scan`](crate::function::Apply::scan).
#[track_caller]
pub(super) fn scan<'t, S: Scalar, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, F>(
    f: &F,
    keep: Keep,
    passes: usize,
    state: [&mut [Var<'t, S>]; M],
    carry: [Var<'t, S>; C],
    params: [&[Var<'t, S>]; N],
) where
    F: Function<I, O> + Clone + Send + 'static,
{
    let lists = state.iter().map(|list| &**list).chain(params).chain([&carry[..]]);
    let len = M * places(&state, &params);
    match Var::tape_of_lists(lists) {
        Some(tape) if len > 0 && passes > 0 => tape.scan(f, keep, passes, state, carry, params),
        _ => scan_each(passes, state, carry, params, |x| Var::run(f, x)),
    }
}

impl<S: Scalar> Tape<S> {
    /// The scan as one statement; there is a place and a pass.
    fn scan<'t, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, F>(
        &'t self,
        f: &F,
        keep: Keep,
        passes: usize,
        mut state: [&mut [Var<'t, S>]; M],
        carry: [Var<'t, S>; C],
        params: [&[Var<'t, S>]; N],
    ) where
        F: Function<I, O> + Clone + Send + 'static,
    {
        let len = M * places(&state, &params);
        let lists: [&[_]; I] = {
            let carry = carry.iter().map(std::slice::from_ref);
            let mut lists = state.iter().map(|list| &**list).chain(carry).chain(params);
            from_fn(|_| lists.next().expect("there is a list for each argument"))
        };
        let passes = Passes::<F, M, C, N, I, O> { f: f.clone(), keep, count: passes, lens: lists.map(<[_]>::len) };
        let mut memory = self.store.statements.borrow().memory().take();
        let numbers = passes.lens.iter().sum();
        memory.resize(memory.len().max(numbers), S::from(0.0));
        let values = &mut memory[..numbers];
        let mut rest = &mut *values;
        let lists = lists.map(|list| List::at(self.in_consecutive_slots(list, take(&mut rest, list.len()))));
        debug_assert!(
            {
                let [mut once, mut again] = [values.to_vec(), values.to_vec()];
                passes.run(&mut once, &|_| {});
                passes.run(&mut again, &|_| {});
                same_primals(&once, &again)
            },
            "the function of a scan gave something else when it was asked again; it must depend on nothing but what it is given"
        );
        let appended = self.store.slopes.undo();
        passes.run(values, &|numbers| self.store.slopes.extend(numbers));
        let slopes = appended.keep();
        let slot = self.store.push_body(len, lists, slopes, Box::new(passes));
        let mut results = (slot..).zip(&*values);
        for x in state.iter_mut().flat_map(|list| list.iter_mut()) {
            let (slot, &value) = results.next().expect("there is a value for each");
            *x = Var { tape: Some(self), handle: self.store.newest(slot), value };
        }
        self.store.statements.borrow().memory().set(memory);
    }
}
