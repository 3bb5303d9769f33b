//! The number that a node is called by in texts.

use super::recorder::Recorder;
use std::fmt;
use std::str::FromStr;

/// The number of a node in an account of a recording: the first is v1. Constants are not counted, as they stand in the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(
    /// The index in [`Trace::nodes`](crate::teach::Trace::nodes).
    pub u32,
);

impl Id {
    /// The index in [`Trace::nodes`](crate::teach::Trace::nodes).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", u64::from(self.0) + 1)
    }
}

impl FromStr for Id {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('v').and_then(|number| number.parse::<u32>().ok());
        number.and_then(|n| n.checked_sub(1)).map(Id).ok_or_else(|| format!("{text:?} is no node's id, such as v1"))
    }
}

#[cfg(feature = "serde")]
crate::json::serial::as_text! { Id }

impl Recorder {
    /// The id of each node; `None` for a constant.
    pub(crate) fn ids(&self) -> Vec<Option<Id>> {
        let graph = self.graph.borrow();
        let ids = (0..self.len()).scan(0, |next, index| {
            let id = (graph.is_input(index) || graph.op(index).is_some()).then_some(Id(*next));
            *next += u32::from(id.is_some());
            Some(id)
        });
        ids.collect()
    }
}
