//! What is run: loops over memory, in which neighbouring statements with loops of one shape are fused.
//!
//! A region goes through its loops in chunks. In each chunk it does one statement after the other, and the results stay in registers, which are
//! short lists that the first cache holds; only what is used outside of the region goes to memory.

use super::code::{Check, Code, Function, Value};
use super::fused::{Fused, fused};
use super::layout::{Copy, Layout, Placed, Stream};
use super::live::is_foreign;
use super::primitive::Primitive;
use super::reroll::{Part, each_number, number};
use crate::graph::DynOp;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;

/// Slots by the repetitions of the serial loops around a region and of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Address {
    pub base: i32,
    /// How many slots further on in the next repetition of each serial loop.
    pub serial: SmallVec<[i32; 2]>,
    /// How many slots further on in the next repetition of each loop of the region; of a sum's terms, the last one is from term to term.
    pub own: SmallVec<[i32; 3]>,
    /// If there is a list, the numbers above are places in it, and it holds the slots.
    pub list: Option<Arc<[u32]>>,
}

/// What a statement of a region applies.
#[derive(Clone)]
pub(super) enum Apply {
    /// A primitive.
    Primitive(Primitive),
    /// The values of an op that has loops of its own.
    Values(Arc<dyn Fused>),
    /// The slopes of such an op by the argument of this place, times the last operand.
    Along(Arc<dyn Fused>, usize),
    /// A copy.
    Copy,
    /// A guard.
    Guard(Check),
}

/// An operand of a statement of a region.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// What a statement of the region made.
    Register(usize),
    /// What lies in memory.
    Memory(Address),
}

/// A statement of a region.
pub(super) struct Statement {
    pub apply: Apply,
    pub operands: SmallVec<[Operand; 3]>,
    /// The register of the result, if a statement of the region uses it from there.
    pub register: Option<usize>,
    /// Where the result goes, if it is used from there.
    pub store: Option<Address>,
}

/// A sum, or one for each row, of what a statement of a region makes. The region has one loop, in which the rows are one after the other.
pub(super) struct RegionSum {
    pub from: Operand,
    pub terms: usize,
    /// The slots of the sums, by the rows if there are several.
    pub to: Address,
}

/// Statements with loops of one shape.
pub(super) struct Region {
    /// How often each loop is repeated, the innermost last; there is at least one.
    pub counts: SmallVec<[usize; 3]>,
    pub statements: Vec<Statement>,
    pub sums: Vec<RegionSum>,
    pub registers: usize,
}

/// Sums, each of so many terms.
pub(super) struct Sums {
    /// As those of a region.
    pub counts: SmallVec<[usize; 3]>,
    pub terms: usize,
    pub from: Address,
    pub to: Address,
}

/// An op that has no rule which could be put as primitives, in loops.
pub(super) struct Foreign {
    pub op: Arc<dyn DynOp>,
    /// As those of a region.
    pub counts: SmallVec<[usize; 3]>,
    pub from: Vec<Address>,
    pub to: Address,
}

/// A slot by the repetitions of the serial loops around a statement, of which there are two at most; without a loop the step is 0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    pub base: i32,
    pub steps: [i32; 2],
}

/// A statement that has no loops but serial ones.
pub(super) struct Scalar {
    pub apply: Apply,
    /// The operands; places that are left repeat the first one.
    pub from: [Slot; 4],
    pub to: Slot,
}

/// What is done next.
pub(super) enum Step {
    /// Statements that have no loops but serial ones.
    Scalars(Vec<Scalar>),
    Region(Region),
    Sums(Sums),
    Foreign(Foreign),
    /// Steps that are repeated in order.
    Serial {
        count: usize,
        steps: Vec<Step>,
    },
}

/// A program that can be run.
pub(super) struct Plan {
    pub steps: Vec<Step>,
    /// How many numbers the memory holds for each point.
    pub size: usize,
    pub inputs: usize,
    /// How many statements there are, with all repetitions of loops.
    pub statements: usize,
    /// The numbers that stand behind the inputs.
    pub constants: Vec<f64>,
    /// The slots of the results.
    pub outputs: Vec<u32>,
    /// The slots of the guards.
    pub guards: Vec<u32>,
}

