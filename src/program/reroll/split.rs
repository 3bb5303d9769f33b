//! Loops taken apart into loops over one statement each, as far as the statements do not wait for each other.

use super::repeat::{Item, Items, Loop, Number, Terms};
use crate::program::code::Code;
use smallvec::SmallVec;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

/// A loop around a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dimension {
    pub count: usize,
    /// How many nodes further on the statement is in the next repetition; less than 0 in a loop that runs backwards.
    pub stride: i64,
    /// Whether a repetition may need what the one before made, so that they are done in order.
    pub is_serial: bool,
}

/// An operand of a statement in loops.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    /// The number in the first repetition of all loops.
    pub number: Number,
    /// How much further on it is in the next repetition of each loop, the outermost first.
    pub steps: Vec<i64>,
    /// Which operand it is of the item that is being split.
    index: usize,
}

/// A statement in loops.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub function: u32,
    /// Of a sum, how many terms there are, and where they are from the operand on.
    pub terms: Option<(usize, Rc<Terms>)>,
    /// The node in the first repetition of all loops.
    pub first: usize,
    /// The loops, the outermost first.
    pub dimensions: Vec<Dimension>,
    pub operands: SmallVec<[Operand; 2]>,
}

/// What is done one after the other.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // most parts are leaves
pub(crate) enum Part {
    /// A statement, in all repetitions of its loops that are not serial.
    Leaf(Leaf),
    /// Parts that are repeated together, in order. Their statements have this loop as their next serial one.
    Serial { count: usize, parts: Vec<Part> },
}

impl Part {
    /// The statements in the part.
    pub fn each_leaf(&self, each: &mut impl FnMut(&Leaf)) {
        match self {
            Part::Leaf(leaf) => each(leaf),
            Part::Serial { parts, .. } => parts.iter().for_each(|part| part.each_leaf(each)),
        }
    }

    fn each_leaf_mut(&mut self, each: &mut impl FnMut(&mut Leaf)) {
        match self {
            Part::Leaf(leaf) => each(leaf),
            Part::Serial { parts, .. } => parts.iter_mut().for_each(|part| part.each_leaf_mut(each)),
        }
    }
}

/// The numbers that an affine list of lists has: `first` plus each sum of multiples of the steps below the counts.
pub(crate) fn each_number(first: Number, ranges: &[(usize, i64)], each: &mut impl FnMut(Number)) {
    match ranges {
        [] => each(first),
        [(count, step), rest @ ..] => (0..*count as i64).for_each(|k| each_number(first + k * step, rest, each)),
    }
}

impl Leaf {
    /// Every number of an operand over all repetitions of the loops that the leaf has.
    fn each_number(&self, operand: &Operand, each: &mut impl FnMut(Number)) {
        let mut ranges: SmallVec<[(usize, i64); 4]> =
            self.dimensions.iter().zip(&operand.steps).map(|(dimension, &step)| (dimension.count, step)).collect();
        match self.terms.as_ref().map(|(count, terms)| (*count, &**terms)) {
            None => each_number(operand.number, &ranges, each),
            Some((count, Terms::Affine(step))) => {
                ranges.push((count, *step));
                each_number(operand.number, &ranges, each);
            }
            Some((_, Terms::List(offsets))) => {
                offsets.iter().for_each(|offset| each_number(operand.number + offset, &ranges, each));
            }
        }
    }

    /// Runs a loop that is not serial backwards.
    pub fn flip(&mut self, k: usize) {
        let Dimension { count, stride, .. } = &mut self.dimensions[k];
        let last = *count as i64 - 1;
        self.first = (self.first as i64 + last * *stride) as usize;
        *stride = -*stride;
        for Operand { number, steps, .. } in &mut self.operands {
            *number += last * steps[k];
            steps[k] = -steps[k];
        }
    }

    /// The first node of the leaf in each repetition of its loops.
    pub fn each_node(&self, each: &mut impl FnMut(usize)) {
        let ranges: SmallVec<[(usize, i64); 3]> =
            self.dimensions.iter().map(|dimension| (dimension.count, dimension.stride)).collect();
        each_number(self.first as i64, &ranges, &mut |node| each(node as usize));
    }
}

/// The parts of a program. Loops are nested at most log₄ n deep for a program of n statements, and so deep goes the recursion.
pub(crate) fn split(items: &Items<'_>) -> Vec<Part> {
    items.all.iter().flat_map(|item| parts_of(items.code, item)).collect()
}

/// The parts of an item, each operand with its place among those of the item.
fn parts_of(code: &Code, item: &Item) -> Vec<Part> {
    if let Some(made) = &item.made {
        return split_loop(code, item.first(), made);
    }
    let operand = |(index, number): (usize, Number)| Operand { number, steps: vec![], index };
    vec![Part::Leaf(Leaf {
        function: item.statement(code).0,
        terms: item.terms(code),
        first: item.first(),
        dimensions: vec![],
        operands: item.operands(code).numbers().enumerate().map(operand).collect(),
    })]
}

