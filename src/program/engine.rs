//! The engine: a plan run on one point, or on several side by side.
//!
//! The memory has `width` numbers for each slot, one for each point:
//!
//! ```text
//! slot    0           1           2
//! point   0 1 2 3     0 1 2 3     0 1 2 3     ..
//! ```
//!
//! so that a step from slot to slot is a stretch of memory for any width, and one loop serves one point and many.

use super::code::Check;
use super::plan::{Address, Apply, Foreign, Operand, Plan, Region, Scalar, Statement, Step, Sums};
use super::primitive::{Loop, Primitive};
use crate::error::Error;
use crate::graph::Rule;
use crate::real::{Isa, Wide, WithIsa, dispatch};
use smallvec::SmallVec;
use std::ops::Range;

/// How many numbers are worked on side by side.
const LANES: usize = 8;
/// How many numbers a register holds: so many that what is done once for each chunk costs little, and so few that the registers stay in the first
/// cache.
const CHUNK: usize = 256;
/// The partial sums of a sum: term t goes to the partial sum t mod 16, and these are added in pairs, 8 apart, then 4, 2 and 1. The order is that of
/// every engine.
const PARTIAL_SUMS: usize = 16;

/// The memory of a run.
pub(super) struct Scratch {
    /// How many points are run side by side.
    pub width: usize,
    memory: Vec<f64>,
    registers: Vec<Vec<f64>>,
    /// A register that no statement has.
    spare: Vec<f64>,
    /// Operands that are gathered.
    gathered: [Vec<f64>; 3],
    /// Partial sums.
    sums: Vec<f64>,
}

/// A list of numbers, in blocks of [`LANES`].
#[derive(Clone, Copy)]
struct List<'a> {
    numbers: &'a [f64],
    /// How far apart the blocks are: [`LANES`], or 0 if each is the first one.
    step: usize,
}

impl List<'_> {
    #[inline(always)]
    fn block<I: Isa>(&self, k: usize) -> Wide<I, LANES> {
        let block = &self.numbers[k * self.step..][..LANES];
        Wide::new(block.try_into().expect("a block is so long"))
    }
}

/// A loop over blocks of lists.
struct Blocks<'a> {
    lists: [List<'a>; 3],
    into: &'a mut [f64],
}

impl Blocks<'_> {
    #[inline(always)]
    fn each<I: Isa>(self, f: impl Fn([List<'_>; 3], usize) -> Wide<I, LANES>) {
        for (k, into) in self.into.chunks_exact_mut(LANES).enumerate() {
            into.copy_from_slice(&f(self.lists, k).0);
        }
    }
}

impl<I: Isa> Loop<Wide<I, LANES>> for Blocks<'_> {
    #[inline(always)]
    fn one(self, f: impl Fn(Wide<I, LANES>) -> Wide<I, LANES>) {
        self.each(|lists, k| f(lists[0].block(k)));
    }
    #[inline(always)]
    fn two(self, f: impl Fn(Wide<I, LANES>, Wide<I, LANES>) -> Wide<I, LANES>) {
        self.each(|lists, k| f(lists[0].block(k), lists[1].block(k)));
    }
    #[inline(always)]
    fn three(self, f: impl Fn(Wide<I, LANES>, Wide<I, LANES>, Wide<I, LANES>) -> Wide<I, LANES>) {
        self.each(|lists, k| f(lists[0].block(k), lists[1].block(k), lists[2].block(k)));
    }
}

/// Applies a primitive to lists, whose lengths and that of the result are rounded up to whole blocks.
struct Kernel<'a> {
    primitive: Primitive,
    blocks: Blocks<'a>,
}

impl WithIsa for Kernel<'_> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        self.primitive.in_loop::<Wide<I, LANES>>(self.blocks);
    }
}

/// Runs statements without loops on one point.
struct Scalars<'a> {
    statements: &'a [Scalar],
    memory: &'a mut [f64],
}

impl WithIsa for Scalars<'_> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        for Scalar { primitive, from, to } in self.statements {
            let x = from.map(|slot| Wide::<I, 1>::new([self.memory[slot as usize]]));
            self.memory[*to as usize] = primitive.apply(&x).0[0];
        }
    }
}

