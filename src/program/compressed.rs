//! Derivatives in several directions at once, where each direction has the constant 1 at some places and 0 elsewhere: a matrix compressed by a colouring.
//!
//! The directions are known when the statements are made, so that every product with a tangent of 0 is left out. A node has a short list of tangents, or
//! of terms of its adjoint, one for each colour that reaches it. A list is in the order of the first place that reaches the node by each colour, not by
//! colour: what is done for neighbouring nodes is one loop that way, whose period does not depend on the colours.

use super::code::{Code, Place, Value, Values};
use crate::error::Error;
use smallvec::SmallVec;

/// A place without a colour, which no direction has.
pub(super) const NONE: u32 = u32::MAX;

/// The derivative of a node along the direction of a colour, or a term of its adjoint.
#[derive(Clone, Copy)]
struct Part {
    color: u32,
    /// The first place of the direction that the node depends on, or of the results that depend on the node.
    first: u32,
    value: Value,
}

/// Parts of one node, each with the argument that it came through.
type Parts = SmallVec<[(Part, usize); 8]>;

/// Puts the parts of one colour side by side, the colours in the order of their first places; parts of one colour keep their order. The ranges of the
/// colours are returned, each with its first place.
fn by_color(parts: &mut Parts, ranges: &mut Vec<(u32, std::ops::Range<usize>)>) {
    parts.sort_by_key(|(part, _)| part.color);
    ranges.clear();
    let mut start = 0;
    while start < parts.len() {
        let color = parts[start].0.color;
        let end = start + parts[start..].iter().take_while(|(part, _)| part.color == color).count();
        let first = parts[start..end].iter().map(|(part, _)| part.first).min().expect("there is a part");
        ranges.push((first, start..end));
        start = end;
    }
    ranges.sort_by_key(|&(first, ref range)| (first, range.start));
}

/// The derivatives of several nodes, one node after the other.
struct Derivatives {
    all: Vec<Part>,
    ends: Vec<usize>,
}

impl Derivatives {
    fn of(&self, node: usize) -> &[Part] {
        let start = node.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[node]]
    }
}

/// The terms of the adjoints of all nodes, as they come.
struct Terms {
    /// For each node the place of its newest term.
    newest: Vec<u32>,
    /// Each term, and the place of the one before it of one node.
    all: Vec<(Part, u32)>,
}

impl Terms {
    fn add(&mut self, node: usize, part: Part) {
        self.all.push((part, self.newest[node]));
        self.newest[node] = self.all.len() as u32 - 1;
    }

    /// The terms of a node, the oldest first.
    fn of(&self, node: usize, parts: &mut Parts) {
        parts.clear();
        let mut next = self.newest[node];
        while next != NONE {
            let (part, before) = self.all[next as usize];
            parts.push((part, 0));
            next = before;
        }
        parts.reverse();
    }
}

impl Code {
    /// The slopes of a statement as values of the program. What one is multiplied with is different for each colour, so none is made together with a product.
    ///
    /// # Errors
    /// If an op has no derivative of this order, or the program is full.
    fn slope_values(&mut self, function: u32, args: &[Value]) -> Result<Values, Error> {
        let one = self.constant(1.0);
        let slopes = self.slopes(function, args)?;
        slopes.into_iter().enumerate().map(|(k, slope)| self.term(function, args, k, slope, one)).collect()
    }

