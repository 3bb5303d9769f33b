//! Where the values of a program lie in memory.
//!
//! ```text
//! slot    0 ..       inputs ..      inputs + constants ..
//! holds   inputs     constants      the results of each statement in its loops, one array after the other
//! ```
//!
//! An array has the repetitions of serial loops outermost, then those of the others, as they are nested. A loop that is not serial runs in the
//! direction in which its operands lie.
//!
//! What an operand refers to in the first and the last repetitions of its outermost loop is often not of the array that it refers to in the others:
//! what a sum was before the loop, or what the loop does otherwise in its first repetition. Such values are copied to the ends of the array, so
//! that a step through it is the same in all repetitions:
//!
//! ```text
//! for k in 0..n { s(k) = s(k − 1) + t(k) }        margin    s(0)   s(1)  ..  s(n − 1)    margin
//!                                                 ╰─ a copy of what s is before the loop
//! ```

use super::code::{Code, Map};
use super::reroll::{Leaf, Number, Operand, Part, Terms, each_number};
use crate::error::Error;
use smallvec::SmallVec;

/// Slots by the repetitions of loops.
#[derive(Clone, Debug)]
pub(super) enum Stream {
    /// The slot in the first repetition, and how many slots further on it is in the next one of each loop.
    Affine { base: i32, steps: SmallVec<[i32; 4]> },
    /// The slot in each repetition: the last loop's one after the other, then those of the loop around it.
    List(Vec<u32>),
}

/// A statement whose operands and results have their slots.
pub(super) struct Placed {
    pub leaf: Leaf,
    /// The loops, serial ones first, as places among the leaf's dimensions.
    pub order: Vec<usize>,
    /// The slots of the result by the loops in this order.
    pub result: Stream,
    /// The slots of the operands by the loops in this order; a sum's terms are one more loop.
    pub operands: SmallVec<[Stream; 2]>,
}

/// A copy of values to the margin of an array, by all loops of a statement but the outermost.
pub(super) struct Copy {
    pub counts: SmallVec<[usize; 3]>,
    pub from: Stream,
    pub to: Stream,
}

/// The memory of a program.
pub(super) struct Layout {
    inputs: usize,
    /// The slot of each node.
    slots: Vec<u32>,
    /// The statements, in the order of the parts.
    pub placed: Vec<Placed>,
    /// What is copied, each with the place of the outermost part before which it is.
    pub copies: Vec<(usize, Copy)>,
    pub size: usize,
}

/// How many slots there can be.
const LIMIT: usize = i32::MAX as usize;

/// The place of the leaf that makes an input: none.
const NO_LEAF: u32 = u32::MAX;

/// The most repetitions at either end of a loop whose values are copied to the margin of an array.
const MARGIN: usize = 2;

/// The results of a leaf in memory.
struct Array {
    base: usize,
    /// How many slots the array has, without margins.
    len: usize,
    /// How many slots there are in each margin.
    margin: usize,
}

/// An operand that refers to an array but for some repetitions at either end of the outermost loop.
#[derive(Clone, Copy)]
struct Edges {
    /// The leaf that makes the array.
    maker: usize,
    /// How many repetitions at the start and at the end refer to something else.
    others: [usize; 2],
}

/// What is copied to the margins: for each slot the number of the value.
type Copied = Map<i64, Number>;

/// Calls a function for all repetitions of loops, with each of two numbers that are affine in them.
pub(super) fn each_pair(first: [i64; 2], loops: &[(usize, [i64; 2])], each: &mut impl FnMut([i64; 2])) {
    match loops {
        [] => each(first),
        [(count, steps), rest @ ..] => {
            for k in 0..*count as i64 {
                each_pair([first[0] + k * steps[0], first[1] + k * steps[1]], rest, each);
            }
        }
    }
}

