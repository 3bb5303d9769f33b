//! The choice of a colour that is not forbidden.

/// The colours that one vertex may not have, vertex after vertex, and the choice among the others. The list of marks is kept from one vertex to the
/// next without being cleared.
pub(super) struct Choice {
    /// For each colour the last vertex that it was forbidden for.
    forbidden_for: Vec<u32>,
    vertex: u32,
    /// All colours below are forbidden too.
    low: u32,
    /// No colour is chosen from here on.
    end: u32,
    /// Where the search for the next colour begins, if colours are taken in turn.
    turn: Option<u32>,
}

impl Choice {
    /// Chooses the smallest colour of so many.
    pub fn smallest_of(colors: u32) -> Self {
        Choice { forbidden_for: vec![], vertex: u32::MAX, low: 0, end: colors, turn: None }
    }

    /// Chooses, of so many colours, the next one after that of the vertex before; after the last colour comes the first. On a grid whose points are
    /// numbered line by line this is a regular pattern, such as i + 2 j modulo 5, where the smallest colour makes a disorder that needs more.
    pub fn in_turn_of(colors: u32) -> Self {
        Choice { turn: Some(0), ..Self::smallest_of(colors) }
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

    /// The colour of the vertex, unless all are forbidden.
    pub fn color(&mut self) -> Option<u32> {
        let start = self.turn.unwrap_or(0).max(self.low);
        let color = self.first(start, self.end).or_else(|| self.first(self.low, start.min(self.end)))?;
        if self.turn.is_some() {
            self.turn = Some(color + 1);
        }
        Some(color)
    }

    /// The first colour from `start` to `end` that is not forbidden.
    fn first(&self, start: u32, end: u32) -> Option<u32> {
        let marks = self.forbidden_for.get(start as usize..).unwrap_or(&[]);
        let color = start + marks.iter().take_while(|&&vertex| vertex == self.vertex).count() as u32;
        (color < end).then_some(color)
    }
}