/// The parts of a loop that starts at a node.
fn split_loop(code: &Code, first: usize, made: &Loop) -> Vec<Part> {
    let (mut parts, mut offset) = (vec![], 0);
    for item in &made.body {
        for mut part in parts_of(code, item) {
            part.each_leaf_mut(&mut |leaf| leaf.operands.iter_mut().for_each(|operand| operand.index += offset));
            parts.push(part);
        }
        offset += item.operands(code).len();
    }
    let waits = waits(first, made, &parts);
    let with_loop = |mut part: Part, is_serial: bool| {
        part.each_leaf_mut(&mut |leaf| {
            leaf.dimensions.insert(0, Dimension { count: made.count, stride: made.stride as i64, is_serial });
            leaf.operands.iter_mut().for_each(|operand| operand.steps.insert(0, made.steps[operand.index]));
        });
        part
    };
    let mut parts: Vec<Option<Part>> = parts.into_iter().map(Some).collect();
    let knots = knots(&waits);
    let split = knots.into_iter().map(|knot| {
        let is_serial = knot.len() > 1 || waits[knot[0]].contains(&knot[0]);
        let mut own = knot.iter().map(|&part| with_loop(parts[part].take().expect("a part is in one knot"), is_serial));
        if is_serial {
            Part::Serial { count: made.count, parts: own.collect() }
        } else {
            own.next().expect("it is one")
        }
    });
    split.collect()
}

/// For each part of a loop's body the parts that it needs results of, in its own repetition or another one.
fn waits(first: usize, made: &Loop, parts: &[Part]) -> Vec<Vec<usize>> {
    let (first, stride) = (first as i64, made.stride as i64);
    let end = first + stride * made.count as i64;
    // the part that makes each node of a repetition
    let mut maker = vec![0u32; made.stride];
    for (k, part) in parts.iter().enumerate() {
        part.each_leaf(&mut |leaf| leaf.each_node(&mut |node| maker[node - first as usize] = k as u32));
    }
    let mut waits = vec![vec![]; parts.len()];
    for (own, (part, waits)) in parts.iter().zip(&mut waits).enumerate() {
        // a part that uses what it made itself in this repetition, as a loop inside of it may, waits for nothing
        let mut wait = |made: i64, used: i64| {
            let maker = maker[(made - first).rem_euclid(stride) as usize] as usize;
            if maker != own || (made - first).div_euclid(stride) != used {
                waits.push(maker);
            }
        };
        part.each_leaf(&mut |leaf| {
            for operand in leaf.operands.iter().filter(|operand| operand.number >= 0) {
                let step = made.steps[operand.index];
                leaf.each_number(operand, &mut |number| {
                    if step == stride {
                        // unless it is of so many repetitions before that those lie outside of the loop
                        if (number - first).div_euclid(stride) > -(made.count as i64) {
                            wait(number, 0);
                        }
                        return;
                    }
                    let last = number + step * (made.count as i64 - 1);
                    if number.max(last) >= first && number.min(last) < end {
                        let in_loop = |k: &i64| (first..end).contains(&(number + k * step));
                        let repetitions = if step == 0 { 1 } else { made.count as i64 };
                        for k in (0..repetitions).filter(in_loop) {
                            wait(number + k * step, k);
                        }
                    }
                });
            }
        });
        waits.sort_unstable();
        waits.dedup();
    }
    waits
}

/// The parts in groups that wait for each other in a circle, each group before those that wait for it; where that leaves a choice, in the order of the
/// parts.
fn knots(waits: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let group = groups(waits);
    let count = group.iter().max().map_or(0, |last| last + 1);
    let mut knots = vec![vec![]; count];
    group.iter().enumerate().for_each(|(part, &group)| knots[group].push(part));
    let mut pending = vec![0usize; count];
    let mut waiting = vec![vec![]; count];
    for (part, waits) in waits.iter().enumerate() {
        for &other in waits.iter().filter(|&&other| group[other] != group[part]) {
            pending[group[part]] += 1;
            waiting[group[other]].push(group[part]);
        }
    }
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> =
        (0..count).filter(|&k| pending[k] == 0).map(|k| Reverse((knots[k][0], k))).collect();
    let mut order = vec![];
    while let Some(Reverse((_, next))) = ready.pop() {
        for &later in &waiting[next] {
            pending[later] -= 1;
            if pending[later] == 0 {
                ready.push(Reverse((knots[later][0], later)));
            }
        }
        order.push(std::mem::take(&mut knots[next]));
    }
    order
}

/// For each part a number that parts share if each waits for the other, directly or not (Tarjan's strongly connected components).
fn groups(waits: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let n = waits.len();
    let (mut seen, mut low, mut group) = (vec![UNSEEN; n], vec![0; n], vec![UNSEEN; n]);
    let (mut count, mut groups, mut open, mut path) = (0, 0, vec![], vec![]);
    for root in 0..n {
        if seen[root] != UNSEEN {
            continue;
        }
        path.push((root, 0));
        while let Some((part, next)) = path.last_mut() {
            let part = *part;
            if *next == 0 {
                (seen[part], low[part]) = (count, count);
                count += 1;
                open.push(part);
            }
            match waits[part].get(*next) {
                Some(&other) => {
                    *next += 1;
                    if seen[other] == UNSEEN {
                        path.push((other, 0));
                    } else if group[other] == UNSEEN {
                        low[part] = low[part].min(seen[other]);
                    }
                }
                None => {
                    path.pop();
                    if let Some(&(below, _)) = path.last() {
                        low[below] = low[below].min(low[part]);
                    }
                    if low[part] == seen[part] {
                        while let Some(member) = open.pop() {
                            group[member] = groups;
                            if member == part {
                                break;
                            }
                        }
                        groups += 1;
                    }
                }
            }
        }
    }
    group
}
