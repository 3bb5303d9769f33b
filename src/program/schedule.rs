//! The steps of a plan, from statements whose values have their slots.

use super::code::{Code, Function};
use super::fused::{Fused, fused};
use super::kernel::Term;
use super::layout::{Copy, Layout, Placed};
use super::live::is_foreign;
use super::plan::{Address, Apply, Foreign, Operand, Region, RegionSum, Scalar, Slot, Statement, Step, Sums};
use super::reroll::Part;
use crate::graph::DynOp;
use smallvec::{SmallVec, smallvec};
use std::collections::HashMap;
use std::sync::Arc;

/// A plan as it is made.
struct Builder<'a> {
    code: &'a Code,
    layout: &'a Layout,
    /// The next statement of the layout.
    next: usize,
    /// The next copy of the layout.
    copied: usize,
    /// The loops of ops, by their functions.
    fused: HashMap<u32, Option<Arc<dyn Fused>>>,
}

/// The most statements of a region.
const MOST: usize = 256;
/// How many steps back a region is looked for that a statement or a sum can join.
pub(super) const BACK: usize = 64;

/// The steps of a program whose parts are laid out.
pub(super) fn steps(code: &Code, parts: &[Part], layout: &Layout) -> Vec<Step> {
    let mut builder = Builder { code, layout, next: 0, copied: 0, fused: HashMap::new() };
    let mut steps = vec![];
    for (k, part) in parts.iter().enumerate() {
        builder.copies_before(k, &mut steps);
        builder.part(part, 0, &mut steps);
    }
    steps
}

impl Builder<'_> {
    /// Adds the copies that come before an outermost part.
    fn copies_before(&mut self, part: usize, steps: &mut Vec<Step>) {
        while let Some((_, Copy { counts, from, to })) =
            self.layout.copies.get(self.copied).filter(|(at, _)| *at == part)
        {
            let [from, to] = [from, to].map(|stream| Address::new(stream, counts, 0));
            self.copied += 1;
            join(steps, counts.clone(), Apply::Copy, [from].into_iter().collect(), to, &[]);
        }
    }

    /// Adds the steps of a part within so many serial loops.
    fn part(&mut self, part: &Part, serial: usize, steps: &mut Vec<Step>) {
        match part {
            Part::Leaf(_) => self.statement(serial, steps),
            Part::Serial { count, parts } => {
                let mut own = vec![];
                parts.iter().for_each(|part| self.part(part, serial + 1, &mut own));
                steps.push(Step::Serial { count: *count, steps: own });
            }
        }
    }

    /// Adds the next statement of the layout.
    fn statement(&mut self, serial: usize, steps: &mut Vec<Step>) {
        let Placed { leaf, order, result, operands } = &self.layout.placed[self.next];
        self.next += 1;
        let mut counts: SmallVec<[usize; 4]> = order.iter().map(|&k| leaf.dimensions[k].count).collect();
        let to = Address::new(result, &counts, serial);
        let own: SmallVec<[usize; 3]> = counts[serial..].into();
        let function = &self.code.functions[leaf.function as usize];
        let mut fused = |op: &Arc<dyn DynOp>| self.fused.entry(leaf.function).or_insert_with(|| fused(&**op)).clone();
        let apply = match function {
            Function::Primitive(primitive) => Apply::Primitive(*primitive),
            Function::Round => Apply::Round,
            Function::Guard(check) => Apply::Guard(*check),
            Function::Along(op, argument) => Apply::Along(fused(op).expect("the op has a loop"), *argument),
            Function::Op(op) => match fused(op).filter(|_| !is_foreign(&**op)) {
                Some(op) => Apply::Values(op),
                None => {
                    let from = operands.iter().map(|operand| Address::new(operand, &counts, serial)).collect();
                    steps.push(Step::Foreign(Foreign { op: op.clone(), counts: own, from, to }));
                    return;
                }
            },
            Function::Sum => {
                let (terms, _) = leaf.terms.as_ref().expect("a sum has terms");
                counts.push(*terms);
                let from = Address::new(&operands[0], &counts, serial);
                add_sums(steps, Sums { counts: own, terms: *terms, term: Term::Value, from: smallvec![from], to });
                return;
            }
        };
        let from: SmallVec<[Address; 3]> =
            operands.iter().map(|operand| Address::new(operand, &counts, serial)).collect();
        let slot = |address: &Address| {
            let steps = [0, 1].map(|k| address.serial.get(k).copied().unwrap_or(0));
            let fits = address.list.is_none() && address.serial.len() <= 2;
            let crosses = address.crosses(self.code.inputs, &counts[..serial]);
            (fits && !crosses).then_some(Slot { base: address.base, steps })
        };
        let slots: Option<SmallVec<[Slot; 4]>> = from.iter().map(slot).collect();
        match (slots, slot(&to)) {
            (Some(slots), Some(to)) if own.is_empty() => {
                let from = std::array::from_fn(|k| *slots.get(k).unwrap_or(&slots[0]));
                let scalar = Scalar { apply, arity: slots.len(), from, to };
                match steps.last_mut() {
                    Some(Step::Scalars(scalars)) => scalars.push(scalar),
                    _ => steps.push(Step::Scalars(vec![scalar])),
                }
            }
            _ => join(steps, own, apply, from, to, &counts[..serial]),
        }
    }
}

