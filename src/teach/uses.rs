//! Who uses a node: the graph the other way round.

use super::trace::{Node, Partial, Trace};
use crate::graph::Id;

/// For each node, the arguments that it is: of which nodes, and which of theirs, in the order of the recording.
pub(crate) struct Uses {
    /// Where the uses of each node begin in the list; they end where the next one's begin.
    starts: Vec<usize>,
    list: Vec<Use>,
}

/// A use of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    /// The node whose argument it is.
    pub user: Id,
    /// Which of its arguments.
    pub argument: usize,
}

impl Use {
    pub fn partial(self, trace: &Trace) -> &Partial {
        &trace.node(self.user).partials[self.argument]
    }
}

impl Uses {
    pub fn of(trace: &Trace) -> Self {
        fn uses(node: &Node) -> impl Iterator<Item = (Id, Use)> {
            let args = node.args.iter().enumerate();
            args.filter_map(|(argument, arg)| Some((arg.node()?, Use { user: node.id, argument })))
        }
        let mut starts = vec![0; trace.nodes.len() + 1];
        for (arg, _) in trace.nodes.iter().flat_map(uses) {
            starts[arg.index() + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut list = vec![Use { user: Id(0), argument: 0 }; starts[trace.nodes.len()]];
        for (arg, it) in trace.nodes.iter().flat_map(uses) {
            list[next[arg.index()]] = it;
            next[arg.index()] += 1;
        }
        Uses { starts, list }
    }

    pub fn of_node(&self, id: Id) -> &[Use] {
        &self.list[self.starts[id.index()]..self.starts[id.index() + 1]]
    }
}
