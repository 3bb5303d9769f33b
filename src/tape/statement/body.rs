//! Statements whose pull-back is left to a body: a function that the reverse sweep runs again.

use super::slot::{Body, List, PullBack, Recorded};
use crate::tape::scalar::Scalar;
use crate::tape::store::Store;

/// A statement with a body, whose index is the first number of the shape. It has a list for each of [`Body::lens`].
struct WithBody;

impl<S: Scalar> Store<S> {
    /// Writes a statement with a body, given its lists of arguments and how many slopes it has just appended; the first slot of its results.
    ///
    /// # Panics
    /// If the tape is full.
    pub(super) fn push_body(
        &self,
        results: usize,
        lists: impl IntoIterator<Item = List>,
        slopes: usize,
        body: Box<dyn Body<S>>,
    ) -> u32 {
        let index = self.statements.borrow_mut().keep(body);
        self.push_statement::<WithBody>(results, lists, slopes, [index, 0, 0])
    }
}

impl<S: Scalar> PullBack<S> for WithBody {
    /// One output after the other, since a body is run again in numbers of its own; one whose adjoints are all 0 is left out.
    fn pull_back<const W: usize, const EXACT: bool>(
        recorded: &Recorded<'_, S>,
        below: &mut [[S; W]],
        results: &mut [[S; W]],
    ) {
        let body = recorded.body(recorded.shape[0]);
        let mut memory = recorded.memory().take();
        for lane in (0..W).filter(|&lane| results.iter().any(|adjoint| !adjoint[lane].is_zero())) {
            memory.clear();
            memory.extend(results.iter().map(|adjoint| adjoint[lane]));
            memory.resize(results.len() + body.lens().iter().sum::<usize>(), S::from(0.0));
            let (of_results, adjoints) = memory.split_at_mut(results.len());
            body.reverse(recorded.slopes, of_results, adjoints, EXACT);
            let mut adjoints = adjoints.iter();
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