impl Address {
    /// The address of a stream by loops of these counts, of which the first ones are serial.
    fn new(stream: &Stream, counts: &[usize], serial: usize) -> Self {
        let split = |steps: &[i32]| (steps[..serial].into(), steps[serial..].into());
        match stream {
            Stream::Affine { base, steps } => {
                let (serial, own) = split(steps);
                Address { base: *base, serial, own, list: None }
            }
            Stream::List(slots) => {
                let mut steps: SmallVec<[i32; 4]> = counts.iter().map(|_| 0).collect();
                let mut row = 1;
                for (step, count) in steps.iter_mut().zip(counts).rev() {
                    *step = row as i32;
                    row *= count;
                }
                let (serial, own) = split(&steps);
                Address { base: 0, serial, own, list: Some(slots.as_slice().into()) }
            }
        }
    }

    /// Whether two loops of the region, of which the inner one has this count, are one loop for the address.
    fn is_one_loop(&self, outer: usize, inner_count: usize) -> bool {
        self.own[outer] as i64 == self.own[outer + 1] as i64 * inner_count as i64
    }

    /// The first and the last slot over the loops of a region, in the first repetition of the serial loops; `None` of a list.
    fn range(&self, counts: &[usize]) -> Option<[i64; 2]> {
        if self.list.is_some() {
            return None;
        }
        let mut range = [i64::from(self.base); 2];
        for (&step, &count) in self.own.iter().zip(counts) {
            let reach = i64::from(step) * (count as i64 - 1);
            range[usize::from(reach > 0)] += reach;
        }
        Some(range)
    }

    /// Whether the address may meet slots that another one has, in one repetition of the serial loops.
    fn may_meet(&self, counts: &[usize], other: &Address, others: &[usize]) -> bool {
        match (self.range(counts), other.range(others)) {
            (Some([first, last]), Some([others_first, others_last])) if self.serial == other.serial => {
                first <= others_last && others_first <= last
            }
            _ => true,
        }
    }
}

/// A plan as it is made.
struct Builder<'a> {
    code: &'a Code,
    layout: Layout,
    /// The next statement of the layout.
    next: usize,
    /// The next copy of the layout.
    copied: usize,
    /// The loops of ops, by their functions.
    fused: HashMap<u32, Option<Arc<dyn Fused>>>,
}

/// The most statements of a region.
const MOST: usize = 256;
/// How many steps back a region is looked for that a statement can join.
const BACK: usize = 64;

impl Plan {
    /// The plan of a program whose parts are laid out.
    pub fn new(code: &Code, parts: &[Part], layout: Layout, outputs: &[Value]) -> Self {
        let slot = |value: &Value| layout.slot(number(*value));
        let (outputs, guards) = (outputs.iter().map(slot).collect(), code.guards.iter().map(slot).collect());
        let size = layout.size;
        let mut builder = Builder { code, layout, next: 0, copied: 0, fused: HashMap::new() };
        let mut steps = vec![];
        for (k, part) in parts.iter().enumerate() {
            builder.copies_before(k, &mut steps);
            builder.part(part, 0, &mut steps);
        }
        let (inputs, statements, constants) = (code.inputs, code.len() - code.inputs, code.constants.clone());
        let mut plan = Plan { steps, size, inputs, statements, constants, outputs, guards };
        plan.place_results();
        plan
    }
}

