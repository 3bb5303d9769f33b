//! How the entries of a matrix are read from its products with few directions, or solved for.

use super::coloring::Coloring;
use super::pattern::{Pattern, error, fits};
use crate::error::Error;

/// The plan by which the values of a pattern are recovered from its compressed matrix. The places of the compressed matrix are
/// row · colours + colour.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// For each entry the place that it is read from.
    Read(Vec<u32>),
    /// What is done, one after the other.
    Solve(Solution),
}

/// The steps of a solution by substitution.
#[derive(Clone, Debug, Default)]
pub(super) struct Solution {
    steps: Vec<Step>,
    /// The positions of values that are subtracted, step after step.
    known: Vec<u32>,
}

/// Reads a place of the compressed matrix, subtracts values that are known, and writes the difference to two positions, an entry and its mirror image.
#[derive(Clone, Copy, Debug)]
struct Step {
    place: u32,
    /// Where the values that are subtracted end in the list; they begin where those of the step before end.
    known_end: u32,
    to: [u32; 2],
}

impl Plan {
    /// Computes the values at all positions. O(entries) time, and no allocation.
    pub fn run(&self, compressed: &[f64], values: &mut [f64]) {
        match self {
            Plan::Read(places) => {
                for (value, &place) in values.iter_mut().zip(places) {
                    *value = compressed[place as usize];
                }
            }
            Plan::Solve(solution) => {
                let mut known = 0;
                for step in &solution.steps {
                    let mut value = compressed[step.place as usize];
                    for &position in &solution.known[known..step.known_end as usize] {
                        value -= values[position as usize];
                    }
                    known = step.known_end as usize;
                    step.to.iter().for_each(|&to| values[to as usize] = value);
                }
            }
        }
    }

    /// For a colouring in which columns with a common row have different colours: the entry (i, j) is in row i under the colour of j.
    ///
    /// # Errors
    /// If two columns with a common row have one colour, or the compressed matrix is too large.
    pub fn of_columns(pattern: &Pattern, coloring: &Coloring) -> Result<Self, Error> {
        let count = checked(pattern, coloring)?;
        let mut last_row = vec![u32::MAX; count];
        let mut places = Vec::with_capacity(pattern.len());
        for (i, j) in pattern.entries() {
            let color = coloring.color(j);
            if last_row[color] == i as u32 {
                let message = format!("column {j} has the colour of another column with an entry in row {i}");
                return Err(error(format!("a compression of columns: {message}")));
            }
            last_row[color] = i as u32;
            places.push((i * count + color) as u32);
        }
        Ok(Plan::Read(places))
    }

    /// For a colouring of the rows in which rows with a common column have different colours: the entry (i, j) is in row j of the compressed matrix,
    /// under the colour of i. The transposed pattern is given as well.
    ///
    /// # Errors
    /// If two rows with a common column have one colour, or the compressed matrix is too large.
    pub fn of_rows(pattern: &Pattern, transpose: &Pattern, coloring: &Coloring) -> Result<Self, Error> {
        // for the checks: the places themselves need no list of the transpose
        Self::of_columns(transpose, coloring)?;
        let place = |(i, j): (usize, usize)| (j * coloring.count() + coloring.color(i)) as u32;
        Ok(Plan::Read(pattern.entries().map(place).collect()))
    }

    /// For a star colouring, in which every entry is read.
    ///
    /// # Errors
    /// If the pattern is not symmetric, the colouring is none of its graph, or the compressed matrix is too large.
    pub fn of_star(pattern: &Pattern, coloring: &Coloring) -> Result<Self, Error> {
        let solution = Trees::new(pattern, coloring, "a star compression")?.solve()?;
        if !solution.known.is_empty() {
            return Err(error(
                "a star compression: the colouring has a path of four vertices and two colours".to_owned(),
            ));
        }
        Ok(Plan::Read(solution.places(pattern.len())))
    }

    /// For an acyclic colouring.
    ///
    /// # Errors
    /// If the pattern is not symmetric, the colouring is none of its graph, or the compressed matrix is too large.
    pub fn of_acyclic(pattern: &Pattern, coloring: &Coloring) -> Result<Self, Error> {
        Ok(Plan::Solve(Trees::new(pattern, coloring, "an acyclic compression")?.solve()?))
    }

    /// For each entry the place that it is read from.
    pub fn places(&self, entries: usize) -> Vec<u32> {
        match self {
            Plan::Read(places) => places.clone(),
            Plan::Solve(solution) => solution.places(entries),
        }
    }

    /// Calls a function with each place that is read.
    pub fn for_each_place(&mut self, change: impl FnMut(&mut u32)) {
        match self {
            Plan::Read(places) => places.iter_mut().for_each(change),
            Plan::Solve(solution) => solution.steps.iter_mut().map(|step| &mut step.place).for_each(change),
        }
    }
}

impl Solution {
    /// For each entry the place that its step reads.
    fn places(&self, entries: usize) -> Vec<u32> {
        let mut places = vec![0; entries];
        for step in &self.steps {
            step.to.iter().for_each(|&to| places[to as usize] = step.place);
        }
        places
    }
}

