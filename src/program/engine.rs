//! The engine: a plan run on one point, or on several side by side.
//!
//! `slots.rs` says what a run works on. Regions are run in `region.rs`, and sums in `sums.rs`.

use super::kernel::{List, Lists, One, PARTIAL_SUMS};
use super::plan::{Apply, Copied, Foreign, OPERANDS, Plan, Region, Scalar, Slot, Step};
use super::primitive::{Body, Visitor};
use super::slots::{CHUNK, Run, Slots, Work, apply, next, number_at};
use super::sums::columns;
use crate::error::Error;
use crate::graph::Rule;
use crate::real::{Isa, WithIsa, dispatch};
use smallvec::SmallVec;
use std::marker::PhantomData;

/// The memory of runs on so many points side by side.
pub(super) struct Scratch {
    pub width: usize,
    inputs: Vec<f64>,
    memory: Vec<f64>,
    results: Vec<f64>,
    work: Work,
}

impl Scratch {
    /// Memory for a plan at so many points.
    pub fn new(plan: &Plan, width: usize) -> Self {
        let mut memory = vec![0.0; (plan.size - plan.inputs) * width];
        for (numbers, &constant) in memory.chunks_exact_mut(width).zip(&plan.constants) {
            numbers.fill(constant);
        }
        let chunk = CHUNK.max(width);
        let ((registers, sums), columns) = (most(&plan.steps), columns(width));
        let results = vec![0.0; (plan.outputs.len() - plan.head) * width];
        let work = Work {
            registers: (0..registers).map(|_| vec![0.0; chunk]).collect(),
            spare: vec![0.0; chunk],
            gathered: std::array::from_fn(|_| vec![0.0; chunk.max(PARTIAL_SUMS * width * columns)]),
            sums: vec![0.0; PARTIAL_SUMS * width * sums.max(columns)],
        };
        Scratch { width, inputs: vec![0.0; plan.inputs * width], memory, results, work }
    }

    /// The numbers of an input, to be set, one for each point.
    pub fn input_mut(&mut self, input: usize) -> &mut [f64] {
        &mut self.inputs[input * self.width..][..self.width]
    }

    /// The numbers of a slot after a run on several points, one for each point.
    pub fn slot(&self, slot: usize) -> &[f64] {
        let Scratch { width, inputs, memory, results, .. } = self;
        number_at(inputs, memory, results, slot * width, *width)
    }

    /// Joins two lists of inputs of one point, unless one is all of them.
    fn joined<'a>(inputs: &'a mut [f64], [x, more]: [&'a [f64]; 2]) -> &'a [f64] {
        if more.is_empty() {
            return x;
        }
        inputs[..x.len()].copy_from_slice(x);
        inputs[x.len()..].copy_from_slice(more);
        inputs
    }
}

/// The most registers and the most sums that a region has.
fn most(steps: &[Step]) -> (usize, usize) {
    steps.iter().fold((0, 0), |(registers, sums), step| {
        let (more, more_sums) = match step {
            Step::Region(region) => (region.registers, region.sums.len()),
            Step::Serial { steps, .. } => most(steps),
            Step::Sums(_) | Step::Scalars(_) | Step::Foreign(_) => (0, 0),
        };
        (registers.max(more), sums.max(more_sums))
    })
}

/// How often a loop of a kernel is entered where one point is run.
fn calls(steps: &[Step]) -> usize {
    let calls = |step: &Step| match step {
        Step::Scalars(statements) => statements.len(),
        Step::Region(Region { counts, statements, sums, .. }) => {
            counts.iter().product::<usize>().div_ceil(CHUNK) * (statements.len() + sums.len())
        }
        Step::Sums(_) => 1,
        Step::Foreign(foreign) => foreign.counts.iter().product(),
        Step::Serial { count, steps } => count * self::calls(steps),
    };
    steps.iter().map(calls).sum()
}

impl Plan {
    /// How often a statement is begun where one point is run; each time it goes through a loop.
    pub fn calls(&self) -> usize {
        calls(&self.steps)
    }