impl Layout {
    /// Gives all values of a program their slots.
    ///
    /// # Errors
    /// If there are too many.
    pub fn new(code: &Code, parts: &[Part]) -> Result<Self, Error> {
        let (mut placed, mut part_of) = (vec![], vec![]);
        for (k, part) in parts.iter().enumerate() {
            part.each_leaf(&mut |leaf| {
                let result = Stream::Affine { base: 0, steps: SmallVec::new() };
                placed.push(Placed { leaf: leaf.clone(), order: order(leaf), result, operands: SmallVec::new() });
                part_of.push(k as u32);
            });
        }
        // the leaf that makes each node
        let mut maker = vec![NO_LEAF; code.len()];
        for (k, Placed { leaf, .. }) in placed.iter().enumerate() {
            leaf.each_node(&mut |node| maker[node] = k as u32);
        }
        let mut margins = vec![0; placed.len()];
        for Placed { leaf, order, .. } in &placed {
            for edges in leaf.operands.iter().filter_map(|operand| edges(leaf, operand, order, &maker)) {
                margins[edges.maker] = edges.others[0].max(edges.others[1]).max(margins[edges.maker]);
            }
        }
        let mut layout = Layout {
            inputs: code.inputs,
            slots: (0..code.len() as u32).collect(),
            placed: vec![],
            copies: vec![],
            size: code.inputs + code.constants.len(),
        };
        let mut arrays = Vec::with_capacity(placed.len());
        for (placed, margin) in placed.iter_mut().zip(margins) {
            layout.turn(&mut placed.leaf);
            placed.leaf.stand_still(code);
            arrays.push(layout.array(placed, margin)?);
        }
        let mut copied = Copied::default();
        for (placed, &part) in placed.iter_mut().zip(&part_of) {
            // what the part itself makes is not there yet when values are copied
            let is_before = |number: Number| match maker.get(number as usize) {
                Some(&maker) if maker != NO_LEAF => part_of[maker as usize] < part,
                _ => true,
            };
            let Placed { leaf, order, .. } = &*placed;
            let operands = leaf.operands.iter().map(|operand| {
                let edges = edges(leaf, operand, order, &maker);
                layout.operand(leaf, operand, order, part as usize, edges, &arrays, &mut copied, is_before)
            });
            placed.operands = operands.collect();
        }
        layout.placed = placed;
        Ok(layout)
    }

    /// Runs each loop of a leaf that is not serial in the direction in which most operands lie, as far as they have slots.
    fn turn(&self, leaf: &mut Leaf) {
        for k in 0..leaf.dimensions.len() {
            let direction: i64 = leaf.operands.iter().map(|operand| self.direction(operand, k)).sum();
            if direction < 0 && !leaf.dimensions[k].is_serial {
                leaf.flip(k);
            }
        }
    }

    /// The sign of the step that an operand makes in a loop.
    fn direction(&self, operand: &Operand, k: usize) -> i64 {
        // from the second repetition on, since the first may refer to something else
        let [from, to] = [1, 2].map(|repetition| operand.number + repetition * operand.steps[k]);
        let is_there = |number: i64| number < self.slots.len() as i64;
        if is_there(from) && is_there(to) {
            (i64::from(self.slot(to)) - i64::from(self.slot(from))).signum()
        } else {
            0
        }
    }

    /// Gives the results of a leaf their slots.
    fn array(&mut self, Placed { leaf, order, result, .. }: &mut Placed, margin: usize) -> Result<Array, Error> {
        let mut steps: SmallVec<[i32; 4]> = order.iter().map(|_| 0).collect();
        let mut len = 1;
        for (&dimension, step) in order.iter().zip(&mut steps).rev() {
            *step = len as i32;
            len *= leaf.dimensions[dimension].count;
        }
        let margin = margin * steps.first().map_or(0, |&step| step as usize);
        let base = self.size + margin;
        self.size = base + len + margin;
        if self.size > LIMIT {
            return Err(super::too_large(format!("a compiled program holds {LIMIT} numbers")));
        }
        let loops: SmallVec<[(usize, [i64; 2]); 3]> = order
            .iter()
            .zip(&steps)
            .map(|(&dimension, &step)| {
                let dimension = leaf.dimensions[dimension];
                (dimension.count, [dimension.stride, step.into()])
            })
            .collect();
        let slots = &mut self.slots;
        each_pair([leaf.first as i64, base as i64], &loops, &mut |[node, slot]| slots[node as usize] = slot as u32);
        *result = Stream::Affine { base: base as i32, steps };
        Ok(Array { base, len, margin })
    }

