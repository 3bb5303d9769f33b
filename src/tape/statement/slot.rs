//! The open slot of the tape: what is kept of a statement, and its pull-back in each width.

use crate::tape::adjoint::{WIDTHS, of_width};
use crate::tape::scalar::Scalar;
use std::cell::Cell;
use std::mem::take;
use std::ops::Range;

/// Where the numbers of a list of arguments stand: on slots at equal distances.
#[derive(Clone, Copy)]
pub(in crate::tape) struct List {
    pub first: u32,
    pub stride: u32,
    /// The bit m says that the list m of results depends on it. Only a map reads it; other kinds leave it 0.
    pub results: u32,
}

impl List {
    /// The `first` of a list of constants. A kind that tells its lists apart by their order keeps such a list; a map leaves it out.
    pub const CONSTANT: u32 = u32::MAX;

    /// Numbers that stand one after the other from a slot on, or constants.
    pub fn at(first: u32) -> Self {
        List { first, stride: 1, results: 0 }
    }
}

/// A statement with one result or more. It occupies one slot for each result and one entry.
pub(in crate::tape) struct Statement<S> {
    results: usize,
    /// Its lists of arguments, among those of all statements.
    lists: Range<usize>,
    /// How many numbers it has appended to the tape's slopes, for its pull-back. What they are is the kind's own affair.
    slopes: usize,
    /// Numbers that only its kind reads.
    shape: [u32; 3],
    pull_back: Table<S>,
}

impl<S> Statement<S> {
    /// How many results it has.
    pub fn results(&self) -> usize {
        self.results
    }

    /// How many slopes it has appended.
    pub fn slopes(&self) -> usize {
        self.slopes
    }
}

/// What the recording of a statement left for its pull-back.
pub(in crate::tape) struct Recorded<'s, S> {
    /// Numbers that only its kind reads.
    pub shape: [u32; 3],
    /// Where its arguments stand.
    pub lists: &'s [List],
    pub slopes: &'s [S],
    statements: &'s Statements<S>,
}

impl<'s, S> Recorded<'s, S> {
    /// A function that is run again.
    pub fn body(&self, index: u32) -> &'s dyn Body<S> {
        &*self.statements.bodies[index as usize]
    }

    /// Memory that is kept between pull-backs.
    pub fn memory(&self) -> &'s Cell<Vec<S>> {
        &self.statements.memory
    }
}

/// The second half of a kind of statement.
pub(in crate::tape) trait PullBack<S: Scalar> {
    /// Adds to the adjoints of the slots below what those of the results bring them. If it is to be `EXACT`, an adjoint or a slope of 0
    /// gives 0, whatever the other is. The adjoints of the results may be left as anything.
    fn pull_back<const W: usize, const EXACT: bool>(
        recorded: &Recorded<'_, S>,
        below: &mut [[S; W]],
        results: &mut [[S; W]],
    );
}

/// The pull-back of a kind in each of the [`WIDTHS`], with the adjoints flat: `W` numbers for each slot.
type Table<S> = [fn(&Recorded<'_, S>, below: &mut [S], results: &mut [S], exact: bool); WIDTHS.len()];

fn flat<S: Scalar, P: PullBack<S>, const W: usize>(
    recorded: &Recorded<'_, S>,
    below: &mut [S],
    results: &mut [S],
    exact: bool,
) {
    let (below, results) = (of_width::<S, W>(below), of_width::<S, W>(results));
    if exact {
        P::pull_back::<W, true>(recorded, below, results);
    } else {
        P::pull_back::<W, false>(recorded, below, results);
    }
}

/// A function that a statement runs again in the reverse sweep.
///
/// Its arguments and its results are lists of numbers.
pub(in crate::tape) trait Body<S>: Send {
    /// How long each list of arguments is.
    fn lens(&self) -> &[usize];

    /// Takes the adjoints of the results back to the arguments, given what was appended to the slopes: `adjoints` has a 0 for each argument, list
    /// after list. If it is to be `exact`, an adjoint or a slope of 0 gives 0, whatever the other is.
    fn reverse(&self, slopes: &[S], of_results: &[S], adjoints: &mut [S], exact: bool);
}

/// All statements of a tape.
#[doc(hidden)]
pub struct Statements<S> {
    all: Vec<Statement<S>>,
    lists: Vec<List>,
    bodies: Vec<Box<dyn Body<S>>>,
    memory: Cell<Vec<S>>,
}

impl<S: Scalar> Statements<S> {
    /// No statements, in the memory of these lists, which are empty.
    pub(in crate::tape) fn new(all: Vec<Statement<S>>, lists: Vec<List>, memory: Vec<S>) -> Self {
        Statements { all, lists, bodies: vec![], memory: Cell::new(memory) }
    }

    /// Forgets all statements, and gives the memory away.
    pub(in crate::tape) fn take(&mut self) -> (Vec<Statement<S>>, Vec<List>, Vec<S>) {
        self.clear();
        (take(&mut self.all), take(&mut self.lists), self.memory.take())
    }

    /// Writes a statement of the kind `P`, whose slopes are the last that were appended to the tape's; its index.
    pub(in crate::tape) fn push<P: PullBack<S>>(
        &mut self,
        results: usize,
        lists: impl IntoIterator<Item = List>,
        slopes: usize,
        shape: [u32; 3],
    ) -> u32 {
        let first = self.lists.len();
        self.lists.extend(lists);
        let pull_back = [flat::<S, P, 1>, flat::<S, P, 2>, flat::<S, P, 4>, flat::<S, P, 8>];
        self.all.push(Statement { results, lists: first..self.lists.len(), slopes, shape, pull_back });
        (self.all.len() - 1) as u32
    }

    /// Keeps a function that is run again; its index.
    pub(in crate::tape) fn keep(&mut self, body: Box<dyn Body<S>>) -> u32 {
        self.bodies.push(body);
        (self.bodies.len() - 1) as u32
    }

    /// Forgets all statements, and keeps the memory.
    pub(in crate::tape) fn clear(&mut self) {
        // most often there are none
        if !self.all.is_empty() {
            self.all.clear();
            self.lists.clear();
            self.bodies.clear();
        }
    }

    pub(in crate::tape) fn get(&self, index: u32) -> &Statement<S> {
        &self.all[index as usize]
    }

    /// Memory that is kept for recording and for pull-backs.
    pub(in crate::tape) fn memory(&self) -> &Cell<Vec<S>> {
        &self.memory
    }

    /// Passes the adjoints of a statement's results on to its arguments; all are flat, `width` numbers for each slot.
    #[inline(never)]
    pub(in crate::tape) fn pull_back(
        &self,
        statement: &Statement<S>,
        slopes: &[S],
        [below, results]: [&mut [S]; 2],
        width: usize,
        exact: bool,
    ) {
        let lists = &self.lists[statement.lists.clone()];
        let recorded = Recorded { shape: statement.shape, lists, slopes, statements: self };
        statement.pull_back[width.trailing_zeros() as usize](&recorded, below, results, exact);
    }
}
