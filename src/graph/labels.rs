//! What the program calls its expressions and the parts of its own work.

use indexmap::IndexMap;

/// What the program calls its variables and the parts of its own work.
#[derive(Default)]
pub(super) struct Labels {
    pub(super) names: IndexMap<u32, String>,
    /// The scopes that are open, one in the other.
    pub(super) open: Vec<String>,
    /// From which node on which scope holds.
    pub(super) scopes: Vec<(u32, String)>,
}

impl Labels {
    /// From this node on the open scopes hold.
    pub(super) fn mark(&mut self, node: u32) {
        self.scopes.push((node, self.open.join("/")));
    }
}
