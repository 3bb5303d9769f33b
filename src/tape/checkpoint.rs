//! Long recurrences in little memory: a few states are kept, and the steps between them are run again when the reverse sweep comes to
//! them, by the binomial schedule that repeats each step as seldom as the kept states allow.
//!
//! The schedule is that of Griewank, "Achieving logarithmic growth of temporal and spatial complexity in reverse automatic
//! differentiation" (1992): with s states kept, β(s, t) = (s + t over s) steps can be reversed if none is run more than t times
//! beside its reversal.

use super::adjoint::{WIDEST, WIDTHS, add, of_width};
use super::scalar::{Scalar, same_primals};
use super::var::{Tape, Var};
use std::array::from_fn;

/// What is done next of a reversal.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    /// Run the steps from the state kept last up to this one, and keep the state before it.
    Keep(u64),
    /// Run the steps from the state kept last up to this one, and reverse it.
    Reverse(u64),
    /// Forget the state kept last.
    Drop,
}

/// The schedule of a reversal: the actions in order.
struct Schedule {
    /// Before which steps a state is kept; the first is 0.
    kept: Vec<u64>,
    /// How many may be kept.
    most: usize,
    /// The steps from here on have been reversed.
    end: u64,
}

impl Schedule {
    fn new(steps: u64, most: usize) -> Self {
        Schedule { kept: vec![0], most, end: steps }
    }
}

impl Iterator for Schedule {
    type Item = Action;

    fn next(&mut self) -> Option<Action> {
        let at = *self.kept.last().filter(|_| self.end > 0)?;
        if at == self.end {
            self.kept.pop();
            return Some(Action::Drop);
        }
        // this state, and those that can still be kept
        let states = self.most - self.kept.len() + 1;
        if self.end - at == 1 || states == 1 {
            self.end -= 1;
            return Some(Action::Reverse(self.end));
        }
        let next = at + split(self.end - at, states as u64);
        self.kept.push(next);
        Some(Action::Keep(next))
    }
}

/// After how many of `n` steps the next state is best kept, if there is room for so many, of which the first is kept.
fn split(n: u64, states: u64) -> u64 {
    let mut times = 1;
    while beta(states, times) < n {
        times += 1;
    }
    beta(states, times - 1).min(n - beta(states - 1, times - 1))
}

/// (s + t over s), or the largest number if it is greater.
fn beta(s: u64, t: u64) -> u64 {
    let (few, many) = (s.min(t), s.max(t));
    let product = (1..=few).try_fold(1u128, |b, i| Some(b.checked_mul(u128::from(many + i))? / u128::from(i)));
    product.and_then(|b| u64::try_from(b).ok()).unwrap_or(u64::MAX)
}

/// How many states are kept for so many steps: a constant times the logarithm, so that none runs more than a few times.
fn room(steps: usize) -> usize {
    const EACH: usize = 32;
    EACH * (1 + steps.max(1).ilog2() as usize)
}

/// The slopes of some results, at most [`WIDEST`], by the state before the steps that have been reversed so far, and by the active parameters.
struct Slopes<S> {
    /// How many results there is room for: one of the [`WIDTHS`].
    width: usize,
    /// For each number of the state so many slopes.
    by_state: Vec<S>,
    by_params: Vec<S>,
}

impl<S: Scalar> Slopes<S> {
    /// Those of a state of `n` numbers by itself, in groups.
    fn groups(n: usize, params: usize) -> Vec<Self> {
        let group = |start: usize| {
            let width = WIDTHS.into_iter().find(|&width| width >= n - start).unwrap_or(WIDEST);
            let mut by_state = vec![S::from(0.0); n * width];
            for i in start..n.min(start + width) {
                by_state[i * width + i - start] = S::from(1.0);
            }
            Slopes { width, by_state, by_params: vec![S::from(0.0); params * width] }
        };
        (0..n).step_by(WIDEST).map(group).collect()
    }