    /// Runs the program on one point, whose inputs are in two lists, one after the other: the first results go to one list, and the rest to
    /// another one. `false` if a guard does not hold, and then the lists have nothing that means something.
    ///
    /// # Errors
    /// If a vector rule has no results.
    pub fn run_one(
        &self,
        scratch: &mut Scratch,
        inputs: [&[f64]; 2],
        [head, results]: [&mut [f64]; 2],
    ) -> Result<bool, Error> {
        let Scratch { inputs: both, memory, work, .. } = scratch;
        let inputs = Scratch::joined(both, inputs);
        self.take(inputs, memory, 1);
        let slots = Slots { inputs, memory, results };
        let mut run = Run { width: 1, slots, work, serial: SmallVec::new() };
        dispatch(Whole { steps: &self.steps, run: &mut run })?;
        let Slots { inputs, memory, results } = run.slots;
        if self.guards.iter().any(|&guard| memory[guard as usize - inputs.len()] != 0.0) {
            return Ok(false);
        }
        for (&slot, into) in self.outputs.iter().zip(head) {
            *into = number_at(inputs, memory, results, slot as usize, 1)[0];
        }
        for copy in &self.copies {
            let (from, to, len) = (copy.from as usize, copy.to as usize, copy.len as usize);
            results[to..to + len].copy_from_slice(number_at(inputs, memory, &[], from, len));
        }
        Ok(true)
    }

    /// Runs the program on several points, whose inputs the memory holds, as it holds the results then.
    ///
    /// # Errors
    /// If a vector rule has no results.
    pub fn run(&self, scratch: &mut Scratch) -> Result<(), Error> {
        let Scratch { width, inputs, memory, results, work } = scratch;
        self.take(inputs, memory, *width);
        let mut run = Run { width: *width, slots: Slots { inputs, memory, results }, work, serial: SmallVec::new() };
        dispatch(Whole { steps: &self.steps, run: &mut run })
    }

    /// Copies the inputs to memory that statements without loops read, at so many points.
    fn take(&self, inputs: &[f64], memory: &mut [f64], width: usize) {
        for &Copied { from, to, len } in &self.taken {
            let [from, to, len] = [from, to, len].map(|x| x as usize * width);
            memory[to - inputs.len()..][..len].copy_from_slice(&inputs[from..from + len]);
        }
    }

    /// Whether a guard does not hold at a point.
    pub fn flips(&self, scratch: &Scratch, point: usize) -> bool {
        self.guards.iter().any(|&guard| scratch.slot(guard as usize)[point] != 0.0)
    }
}

/// All steps of a run.
struct Whole<'p, 'r, 'a> {
    steps: &'p [Step],
    run: &'r mut Run<'a>,
}

impl WithIsa for Whole<'_, '_, '_> {
    type Out = Result<(), Error>;
    #[inline(always)]
    fn run<I: Isa>(self) -> Result<(), Error> {
        self.run.steps::<I>(self.steps)
    }
}

impl Slot {
    #[inline(always)]
    fn at(&self, serial: [i32; 2]) -> usize {
        (self.base + self.steps[0] * serial[0] + self.steps[1] * serial[1]) as usize
    }
}

/// The repetitions of up to two serial loops.
fn two(serial: &[i32]) -> [i32; 2] {
    [0, 1].map(|k| serial.get(k).copied().unwrap_or(0))
}

impl Run<'_> {
    /// Runs steps.
    fn steps<I: Isa>(&mut self, steps: &[Step]) -> Result<(), Error> {
        for step in steps {
            match step {
                Step::Scalars(statements) if self.width == 1 => self.one_point::<I>(statements, 1),
                Step::Scalars(statements) => self.scalars::<I>(statements),
                Step::Region(region) => self.region::<I>(region),
                Step::Sums(sums) => self.sums::<I>(sums),
                Step::Foreign(foreign) => self.foreign(foreign)?,
                Step::Serial { count, steps } => {
                    self.serial.push(0);
                    match &steps[..] {
                        [Step::Scalars(statements)] if self.width == 1 => self.one_point::<I>(statements, *count),
                        _ => {
                            for k in 0..*count {
                                *self.serial.last_mut().expect("it was just pushed") = k as i32;
                                self.steps::<I>(steps)?;
                            }
                        }
                    }
                    self.serial.pop();
                }
            }
        }
        Ok(())
    }

    /// Runs statements that have no loops but serial ones, on one point, in so many repetitions of the innermost loop from the present one on.
    fn one_point<I: Isa>(&mut self, statements: &[Scalar], count: usize) {
        let Run { slots, serial, .. } = self;
        let (memory, inputs) = (&mut *slots.memory, slots.inputs.len());
        let (first, innermost) = (two(serial), serial.len().clamp(1, 2) - 1);
        match serial[..] {
            [] => I::run(OnePoint { statements, memory, inputs, loops: NoLoop }),
            _ => I::run(OnePoint { statements, memory, inputs, loops: InLoops { now: first, innermost, left: count } }),
        }
    }

    /// Runs statements that have no loops but serial ones, on several points.
    fn scalars<I: Isa>(&mut self, statements: &[Scalar]) {
        let (width, serial) = (self.width, two(&self.serial));
        for Scalar { apply: what, arity, from, to } in statements {
            let (into, around) = self.slots.split(to.at(serial) * width, width);
            let mut lists = [List::NONE; OPERANDS];
            for (list, slot) in lists.iter_mut().zip(&from[..*arity]) {
                let numbers = around.get(slot.at(serial) * width, width);
                *list = List::rows(numbers.expect("the slot of a result is none of its operands"), width);
            }
            apply::<I>(what, Lists { operands: &lists, into, len: width });
        }
    }

    /// Runs an op that is no primitive, one repetition and one point after the other.
    fn foreign(&mut self, Foreign { op, counts, from, to }: &Foreign) -> Result<(), Error> {
        let mut repetition: SmallVec<[usize; 3]> = counts.iter().map(|_| 0).collect();
        let mut x = vec![0.0; from.len()];
        loop {
            for point in 0..self.width {
                for (x, address) in x.iter_mut().zip(from) {
                    let slot = address.slot(address.at(&self.serial, &repetition));
                    *x = self.slots.number(slot * self.width + point);
                }
                let slot = to.slot(to.at(&self.serial, &repetition));
                self.slots.get_mut(slot * self.width + point, 1)[0] = Rule::<f64>::evaluate_value(&**op, &x)?;
            }
            if !next(&mut repetition, counts) {
                return Ok(());
            }
        }
    }
}

