//! The choice of the smallest colour that is not forbidden.

/// The colours that one vertex may not have, vertex after vertex. The list of marks is kept from one vertex to the next without being cleared.
pub(super) struct Choice {
    /// For each colour the last vertex that it was forbidden for.
    forbidden_for: Vec<u32>,
    vertex: u32,
    /// All colours below are forbidden too.
    low: u32,
}

impl Choice {
    pub fn new() -> Self {
        Choice { forbidden_for: vec![], vertex: u32::MAX, low: 0 }
    }

    /// Begins with a vertex that was not chosen for before.
    pub fn begin(&mut self, vertex: u32) {
        (self.vertex, self.low) = (vertex, 0);
    }

    pub fn forbid(&mut self, color: u32) {
        let color = color as usize;
        if color >= self.forbidden_for.len() {
            self.forbidden_for.resize(color + 1, u32::MAX);
        }
        self.forbidden_for[color] = self.vertex;
    }

    pub fn forbid_below(&mut self, color: u32) {
        self.low = self.low.max(color);
    }

    /// The smallest colour that is left.
    pub fn smallest(&self) -> u32 {
        let marks = self.forbidden_for.get(self.low as usize..).unwrap_or(&[]);
        self.low + marks.iter().take_while(|&&vertex| vertex == self.vertex).count() as u32
    }
}