    /// Numbers of the matrix of derivatives of `outputs`, compressed by colours of the inputs: for each of `read`, the place of an output and a colour,
    /// the sum of the output's derivatives by the inputs of that colour. `None` if there are more than so many tangents on the way.
    ///
    /// # Errors
    /// If an op on the way has no derivative of this order, or the program gets too large.
    pub fn push_forward_colors(
        &mut self,
        outputs: &[Value],
        colors: &[u32],
        read: impl Iterator<Item = (usize, u32)>,
        most: usize,
    ) -> Result<Option<Vec<Value>>, Error> {
        let end = self.len();
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        let mut tangents = Derivatives { all: vec![], ends: vec![] };
        for input in 0..self.inputs {
            let color = colors.get(input).copied().unwrap_or(NONE);
            if color != NONE {
                tangents.all.push(Part { color, first: input as u32, value: one });
            }
            tangents.ends.push(tangents.all.len());
        }
        let (mut args, mut parts, mut ranges, mut terms) = (Values::new(), Parts::new(), vec![], vec![]);
        for node in self.inputs..end {
            let (function, own) = self.statement(node).expect("the node is no input");
            parts.clear();
            for (k, arg) in own.iter().enumerate() {
                if let Place::Node(arg) = arg.place() {
                    parts.extend(tangents.of(arg).iter().map(|&part| (part, k)));
                }
            }
            if !parts.is_empty() {
                args.clear();
                args.extend_from_slice(own);
                by_color(&mut parts, &mut ranges);
                let slopes = self.slope_values(function, &args)?;
                for (first, range) in &ranges {
                    terms.clear();
                    let color = parts[range.start].0.color;
                    for &(part, k) in &parts[range.clone()] {
                        let term = self.contribution(function, part.value, slopes[k])?;
                        if self.number(term) != Some(0.0) {
                            terms.push(term);
                        }
                    }
                    if !terms.is_empty() {
                        let value = self.sum(&terms)?;
                        tangents.all.push(Part { color, first: *first, value });
                    }
                }
            }
            tangents.ends.push(tangents.all.len());
            if tangents.all.len() > most {
                return Ok(None);
            }
        }
        let tangent = |(output, color): (usize, u32)| match outputs[output].place() {
            Place::Node(node) => {
                tangents.of(node).iter().find(|part| part.color == color).map_or(zero, |part| part.value)
            }
            Place::Constant(_) => zero,
        };
        Ok(Some(read.map(tangent).collect()))
    }

    /// Numbers of the matrix of derivatives of `outputs`, compressed by colours of the outputs: for each of `read`, the place of an input and a colour,
    /// the sum of the derivatives of the outputs of that colour by the input. `None` if there are more than so many terms of adjoints on the way.
    ///
    /// # Errors
    /// If an op on the way has no derivative of this order, or the program gets too large.
    pub fn pull_back_colors(
        &mut self,
        outputs: &[Value],
        colors: &[u32],
        variables: usize,
        read: impl Iterator<Item = (usize, u32)>,
        most: usize,
    ) -> Result<Option<Vec<Value>>, Error> {
        let end = self.len();
        let wanted: Vec<usize> = (0..variables).collect();
        let depends = self.depends(end, &wanted);
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        let mut adjoints = Terms { newest: vec![NONE; end], all: vec![] };
        for (k, (output, &color)) in outputs.iter().zip(colors).enumerate() {
            if let Place::Node(node) = output.place()
                && color != NONE
            {
                adjoints.add(node, Part { color, first: k as u32, value: one });
            }
        }
        let (mut args, mut parts, mut ranges, mut terms) = (Values::new(), Parts::new(), vec![], vec![]);
        for node in (self.inputs..end).rev() {
            if !depends[node] || adjoints.newest[node] == NONE {
                continue;
            }
            adjoints.of(node, &mut parts);
            let (function, own) = self.statement(node).expect("the node is no input");
            args.clear();
            args.extend_from_slice(own);
            by_color(&mut parts, &mut ranges);
            let slopes = self.slope_values(function, &args)?;
            for (first, range) in &ranges {
                terms.clear();
                terms.extend(parts[range.clone()].iter().map(|(part, _)| part.value));
                let adjoint = self.sum(&terms)?;
                let color = parts[range.start].0.color;
                for (arg, &slope) in args.iter().zip(&slopes) {
                    if let Place::Node(arg) = arg.place()
                        && depends[arg]
                    {
                        let value = self.contribution(function, adjoint, slope)?;
                        if self.number(value) != Some(0.0) {
                            adjoints.add(arg, Part { color, first: *first, value });
                        }
                    }
                }
            }
            if adjoints.all.len() > most {
                return Ok(None);
            }
        }
        let mut sums = Derivatives { all: vec![], ends: vec![] };
        for variable in wanted {
            adjoints.of(variable, &mut parts);
            by_color(&mut parts, &mut ranges);
            for (first, range) in &ranges {
                terms.clear();
                terms.extend(parts[range.clone()].iter().map(|(part, _)| part.value));
                let value = self.sum(&terms)?;
                sums.all.push(Part { color: parts[range.start].0.color, first: *first, value });
            }
            sums.ends.push(sums.all.len());
        }
        let adjoint = |(variable, color): (usize, u32)| {
            sums.of(variable).iter().find(|part| part.color == color).map_or(zero, |part| part.value)
        };
        Ok(Some(read.map(adjoint).collect()))
    }
}