impl Builder<'_> {
    /// Adds the copies that come before an outermost part.
    fn copies_before(&mut self, part: usize, steps: &mut Vec<Step>) {
        while let Some((_, Copy { counts, from, to })) =
            self.layout.copies.get(self.copied).filter(|(at, _)| *at == part)
        {
            let [from, to] = [from, to].map(|stream| Address::new(stream, counts, 0));
            self.copied += 1;
            join(steps, counts.clone(), Apply::Copy, [from].into_iter().collect(), to);
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
                add_sums(steps, Sums { counts: own, terms: *terms, from, to });
                return;
            }
        };
        let from: SmallVec<[Address; 3]> =
            operands.iter().map(|operand| Address::new(operand, &counts, serial)).collect();
        let slot = |address: &Address| {
            let steps = [0, 1].map(|k| address.serial.get(k).copied().unwrap_or(0));
            (address.list.is_none() && address.serial.len() <= 2).then_some(Slot { base: address.base, steps })
        };
        let slots: Option<SmallVec<[Slot; 4]>> = from.iter().map(slot).collect();
        match (slots, slot(&to)) {
            (Some(slots), Some(to)) if own.is_empty() => {
                let from = std::array::from_fn(|k| *slots.get(k).unwrap_or(&slots[0]));
                let scalar = Scalar { apply, from, to };
                match steps.last_mut() {
                    Some(Step::Scalars(scalars)) => scalars.push(scalar),
                    _ => steps.push(Step::Scalars(vec![scalar])),
                }
            }
            _ => join(steps, own, apply, from, to),
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
    let (mut from, mut to) = (sums.from.clone(), sums.to.clone());
    collapse(&mut sums.counts.iter().copied().chain([sums.terms]).collect(), &mut [&mut from]);
    collapse(&mut sums.counts.clone(), &mut [&mut to]);
    if from.own.len() == 1 && to.own.len() <= 1 && from.list.is_none() && from.own[0] != 0 {
        for step in steps.iter_mut().rev().take(BACK) {
            let Step::Region(region) = step else { continue };
            let made = region.statements.iter().position(|made| made.store.as_ref() == Some(&from));
            if let Some(made) = made.filter(|_| region.counts[..] == [rows * sums.terms]) {
                region.sums.push(RegionSum { from: Operand::Register(made), terms: sums.terms, to });
                return;
            }
        }
    }
    steps.push(Step::Sums(sums));
}