    /// Takes them back over a step, recorded on a tape of its own with the state before it and the parameters as inputs.
    fn reverse(&mut self, tape: &Tape<S>, y: &[Var<'_, S>], adjoints: &mut Vec<S>) {
        match self.width {
            1 => self.reverse_by::<1>(tape, y, adjoints),
            2 => self.reverse_by::<2>(tape, y, adjoints),
            4 => self.reverse_by::<4>(tape, y, adjoints),
            _ => self.reverse_by::<8>(tape, y, adjoints),
        }
    }

    fn reverse_by<const W: usize>(&mut self, tape: &Tape<S>, y: &[Var<'_, S>], adjoints: &mut Vec<S>) {
        let seeds = y.iter().copied().zip(of_width::<S, W>(&mut self.by_state).iter().copied());
        tape.sweep_into(seeds, adjoints);
        let (zero, state) = ([S::from(0.0); W], y.len());
        let adjoints = of_width::<S, W>(adjoints);
        for (slopes, adjoint) in of_width::<S, W>(&mut self.by_state).iter_mut().zip(&mut *adjoints) {
            *slopes = std::mem::replace(adjoint, zero);
        }
        for (slopes, adjoint) in of_width::<S, W>(&mut self.by_params).iter_mut().zip(&mut adjoints[state..]) {
            add(slopes, std::mem::replace(adjoint, zero));
        }
    }

    /// Those of the `i`th result of the group.
    fn of(&self, i: usize) -> impl Iterator<Item = S> {
        self.by_state
            .chunks_exact(self.width)
            .chain(self.by_params.chunks_exact(self.width))
            .map(move |slopes| slopes[i])
    }
}

/// [`Apply::checkpoint`](crate::function::Apply::checkpoint).
///
/// # Panics
/// If a step uses a variable from outside. In a build with debug assertions, if a step gives something else when it is asked again.
#[track_caller]
pub(super) fn checkpoint<'t, S: Scalar, const N: usize>(
    steps: usize,
    state: [Var<'t, S>; N],
    params: &[Var<'t, S>],
    step: impl Fn(usize, [Var<'t, S>; N], &[Var<'t, S>]) -> [Var<'t, S>; N],
) -> [Var<'t, S>; N] {
    let tape = Var::same_tape(Var::tape_of(&state), Var::tape_of(params));
    let Some((tape, segment)) = tape.and_then(|tape| Some((tape, tape.lend_segment()?))) else {
        return (0..steps).fold(state, |state, i| step(i, state, params));
    };
    let constants: Vec<_> = params.iter().map(|p| Var::constant(p.value)).collect();
    let run = |i: u64, state: [S; N]| step(i as usize, state.map(Var::constant), &constants).map(Var::value);
    let advance = |from: u64, to: u64, state: [S; N]| (from..to).fold(state, |state, i| run(i, state));
    let active: Vec<_> = params.iter().filter(|p| p.tape.is_some()).copied().collect();
    let mut groups = Slopes::groups(N, active.len());
    let mut adjoints = vec![];
    let mut inputs = Vec::with_capacity(params.len());
    let mut results = None;
    let mut kept = vec![(0, state.map(|x| x.value))];
    for action in Schedule::new(steps as u64, room(steps)) {
        let &(at, values) = kept.last().expect("the first state is kept to the end");
        match action {
            Action::Drop => _ = kept.pop(),
            Action::Keep(to) => kept.push((to, advance(at, to, values))),
            Action::Reverse(last) => {
                let values = advance(at, last, values);
                debug_assert!(
                    same_primals(&run(last, values), &run(last, values)),
                    "step {last} of a checkpoint gave something else when it was asked again; it must depend on nothing but what it is given"
                );
                segment.tape.restart();
                let state = values.map(|value| segment.tape.var(value));
                inputs.clear();
                inputs.extend(params.iter().map(|p| match p.tape {
                    Some(_) => segment.tape.var(p.value),
                    None => *p,
                }));
                let y = step(last as usize, state, &inputs);
                Var::same_tape(Some(segment.tape), Var::tape_of(&y));
                results.get_or_insert(y.map(Var::value));
                groups.iter_mut().for_each(|slopes| slopes.reverse(segment.tape, &y, &mut adjoints));
            }
        }
    }
    let Some(results) = results else { return state };
    let x: Vec<_> = state.into_iter().chain(active).collect();
    from_fn(|i| {
        let slopes = groups[i / WIDEST].of(i % WIDEST);
        let edges = slopes.zip(&x).filter(|(_, x)| x.tape.is_some()).map(|(slope, x)| (slope, x.handle));
        Var { tape: Some(tape), handle: tape.store.record_all(edges), value: results[i] }
    })
}

#[cfg(test)]
mod tests {
    use super::{Action, Schedule, beta, room};

    /// Steps run forward beside the reversals; and that each is reversed once, the last first, with no more states than allowed.
    fn cost(steps: u64, most: usize) -> u64 {
        let (mut kept, mut cost, mut end) = (vec![0], 0, steps);
        for action in Schedule::new(steps, most) {
            let at = *kept.last().unwrap();
            match action {
                Action::Drop => _ = kept.pop(),
                Action::Keep(to) => {
                    assert!(at < to && to < end);
                    cost += to - at;
                    kept.push(to);
                    assert!(kept.len() <= most);
                }
                Action::Reverse(last) => {
                    assert_eq!(last + 1, end);
                    assert!(at <= last);
                    cost += last - at;
                    end = last;
                }
            }
        }
        assert_eq!(end, 0);
        cost
    }

    /// The least, by trying each place for the next state.
    fn least(steps: usize, most: usize) -> Vec<Vec<u64>> {
        let alone = |n: usize| (n * n.saturating_sub(1) / 2) as u64;
        let mut best = vec![(0..=steps).map(alone).collect::<Vec<_>>()];
        for s in 1..most {
            let mut row = vec![0, 0];
            for n in 2..=steps {
                row.push((1..n).map(|m| m as u64 + best[s - 1][n - m] + row[m]).min().unwrap());
            }
            best.push(row);
        }
        best
    }

    #[test]
    fn no_schedule_runs_fewer_steps() {
        let best = least(120, 6);
        for most in 1..=6 {
            for steps in 0..=120 {
                assert_eq!(cost(steps, most), best[most - 1][steps as usize], "{steps} steps, {most} states");
            }
        }
    }

    #[test]
    fn a_million_steps_are_run_a_few_times() {
        let steps = 1_000_000;
        assert!(cost(steps, room(steps as usize)) < 3 * steps);
        assert_eq!((beta(3, 2), beta(0, 9), beta(9, 0), beta(200, 200)), (10, 1, 1, u64::MAX));
    }
}