impl Scratch {
    /// Memory for a plan at so many points.
    pub fn new(plan: &Plan, width: usize) -> Self {
        // blocks may reach over the end
        let mut memory = vec![0.0; plan.size * width + LANES];
        for (k, &constant) in plan.constants.iter().enumerate() {
            memory[(plan.inputs + k) * width..][..width].fill(constant);
        }
        let register = || vec![0.0; CHUNK.max(width) + LANES];
        Scratch {
            width,
            memory,
            registers: (0..registers(&plan.steps)).map(|_| register()).collect(),
            spare: register(),
            gathered: std::array::from_fn(|_| register()),
            sums: vec![0.0; PARTIAL_SUMS * CHUNK.max(width)],
        }
    }

    /// The numbers of a slot, one for each point.
    pub fn slot(&self, slot: usize) -> &[f64] {
        &self.memory[slot * self.width..][..self.width]
    }

    /// Sets the inputs, of one point.
    pub fn copy_inputs(&mut self, x: &[f64]) {
        self.memory[..x.len()].copy_from_slice(x);
    }

    pub fn slot_mut(&mut self, slot: usize) -> &mut [f64] {
        &mut self.memory[slot * self.width..][..self.width]
    }
}

/// The most registers that a region has.
fn registers(steps: &[Step]) -> usize {
    let most = steps.iter().map(|step| match step {
        Step::Region(region) => region.registers,
        Step::Serial { steps, .. } => registers(steps),
        Step::Sums(_) | Step::Scalars(_) | Step::Foreign(_) => 0,
    });
    most.max().unwrap_or(0)
}

impl Plan {
    /// Runs the program on the inputs that the memory holds.
    ///
    /// # Errors
    /// If a vector rule has no results.
    pub fn run(&self, scratch: &mut Scratch) -> Result<(), Error> {
        run(&self.steps, &mut SmallVec::new(), scratch)
    }

    /// Whether a guard does not hold at a point.
    pub fn flips(&self, scratch: &Scratch, point: usize) -> bool {
        self.guards.iter().any(|&guard| scratch.slot(guard as usize)[point] != 0.0)
    }

    /// Copies some results of a run on one point.
    pub fn copy_outputs(&self, scratch: &Scratch, range: Range<usize>, into: &mut [f64]) {
        for (into, &slot) in into.iter_mut().zip(&self.outputs[range]) {
            *into = scratch.memory[slot as usize];
        }
    }
}

/// Runs steps, given the repetitions of the serial loops around them.
fn run(steps: &[Step], serial: &mut SmallVec<[i32; 4]>, scratch: &mut Scratch) -> Result<(), Error> {
    for step in steps {
        match step {
            Step::Scalars(statements) if scratch.width == 1 => {
                dispatch(Scalars { statements, memory: &mut scratch.memory });
            }
            Step::Scalars(statements) => scratch.scalars(statements),
            Step::Region(region) => scratch.region(region, serial)?,
            Step::Sums(sums) => scratch.sums(sums, serial),
            Step::Foreign(foreign) => scratch.foreign(foreign, serial)?,
            Step::Serial { count, steps } => {
                serial.push(0);
                for k in 0..*count {
                    *serial.last_mut().expect("it was just pushed") = k as i32;
                    run(steps, serial, scratch)?;
                }
                serial.pop();
            }
        }
    }
    Ok(())
}

impl Address {
    /// The slot, or the place in the list, in these repetitions of the serial loops and of the outer loops of the region.
    #[inline]
    fn at(&self, serial: &[i32], outer: &[usize]) -> i64 {
        let mut at = i64::from(self.base);
        for (&step, &k) in self.serial.iter().zip(serial) {
            at += i64::from(step) * i64::from(k);
        }
        for (&step, &k) in self.own.iter().zip(outer) {
            at += i64::from(step) * k as i64;
        }
        at
    }

    fn slot(&self, at: i64) -> usize {
        self.list.as_ref().map_or(at as usize, |list| list[at as usize] as usize)
    }

    /// The step of a loop of the region.
    fn step(&self, k: usize) -> i64 {
        i64::from(self.own[k])
    }
}