/// Serial loops around statements.
trait Loops: Copy {
    /// Where a slot is in the present repetition.
    fn place(self, slot: &Slot) -> usize;
    /// Goes to the next repetition of the innermost loop; `false` after the last one.
    fn next(&mut self) -> bool;
}

/// No serial loop.
#[derive(Clone, Copy)]
struct NoLoop;

impl Loops for NoLoop {
    #[inline(always)]
    fn place(self, slot: &Slot) -> usize {
        slot.base as usize
    }
    #[inline(always)]
    fn next(&mut self) -> bool {
        false
    }
}

/// Up to two serial loops.
#[derive(Clone, Copy)]
struct InLoops {
    /// The present repetitions.
    now: [i32; 2],
    innermost: usize,
    /// How many repetitions of the innermost loop are left, with the present one.
    left: usize,
}

impl Loops for InLoops {
    #[inline(always)]
    fn place(self, slot: &Slot) -> usize {
        slot.at(self.now)
    }
    #[inline(always)]
    fn next(&mut self) -> bool {
        self.now[self.innermost] += 1;
        self.left -= 1;
        self.left > 0
    }
}

/// Statements that have no loops but serial ones, on one point.
struct OnePoint<'r, L> {
    statements: &'r [Scalar],
    memory: &'r mut [f64],
    /// The slot at which the memory begins.
    inputs: usize,
    loops: L,
}

impl<L: Loops> WithIsa for OnePoint<'_, L> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let OnePoint { statements, memory, inputs, mut loops } = self;
        loop {
            for Scalar { apply, from, to, .. } in statements {
                let numbers = Numbers::<I, L> { memory, inputs, from, loops, set: PhantomData };
                let y = match apply {
                    Apply::Primitive(primitive) => primitive.show(numbers),
                    _ => one::<I>(apply, numbers.get()),
                };
                memory[loops.place(to) - inputs] = y;
            }
            if !loops.next() {
                return;
            }
        }
    }
}

/// The operands of a statement on one point.
struct Numbers<'r, I, L> {
    memory: &'r [f64],
    inputs: usize,
    from: &'r [Slot; OPERANDS],
    loops: L,
    set: PhantomData<I>,
}

impl<I: Isa, L: Loops> Numbers<'_, I, L> {
    /// The first numbers.
    #[inline(always)]
    fn get<const N: usize>(&self) -> [f64; N] {
        let mut x = [0.0; N];
        for (x, slot) in x.iter_mut().zip(self.from) {
            *x = self.memory[self.loops.place(slot) - self.inputs];
        }
        x
    }
}

impl<I: Isa, L: Loops> Visitor for Numbers<'_, I, L> {
    type Out = f64;
    #[inline(always)]
    fn visit<const N: usize, B: Body<N>>(self, body: B) -> f64 {
        let one = One { body, x: self.get::<N>() };
        // a body with many steps is a call, so that the loop over the statements is short
        if B::IS_LONG {
            return I::run(one);
        }
        one.run::<I>()
    }
}

/// What a statement applies, of one number each.
#[inline(never)]
fn one<I: Isa>(what: &Apply, x: [f64; OPERANDS]) -> f64 {
    let mut y = [0.0];
    apply::<I>(what, Lists { operands: &[0, 1, 2, 3].map(|k| List::rows(&x[k..=k], 1)), into: &mut y, len: 1 });
    y[0]
}