    /// The slot of a value by its number.
    pub fn slot(&self, number: Number) -> u32 {
        if number < 0 { (self.inputs as i64 - 1 - number) as u32 } else { self.slots[number as usize] }
    }

    /// The slots of an operand. What does not lie in the array that it mostly refers to is copied to the margin of that.
    #[allow(clippy::too_many_arguments)]
    fn operand(
        &mut self,
        leaf: &Leaf,
        operand: &Operand,
        order: &[usize],
        part: usize,
        edges: Option<Edges>,
        arrays: &[Array],
        copied: &mut Copied,
        is_before: impl Fn(Number) -> bool,
    ) -> Stream {
        let mut loops: SmallVec<[(usize, i64); 4]> =
            order.iter().map(|&k| (leaf.dimensions[k].count, operand.steps[k])).collect();
        let offsets = match leaf.terms.as_ref().map(|(count, terms)| (*count, &**terms)) {
            None => None,
            Some((count, Terms::Affine(step))) => {
                loops.push((count, *step));
                None
            }
            Some((_, Terms::List(offsets))) => Some(&**offsets),
        };
        if let Some(edges) = edges {
            // the terms of sums come first
            let by_terms = usize::from(leaf.terms.is_some());
            let mut outermost_first = loops.clone();
            outermost_first.rotate_right(by_terms);
            let array = &arrays[edges.maker];
            let found = self.with_margins(operand.number, &outermost_first, part, edges, array, copied, is_before);
            if let Some((base, mut steps)) = found {
                steps.rotate_left(by_terms);
                return Stream::Affine { base, steps };
            }
        }
        self.stream(operand.number, &loops, offsets)
    }

    /// The slots of an operand that refers to something else than an array at the ends of the outermost loop, which is copied to the margins; `None`
    /// if the others are not affine, if something else was copied there, or if what is to be copied is not there before the part.
    #[allow(clippy::too_many_arguments)]
    fn with_margins(
        &mut self,
        number: Number,
        loops: &[(usize, i64)],
        part: usize,
        Edges { others: [start, end], .. }: Edges,
        array: &Array,
        copied: &mut Copied,
        is_before: impl Fn(Number) -> bool,
    ) -> Option<(i32, SmallVec<[i32; 4]>)> {
        let (count, step) = loops[0];
        let mut inside: SmallVec<[(usize, i64); 4]> = loops.into();
        inside[0].0 = count - start - end;
        let Stream::Affine { base, steps } = self.stream(number + start as i64 * step, &inside, None) else {
            return None;
        };
        let base = base - start as i32 * steps[0];
        let inner = loops[1..].iter().zip(&steps[1..]);
        let inner: SmallVec<[(usize, [i64; 2]); 3]> =
            inner.map(|(&(count, step), &slots)| (count, [step, slots.into()])).collect();
        let edges = (0..start).chain(count - end..count);
        let edges: SmallVec<[[i64; 2]; 4]> =
            edges.map(|k| [number + k as i64 * step, i64::from(base + k as i32 * steps[0])]).collect();
        let (start, end, margin) = (array.base as i64, (array.base + array.len) as i64, array.margin as i64);
        let margins = [start - margin..start, end..end + margin];
        // each slot has one value, whichever operand it is copied for
        let mut fits = true;
        for &edge in &edges {
            each_pair(edge, &inner, &mut |[number, slot]| {
                fits &= is_before(number)
                    && margins.iter().any(|margin| margin.contains(&slot))
                    && copied.get(&slot).is_none_or(|known| *known == number);
            });
        }
        if !fits {
            return None;
        }
        for edge in edges {
            let mut is_new = false;
            each_pair(edge, &inner, &mut |[number, slot]| is_new |= copied.insert(slot, number).is_none());
            if is_new {
                let from = self.stream(edge[0], &loops[1..], None);
                let to = Stream::Affine { base: edge[1] as i32, steps: steps[1..].into() };
                let counts = loops[1..].iter().map(|&(count, _)| count).collect();
                self.copies.push((part, Copy { counts, from, to }));
            }
        }
        Some((base, steps))
    }