/// Adds a statement to the last region that it can join, or as a region of its own.
fn join(
    steps: &mut Vec<Step>,
    mut counts: SmallVec<[usize; 3]>,
    apply: Apply,
    mut from: SmallVec<[Address; 3]>,
    mut to: Address,
) {
    collapse(&mut counts, &mut from.iter_mut().chain([&mut to]).collect::<Vec<_>>());
    if counts.is_empty() {
        counts.push(1);
        from.iter_mut().chain([&mut to]).for_each(|address| address.own.push(0));
    }
    let meets = |other: &Address, others: &[usize]| from.iter().any(|own| own.may_meet(&counts, other, others));
    let mut place = None;
    for (k, step) in steps.iter().enumerate().rev().take(BACK) {
        match step {
            Step::Region(region) => {
                // what the region made is there in registers at the same repetition, and nowhere else
                let is_ready = |address: &Address| {
                    region.statements.iter().all(|made| {
                        let store = made.store.as_ref().expect("every statement has a place at first");
                        store == address || !address.may_meet(&counts, store, &region.counts)
                    })
                };
                if region.counts == counts && region.statements.len() < MOST && from.iter().all(is_ready) {
                    place = Some(k);
                }
                let makes_one = region.statements.iter().any(|made| {
                    meets(made.store.as_ref().expect("every statement has a place at first"), &region.counts)
                });
                if makes_one {
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

impl Plan {
    /// Leaves out of memory what only its own region uses, and gives that registers.
    fn place_results(&mut self) {
        // for each slot whether it is read from memory
        let mut is_read = vec![false; self.size];
        self.outputs.iter().chain(&self.guards).for_each(|&slot| is_read[slot as usize] = true);
        mark(&self.steps, &mut vec![], &mut is_read);
        drop_stores(&mut self.steps, &mut vec![], &is_read);
    }
}

impl Region {
    /// Gives registers to what is used from there: a result that is one stretch in memory is used from memory.
    fn give_registers(&mut self) {
        let Region { counts, statements, sums, .. } = self;
        let in_memory: Vec<Option<Address>> = statements
            .iter()
            .map(|made| made.store.clone().filter(|store| store.own[counts.len() - 1] == 1 || counts[..] == [1]))
            .collect();
        let mut last_use = vec![0; statements.len()];
        let places =
            statements.iter_mut().enumerate().flat_map(|(k, used)| used.operands.iter_mut().map(move |o| (k, o)));
        // the sums come after all statements
        let all = places.chain(sums.iter_mut().map(|sum| (usize::MAX, &mut sum.from)));
        for (k, operand) in all {
            if let Operand::Register(made) = *operand {
                match &in_memory[made] {
                    Some(address) => *operand = Operand::Memory(address.clone()),
                    None => last_use[made] = k,
                }
            }
        }
        let (mut free, mut used): (Vec<usize>, usize) = (vec![], 0);
        let mut register_of = vec![0; statements.len()];
        for k in 0..statements.len() {
            // the result of a statement goes to a register of its own before those of its operands are free
            if last_use[k] > 0 {
                register_of[k] = free.pop().unwrap_or_else(|| {
                    used += 1;
                    used - 1
                });
                statements[k].register = Some(register_of[k]);
            }
            let mut done: SmallVec<[usize; 3]> = SmallVec::new();
            for operand in &mut statements[k].operands {
                if let Operand::Register(made) = operand {
                    if last_use[*made] == k && !done.contains(made) {
                        done.push(*made);
                    }
                    *made = register_of[*made];
                }
            }
            free.extend(done.into_iter().map(|made| register_of[made]));
        }
        for sum in sums {
            if let Operand::Register(made) = &mut sum.from {
                *made = register_of[*made];
            }
        }
        self.registers = used;
    }
}

/// Calls a function for each slot of an address over the loops of a region and the serial loops around it.
fn each_slot(address: &Address, serial: &[usize], counts: &[usize], each: &mut impl FnMut(usize)) {
    let steps = address.serial.iter().chain(&address.own).map(|&step| i64::from(step));
    let loops: SmallVec<[(usize, i64); 4]> = serial.iter().chain(counts).copied().zip(steps).collect();
    each_number(address.base.into(), &loops, &mut |at| {
        each(address.list.as_ref().map_or(at as usize, |list| list[at as usize] as usize));
    });
}

/// Marks the slots that steps read from memory.
fn mark(steps: &[Step], serial: &mut Vec<usize>, is_read: &mut [bool]) {
    for step in steps {
        match step {
            Step::Region(region) => {
                for operand in region.statements.iter().flat_map(|statement| &statement.operands) {
                    if let Operand::Memory(address) = operand {
                        each_slot(address, serial, &region.counts, &mut |slot| is_read[slot] = true);
                    }
                }
            }
            Step::Scalars(scalars) => {
                for slot in scalars.iter().flat_map(|scalar| scalar.from) {
                    let steps = slot.steps[..serial.len().min(2)].into();
                    let address = Address { base: slot.base, serial: steps, own: SmallVec::new(), list: None };
                    each_slot(&address, serial, &[], &mut |slot| is_read[slot] = true);
                }
            }
            Step::Sums(Sums { counts, terms, from, .. }) => {
                let counts: SmallVec<[usize; 4]> = counts.iter().copied().chain([*terms]).collect();
                each_slot(from, serial, &counts, &mut |slot| is_read[slot] = true);
            }
            Step::Foreign(Foreign { counts, from, .. }) => {
                for address in from {
                    each_slot(address, serial, counts, &mut |slot| is_read[slot] = true);
                }
            }
            Step::Serial { count, steps } => {
                serial.push(*count);
                mark(steps, serial, is_read);
                serial.pop();
            }
        }
    }
}

/// Leaves out the stores of slots of which none is read.
fn drop_stores(steps: &mut [Step], serial: &mut Vec<usize>, is_read: &[bool]) {
    for step in steps {
        match step {
            Step::Region(region) => {
                for statement in &mut region.statements {
                    let mut any = false;
                    let store = statement.store.as_ref().expect("every statement has a place at first");
                    each_slot(store, serial, &region.counts, &mut |slot| any |= is_read[slot]);
                    if !any {
                        statement.store = None;
                    }
                }
                region.give_registers();
            }
            Step::Sums(_) | Step::Scalars(_) | Step::Foreign(_) => {}
            Step::Serial { count, steps } => {
                serial.push(*count);
                drop_stores(steps, serial, is_read);
                serial.pop();
            }
        }
    }
}