/// The numbers of `count` repetitions from a slot on, of all points: in memory if they are one after the other there, else gathered.
#[inline]
fn fetch<'a>(
    memory: &'a [f64],
    width: usize,
    address: &Address,
    at: i64,
    step: i64,
    count: usize,
    into: &'a mut [f64],
) -> List<'a> {
    let len = (count * width).next_multiple_of(LANES);
    if address.list.is_none() {
        let start = at as usize * width;
        if step == 1 || count == 1 {
            return List { numbers: &memory[start..][..len], step: LANES };
        }
        if step == 0 && width == 1 {
            into[..LANES].fill(memory[start]);
            return List { numbers: into, step: 0 };
        }
    }
    for (k, numbers) in into[..count * width].chunks_exact_mut(width).enumerate() {
        let slot = address.slot(at + step * k as i64);
        if width == 1 {
            numbers[0] = memory[slot];
        } else {
            numbers.copy_from_slice(&memory[slot * width..][..width]);
        }
    }
    List { numbers: into, step: LANES }
}

/// Goes to the next repetition of loops, the innermost first; `false` after the last one.
fn next(repetition: &mut [usize], counts: &[usize]) -> bool {
    for (k, &count) in repetition.iter_mut().zip(counts).rev() {
        *k += 1;
        if *k < count {
            return true;
        }
        *k = 0;
    }
    false
}

impl Scratch {
    /// Runs statements without loops on several points.
    fn scalars(&mut self, statements: &[Scalar]) {
        let width = self.width;
        let len = width.next_multiple_of(LANES);
        for &Scalar { primitive, from, to } in statements {
            let list = |slot: u32| List { numbers: &self.memory[slot as usize * width..][..len], step: LANES };
            let blocks = Blocks { lists: from.map(list), into: &mut self.spare[..len] };
            dispatch(Kernel { primitive, blocks });
            self.memory[to as usize * width..][..width].copy_from_slice(&self.spare[..width]);
        }
    }

    fn region(&mut self, region: &Region, serial: &[i32]) -> Result<(), Error> {
        let (&inner, outer) = region.counts.split_last().expect("a region has a loop");
        let chunk = (CHUNK / self.width).max(1);
        let mut repetition: SmallVec<[usize; 3]> = outer.iter().map(|_| 0).collect();
        loop {
            for start in (0..inner).step_by(chunk) {
                let count = chunk.min(inner - start);
                for statement in &region.statements {
                    self.statement(statement, serial, &repetition, start, count)?;
                }
            }
            if !next(&mut repetition, outer) {
                return Ok(());
            }
        }
    }

    /// Runs a statement of a region for so many repetitions of the innermost loop.
    #[inline]
    fn statement(
        &mut self,
        statement: &Statement,
        serial: &[i32],
        outer: &[usize],
        start: usize,
        count: usize,
    ) -> Result<(), Error> {
        let Scratch { width, memory, registers, spare, gathered, .. } = self;
        let (width, len) = (*width, count * *width);
        let blocks = len.next_multiple_of(LANES);
        let start_of = |address: &Address| {
            let step = address.step(outer.len());
            (address.at(serial, outer) + step * start as i64, step)
        };
        let mut lists = [List { numbers: &[], step: 0 }; 3];
        for ((list, operand), gathered) in lists.iter_mut().zip(&statement.operands).zip(gathered) {
            *list = match operand {
                Operand::Register(register) => List { numbers: &registers[*register], step: LANES },
                Operand::Memory(address) => {
                    let (at, step) = start_of(address);
                    fetch(memory, width, address, at, step, count, gathered)
                }
            };
        }
        match &statement.apply {
            Apply::Primitive(primitive) => {
                dispatch(Kernel { primitive: *primitive, blocks: Blocks { lists, into: &mut spare[..blocks] } });
            }
            Apply::Copy => {
                dispatch(Kernel { primitive: Primitive::Detach, blocks: Blocks { lists, into: &mut spare[..blocks] } });
            }
            Apply::Guard(check) => guards(check, lists, &mut spare[..blocks]),
        }
        std::mem::swap(spare, &mut registers[statement.register]);
        if let Some(address) = &statement.store {
            let (at, step) = start_of(address);
            let made = &registers[statement.register][..len];
            if step == 1 || count == 1 {
                memory[at as usize * width..][..len].copy_from_slice(made);
            } else {
                for (k, numbers) in made.chunks_exact(width).enumerate() {
                    memory[(at + step * k as i64) as usize * width..][..width].copy_from_slice(numbers);
                }
            }
        }
        Ok(())
    }