    /// The slots of numbers that are affine in loops, or of so many for each, further on than those by the offsets.
    fn stream(&self, number: Number, loops: &[(usize, i64)], offsets: Option<&[i64]>) -> Stream {
        let first = self.slot(number) as i32;
        let step_to = |further: i64| self.slot(number + further) as i32 - first;
        let mut steps: SmallVec<[i32; 4]> =
            loops.iter().map(|&(count, step)| if count > 1 { step_to(step) } else { 0 }).collect();
        let mut ends: SmallVec<[(usize, [i64; 2]); 4]> =
            loops.iter().zip(&steps).map(|(&(count, step), &slots)| (count, [step, slots.into()])).collect();
        let mut is_affine = true;
        let mut check = |[number, slot]: [i64; 2]| is_affine &= i64::from(self.slot(number)) == slot;
        match offsets {
            None => each_pair([number, first.into()], &ends, &mut check),
            Some(offsets) => {
                steps.push(step_to(offsets[1]));
                let step = i64::from(steps[steps.len() - 1]);
                for (k, offset) in offsets.iter().enumerate() {
                    each_pair([number + offset, i64::from(first) + k as i64 * step], &ends, &mut check);
                }
            }
        }
        if is_affine {
            return Stream::Affine { base: first, steps };
        }
        let mut list = vec![];
        ends.iter_mut().for_each(|(_, steps)| steps[1] = 0);
        each_pair([number, 0], &ends, &mut |[number, _]| match offsets {
            None => list.push(self.slot(number)),
            Some(offsets) => list.extend(offsets.iter().map(|offset| self.slot(number + offset))),
        });
        Stream::List(list)
    }
}

impl Leaf {
    /// Lets operands that are constants stand still in each loop in whose repetitions they are the same ones, as those of a row are by which each row of
    /// a matrix is multiplied. Terms of sums stay where they are, since only the first one is an operand.
    fn stand_still(&mut self, code: &Code) {
        // none of a node
        let bits = |number: Number| code.constants.get((-1 - number) as usize).map(|x| x.to_bits());
        if self.terms.is_some() {
            return;
        }
        for operand in self.operands.iter_mut().filter(|operand| operand.number < 0) {
            for k in 0..self.dimensions.len() {
                let mut others: SmallVec<[(usize, i64); 4]> =
                    self.dimensions.iter().zip(&operand.steps).map(|(own, &step)| (own.count, step)).collect();
                let (count, step) = others.remove(k);
                let is_same = |repetition: usize| {
                    let mut is_same = true;
                    each_number(operand.number, &others, &mut |number| {
                        let first = bits(number);
                        is_same &= first.is_some() && first == bits(number + repetition as i64 * step);
                    });
                    is_same
                };
                if step != 0 && (1..count).all(is_same) {
                    operand.steps[k] = 0;
                }
            }
        }
    }
}

/// The loops of a leaf in the order of its array: serial ones first.
fn order(leaf: &Leaf) -> Vec<usize> {
    let mut order: Vec<usize> = (0..leaf.dimensions.len()).collect();
    order.sort_by_key(|&k| !leaf.dimensions[k].is_serial);
    order
}

/// Which array an operand refers to in the middle of the outermost loop, if it refers to something else at its ends. The loop over the terms of sums
/// counts as the outermost one.
fn edges(leaf: &Leaf, operand: &Operand, order: &[usize], maker: &[u32]) -> Option<Edges> {
    let (count, step) = match (order.first(), leaf.terms.as_ref().map(|(count, terms)| (*count, &**terms))) {
        (_, Some((count, Terms::Affine(step)))) => (count, *step),
        (Some(&outermost), None) => (leaf.dimensions[outermost].count, operand.steps[outermost]),
        _ => return None,
    };
    if operand.number < 0 || step == 0 {
        return None;
    }
    let maker_of = |k: usize| maker[(operand.number + k as i64 * step) as usize];
    let middle = maker_of(count / 2);
    let others = |at: &dyn Fn(usize) -> usize| {
        (0..count / 2).take(MARGIN + 1).take_while(|&k| maker_of(at(k)) != middle).count()
    };
    let others = [others(&|k| k), others(&|k| count - 1 - k)];
    (middle != NO_LEAF && others != [0, 0] && others.iter().all(|&n| n <= MARGIN))
        .then_some(Edges { maker: middle as usize, others })
}