/// Puts loops together, from the innermost on, where two are one loop for all addresses.
fn collapse(counts: &mut SmallVec<[usize; 3]>, addresses: &mut [&mut Address]) {
    for outer in (0..counts.len().saturating_sub(1)).rev() {
        if addresses.iter().all(|address| address.is_one_loop(outer, counts[outer + 1])) {
            for address in addresses.iter_mut() {
                address.own.remove(outer);
            }
            counts[outer] *= counts.remove(outer + 1);
        }
    }
}

/// Adds sums to the region whose results they are of, if they can be added up there, or as a step of their own.
fn add_sums(steps: &mut Vec<Step>, sums: Sums) {
    // the rows, and the terms in them, as one loop; and the rows as one for the results
    let rows = sums.counts.iter().product::<usize>();
    let (mut from, mut to) = (sums.from[0].clone(), sums.to.clone());
    collapse(&mut sums.counts.iter().copied().chain([sums.terms]).collect(), &mut [&mut from]);
    collapse(&mut sums.counts.clone(), &mut [&mut to]);
    if from.own.len() == 1 && to.own.len() <= 1 && from.list.is_none() && from.own[0] != 0 {
        for step in steps.iter_mut().rev().take(BACK) {
            let Step::Region(region) = step else { continue };
            let made = region.statements.iter().position(|made| made.store.as_ref() == Some(&from));
            if let Some(made) = made.filter(|_| region.counts[..] == [rows * sums.terms]) {
                let from = smallvec![Operand::Register(made)];
                region.sums.push(RegionSum { term: Term::Value, from, terms: sums.terms, to });
                return;
            }
        }
    }
    steps.push(Step::Sums(sums));
}

/// Adds a statement to the last region that it can join, or as a region of its own, within serial loops of these counts.
fn join(
    steps: &mut Vec<Step>,
    mut counts: SmallVec<[usize; 3]>,
    apply: Apply,
    mut from: SmallVec<[Address; 3]>,
    mut to: Address,
    serial: &[usize],
) {
    collapse(&mut counts, &mut from.iter_mut().chain([&mut to]).collect::<Vec<_>>());
    if counts.is_empty() {
        counts.push(1);
        from.iter_mut().chain([&mut to]).for_each(|address| address.own.push(0));
    }
    let meets = |other: &Address, others: &[usize]| from.iter().any(|own| own.may_meet(&counts, other, others, serial));
    let mut place = None;
    for (k, step) in steps.iter().enumerate().rev().take(BACK) {
        match step {
            Step::Region(region) => {
                // what the region made is there in registers at the same repetition, and nowhere else
                let is_ready = |address: &Address| {
                    region.statements.iter().all(|made| {
                        let store = made.store.as_ref().expect("every statement has a place at first");
                        store == address || !address.may_meet(&counts, store, &region.counts, serial)
                    })
                };
                let makes_one = region.statements.iter().any(|made| {
                    meets(made.store.as_ref().expect("every statement has a place at first"), &region.counts)
                });
                let sums_one = region.sums.iter().any(|sum| meets(&sum.to, &[region.counts[0] / sum.terms]));
                let has_room = region.counts == counts && region.statements.len() < MOST;
                if has_room && !sums_one && from.iter().all(is_ready) {
                    place = Some(k);
                }
                if makes_one || sums_one {
                    break;
                }
            }
            Step::Sums(sums) if meets(&sums.to, &sums.counts) => break,
            Step::Sums(_) => {}
            Step::Serial { .. } | Step::Scalars(_) | Step::Foreign(_) => break,
        }
    }
    let place = place.unwrap_or_else(|| {
        steps.push(Step::Region(Region { counts, statements: vec![], sums: vec![], registers: 0 }));
        steps.len() - 1
    });
    let Step::Region(region) = &mut steps[place] else { unreachable!("the place is that of a region") };
    let operands = from.into_iter().map(|address| {
        let made = region.statements.iter().position(|made| made.store.as_ref() == Some(&address));
        made.map_or(Operand::Memory(address), Operand::Register)
    });
    let statement = Statement { apply, operands: operands.collect(), register: None, store: Some(to) };
    region.statements.push(statement);
    region.registers = region.statements.len();
}
