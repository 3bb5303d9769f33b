//! The choice of a colour that is not forbidden.

use std::ops::Range;

/// The colours that one vertex may not have, vertex after vertex, and the choice among the others. The list of marks is kept from one vertex to the
/// next without being cleared.
pub(super) struct Choice {
    /// For each colour the last vertex that it was forbidden for.
    forbidden_for: Vec<u32>,
    vertex: u32,
    /// Runs of colours that are forbidden for the vertex and too long to be marked one by one.
    runs: Vec<Range<u32>>,
    /// All colours below are forbidden for the vertex.
    low: u32,
    /// The colours that some vertex has are below.
    used: u32,
    /// No colour is chosen from here on.
    end: u32,
    turn: Option<Turn>,
    /// How many colours or runs were forbidden so far: a measure of time that is the same on every machine.
    steps: u64,
}

/// Colours that are taken in turn.
#[derive(Clone, Copy)]
struct Turn {
    /// The colour of the vertex before.
    last: u32,
    /// How many colours are left out where a line ends: where a vertex may have the colour of the one before, so that they do not depend on each other.
    skip: u32,
}

/// Runs of more colours than so many are not marked.
const LONGEST_MARKED: usize = 8;

impl Choice {
    /// Chooses the smallest colour of so many.
    pub fn smallest_of(colors: u32) -> Self {
        Choice {
            forbidden_for: vec![],
            vertex: u32::MAX,
            runs: vec![],
            low: 0,
            used: 0,
            end: colors,
            turn: None,
            steps: 0,
        }
    }

    /// Chooses, of so many colours, the next one after that of the vertex before; after the last colour comes the first. On a grid whose points are
    /// numbered line by line this is a regular pattern, such as i + 2 j modulo 5, where the smallest colour makes a disorder that needs more. How many
    /// colours are to be skipped from one line to the next depends on the lengths of the lines: it is found by trying.
    pub fn in_turn_of(colors: u32, skip: u32) -> Self {
        Choice { turn: Some(Turn { last: colors.saturating_sub(1), skip }), ..Self::smallest_of(colors) }
    }

    /// Begins with a vertex that was not chosen for before.
    pub fn begin(&mut self, vertex: u32) {
        (self.vertex, self.low) = (vertex, 0);
        self.runs.clear();
    }

    pub fn forbid(&mut self, color: u32) {
        self.steps += 1;
        let color = color as usize;
        if color >= self.forbidden_for.len() {
            self.forbidden_for.resize(color + 1, u32::MAX);
        }
        self.forbidden_for[color] = self.vertex;
    }

    pub fn forbid_run(&mut self, run: Range<u32>) {
        self.steps += 1;
        if run.len() <= LONGEST_MARKED {
            return run.for_each(|color| self.forbid(color));
        }
        // most long runs of a vertex overlap, so that the list of them stays short
        match self.runs.iter_mut().find(|known| known.start <= run.end && run.start <= known.end) {
            Some(known) => *known = known.start.min(run.start)..known.end.max(run.end),
            None => self.runs.push(run),
        }
    }

    /// Whether every colour that was used, or that may be, is forbidden: what else is forbidden then changes nothing. In a matrix that is nearly full
    /// this is so after a few rows of hundreds.
    pub fn is_settled(&mut self) -> bool {
        let last = self.used.min(self.end);
        self.low = self.first(self.low..last).unwrap_or(last);
        self.low == last
    }

    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The colour of the vertex, unless all are forbidden.
    pub fn color(&mut self) -> Option<u32> {
        let color = match self.turn {
            None => self.first(self.low..self.end)?,
            Some(Turn { last, skip }) => {
                let next = if self.after(last) == last { last + 1 + skip } else { last + 1 };
                let start = next.checked_rem(self.end)?;
                let color = self.first(start..self.end).or_else(|| self.first(0..start))?;
                self.turn = Some(Turn { last: color, skip });
                color
            }
        };
        self.used = self.used.max(color + 1);
        Some(color)
    }

    /// The first of these colours that is not forbidden.
    fn first(&self, colors: Range<u32>) -> Option<u32> {
        let mut color = colors.start;
        while color < colors.end {
            let after = self.after(color);
            if after == color {
                return Some(color);
            }
            color = after;
        }
        None
    }

    /// The colour itself if it is not forbidden, else one to go on with.
    fn after(&self, color: u32) -> u32 {
        if self.forbidden_for.get(color as usize) == Some(&self.vertex) {
            return color + 1;
        }
        self.runs.iter().find(|run| run.contains(&color)).map_or(color, |run| run.end)
    }
}