    /// Runs an op that is no primitive, one repetition and one point after the other.
    fn foreign(&mut self, Foreign { op, counts, from, to }: &Foreign, serial: &[i32]) -> Result<(), Error> {
        let mut repetition: SmallVec<[usize; 3]> = counts.iter().map(|_| 0).collect();
        let mut x = vec![0.0; from.len()];
        loop {
            for point in 0..self.width {
                for (x, address) in x.iter_mut().zip(from) {
                    *x = self.memory[address.slot(address.at(serial, &repetition)) * self.width + point];
                }
                let slot = to.slot(to.at(serial, &repetition));
                self.memory[slot * self.width + point] = Rule::<f64>::evaluate_value(&**op, &x)?;
            }
            if !next(&mut repetition, counts) {
                return Ok(());
            }
        }
    }

    /// Runs sums.
    fn sums(&mut self, sums: &Sums, serial: &[i32]) {
        let Scratch { width, memory, sums: partial, .. } = self;
        let width = *width;
        let Sums { counts, terms, from, to } = sums;
        let (&inner, outer) = counts.split_last().unwrap_or((&1, &[]));
        let (step, into) = if counts.is_empty() { (0, 0) } else { (from.step(outer.len()), to.step(outer.len())) };
        let from_term_to_term = from.step(counts.len());
        // sums side by side, where their terms are one after the other in memory
        let chunk = if step == 1 && from.list.is_none() { (CHUNK / width).max(1) } else { 1 };
        let mut repetition: SmallVec<[usize; 3]> = outer.iter().map(|_| 0).collect();
        loop {
            for start in (0..inner).step_by(chunk) {
                let count = chunk.min(inner - start);
                let len = count * width;
                let at = from.at(serial, &repetition) + step * start as i64;
                let partial = &mut partial[..PARTIAL_SUMS * len];
                partial.fill(-0.0);
                if from_term_to_term == 1 && count == 1 && from.list.is_none() {
                    add_stretch(partial, &memory[at as usize * width..][..terms * width]);
                } else {
                    for t in 0..*terms {
                        let slot = from.slot(at + from_term_to_term * t as i64);
                        let term = &memory[slot * width..][..len];
                        let sums = &mut partial[t % PARTIAL_SUMS * len..][..len];
                        sums.iter_mut().zip(term).for_each(|(sum, term)| *sum += term);
                    }
                }
                let mut half = PARTIAL_SUMS / 2;
                while half > 0 {
                    let (sums, others) = partial[..2 * half * len].split_at_mut(half * len);
                    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += *other);
                    half /= 2;
                }
                let mut slot = to.at(serial, &repetition) + into * start as i64;
                for sum in partial[..len].chunks_exact(width) {
                    memory[slot as usize * width..][..width].copy_from_slice(sum);
                    slot += into;
                }
            }
            if !next(&mut repetition, outer) {
                return;
            }
        }
    }
}

/// The sum of some terms in the order of every engine.
pub(super) fn sum(terms: &[f64]) -> f64 {
    let mut partial = [-0.0; PARTIAL_SUMS];
    add_stretch(&mut partial, terms);
    let mut half = PARTIAL_SUMS / 2;
    while half > 0 {
        (0..half).for_each(|k| partial[k] += partial[k + half]);
        half /= 2;
    }
    partial[0]
}

/// Adds terms that lie one after the other to partial sums, of as many points as these are for.
fn add_stretch(partial: &mut [f64], terms: &[f64]) {
    let mut chunks = terms.chunks_exact(partial.len());
    for chunk in &mut chunks {
        partial.iter_mut().zip(chunk).for_each(|(sum, term)| *sum += term);
    }
    partial.iter_mut().zip(chunks.remainder()).for_each(|(sum, term)| *sum += term);
}

/// Holds comparisons against what was recorded.
fn guards(check: &Check, [x, y, _]: [List<'_>; 3], into: &mut [f64]) {
    for (k, flips) in into.iter_mut().enumerate() {
        let at = |list: List<'_>| list.numbers[k / LANES * list.step + k % LANES];
        *flips = f64::from(u8::from(check.flips(at(x), at(y))));
    }
}
