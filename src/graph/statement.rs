//! The statements of a graph, in the order in which they were recorded: one entry for each node, so that a call has one for each result.

use std::panic::Location;

/// The line of the program that recorded something.
pub(super) type Line = &'static Location<'static>;

/// [`Head::op`] of an input.
pub(super) const INPUT: u32 = u32::MAX;
/// [`Head::op`] of a constant.
pub(super) const CONSTANT: u32 = u32::MAX - 1;
/// [`Head::op`] of a result of a call.
pub(super) const RESULT: u32 = u32::MAX - 2;

/// How many nodes, and how many arguments together, a graph can have.
const LIMIT: usize = u32::MAX as usize;

/// For each node its op, its arguments, and its line. The arguments of calls are kept with these.
#[derive(Default)]
pub(super) struct Statements {
    pub(super) heads: Vec<Head>,
    args: Vec<u32>,
}

pub(super) struct Head {
    /// The index of its op, or [`INPUT`], [`CONSTANT`] or [`RESULT`].
    pub(super) op: u32,
    /// Where the arguments end in `Statements::args`; they begin where those of the node before end.
    end: u32,
    pub(super) line: Line,
}

impl Statements {
    /// Appends a node and returns its index.
    ///
    /// # Panics
    /// If the graph is full.
    #[inline]
    pub(super) fn push(&mut self, op: u32, args: &[u32], line: Line) -> u32 {
        self.args.extend_from_slice(args);
        let index = self.heads.len();
        assert!(index < LIMIT && self.args.len() <= LIMIT, "the graph is full: it holds {LIMIT} nodes and arguments");
        self.heads.push(Head { op, end: self.args.len() as u32, line });
        index as u32
    }

    pub(super) fn clear(&mut self) {
        self.heads.clear();
        self.args.clear();
    }

    pub(super) fn args(&self, index: usize) -> &[u32] {
        let start = index.checked_sub(1).map_or(0, |before| self.heads[before].end);
        &self.args[start as usize..self.heads[index].end as usize]
    }
}