/// The number of colours, of a colouring of the columns of this pattern.
fn checked(pattern: &Pattern, coloring: &Coloring) -> Result<usize, Error> {
    let (columns, colored) = (pattern.columns(), coloring.colors().len());
    if columns != colored {
        return Err(error(format!("a colouring of {colored} columns is not one of a pattern of {columns}")));
    }
    let count = coloring.count();
    fits(pattern.rows().saturating_mul(count), "numbers in its compressed matrix")?;
    Ok(count)
}

/// The trees of two colours of a coloured graph, while their edges are solved for, leaves first.
///
/// A *fan* is a vertex with its edges to the neighbours of one colour. The compressed matrix has the sum of a fan's values, at the vertex and that
/// colour. A fan with one edge left that is not solved gives that edge; every edge is in the fans of both its ends. Since the fans that have one edge
/// are solved in the order in which they get there, the values that are subtracted come from both ends of a long path, and a star has none.
struct Trees<'a> {
    pattern: &'a Pattern,
    coloring: &'a Coloring,
    asked_by: &'a str,
    mirrors: Vec<u32>,
    /// For the entry (i, j) at each position the fan of i that it is in. The diagonal is in none.
    fan_of: Vec<u32>,
    fans: Vec<Fan>,
    /// For each fan its solved edges, as positions, from its start on.
    solved: Vec<u32>,
}

struct Fan {
    /// The place of the compressed matrix that has the sum.
    place: u32,
    start: u32,
    solved: u32,
    left: u32,
    /// The exclusive or of the positions of the edges that are left: the position of the last one, when it is alone.
    last: u32,
}

/// The fan of a diagonal entry.
const NO_FAN: u32 = u32::MAX;

impl<'a> Trees<'a> {
    fn new(pattern: &'a Pattern, coloring: &'a Coloring, asked_by: &'a str) -> Result<Self, Error> {
        let mirrors = pattern.mirrors(asked_by)?;
        let count = checked(pattern, coloring)?;
        let mut trees = Trees {
            pattern,
            coloring,
            asked_by,
            mirrors,
            fan_of: vec![NO_FAN; pattern.len()],
            fans: vec![],
            solved: vec![],
        };
        let mut edges: Vec<(u32, u32)> = vec![];
        for i in 0..pattern.rows() {
            edges.clear();
            let row = pattern.positions(i).zip(pattern.row(i)).filter(|&(_, j)| j != i);
            edges.extend(row.map(|(position, j)| (coloring.colors()[j], position as u32)));
            edges.sort_unstable();
            for fan in edges.chunk_by(|a, b| a.0 == b.0) {
                let color = fan[0].0 as usize;
                if color == coloring.color(i) {
                    return Err(error(format!("{asked_by}: row {i} and a neighbour of it have one colour")));
                }
                for &(_, position) in fan {
                    trees.fan_of[position as usize] = trees.fans.len() as u32;
                }
                trees.fans.push(Fan {
                    place: (i * count + color) as u32,
                    start: trees.solved.len() as u32,
                    solved: 0,
                    left: fan.len() as u32,
                    last: fan.iter().fold(0, |all, &(_, position)| all ^ position),
                });
                trees.solved.resize(trees.solved.len() + fan.len(), 0);
            }
        }
        Ok(trees)
    }

    fn solve(mut self) -> Result<Solution, Error> {
        let mut solution = Solution::default();
        let count = self.coloring.count();
        for i in 0..self.pattern.rows() {
            if let Some(position) = self.pattern.position(i, i) {
                let place = (i * count + self.coloring.color(i)) as u32;
                solution.steps.push(Step { place, known_end: 0, to: [position as u32; 2] });
            }
        }
        let mut leaves: Vec<u32> =
            (0..self.fans.len() as u32).filter(|&fan| self.fans[fan as usize].left == 1).collect();
        let mut next = 0;
        while next < leaves.len() {
            let fan = &self.fans[leaves[next] as usize];
            next += 1;
            // the other end of a tree's last edge may have come first
            if fan.left == 0 {
                continue;
            }
            let (start, position) = (fan.start as usize, fan.last);
            solution.known.extend_from_slice(&self.solved[start..start + fan.solved as usize]);
            let to = [position, self.mirrors[position as usize]];
            solution.steps.push(Step { place: fan.place, known_end: solution.known.len() as u32, to });
            for end in to {
                let at = self.fan_of[end as usize];
                let fan = &mut self.fans[at as usize];
                self.solved[(fan.start + fan.solved) as usize] = end;
                fan.solved += 1;
                fan.left -= 1;
                fan.last ^= end;
                if fan.left == 1 {
                    leaves.push(at);
                }
            }
        }
        match self.fans.iter().all(|fan| fan.left == 0) {
            true => Ok(solution),
            false => Err(error(format!("{}: the colouring has a cycle of two colours", self.asked_by))),
        }
    }
}
