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

use super::kernel::{LANES, List, Lists};
use super::plan::{Address, Apply, Foreign, Operand, Plan, Region, RegionSum, Scalar, Slot, Statement, Step, Sums};
use super::primitive::Primitive;
use crate::error::Error;
use crate::graph::Rule;
use crate::real::{Isa, Wide, WithIsa, dispatch};
use smallvec::SmallVec;
use std::ops::Range;

/// How many numbers a register holds: so many that what is done once for each chunk costs little, and so few that the registers stay in the first
/// cache.
const CHUNK: usize = 512;
/// The partial sums of a sum: term t goes to the partial sum t mod 16, and these are added in pairs, 8 apart, then 4, 2 and 1. The order is that of
/// every engine.
const PARTIAL_SUMS: usize = 16;
/// The most operands of a statement.
const OPERANDS: usize = 4;

/// The memory of a run.
pub(super) struct Scratch {
    /// How many points are run side by side.
    pub width: usize,
    memory: Vec<f64>,
    registers: Vec<Vec<f64>>,
    /// A register that no statement has.
    spare: Vec<f64>,
    /// Operands that are gathered.
    gathered: [Vec<f64>; OPERANDS],
    /// The partial sums of each sum of a region, and of a sum that stands alone.
    sums: Vec<f64>,
}

/// Runs statements that have no loops but serial ones, on one point: in so many repetitions of the innermost serial loop, from this one on.
struct Scalars<'a> {
    statements: &'a [Scalar],
    memory: &'a mut [f64],
    serial: [i32; 2],
    /// Which of the serial loops the repetitions are of.
    innermost: usize,
    count: i32,
}

impl Slot {
    #[inline(always)]
    fn at(&self, serial: [i32; 2]) -> usize {
        (self.base + self.steps[0] * serial[0] + self.steps[1] * serial[1]) as usize
    }
}

impl WithIsa for Scalars<'_> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        let Scalars { statements, memory, mut serial, innermost, count } = self;
        for _ in 0..count {
            for Scalar { apply, from, to } in statements {
                let x = from.map(|slot| memory[slot.at(serial)]);
                let mut y = [0.0];
                match apply {
                    Apply::Primitive(primitive) => y[0] = primitive.apply(&x.map(|x| Wide::<I, 1>::new([x]))).0[0],
                    _ => {
                        let lists = [0, 1, 2, 3].map(|k| List { numbers: &x[k..=k], row: 1, block: LANES });
                        run_apply(apply, lists, &mut y, 1);
                    }
                }
                memory[to.at(serial)] = y[0];
            }
            serial[innermost] += 1;
        }
    }
}

/// The repetitions of up to two serial loops.
fn two(serial: &[i32]) -> [i32; 2] {
    [0, 1].map(|k| serial.get(k).copied().unwrap_or(0))
}

impl Scratch {
    /// Memory for a plan at so many points.
    pub fn new(plan: &Plan, width: usize) -> Self {
        let mut memory = vec![0.0; plan.size * width];
        for (k, &constant) in plan.constants.iter().enumerate() {
            memory[(plan.inputs + k) * width..][..width].fill(constant);
        }
        let chunk = CHUNK.max(width);
        let (registers, sums) = most(&plan.steps);
        Scratch {
            width,
            memory,
            registers: (0..registers).map(|_| vec![0.0; chunk]).collect(),
            spare: vec![0.0; chunk],
            gathered: std::array::from_fn(|_| vec![0.0; chunk.max(CHUNK * LANES)]),
            sums: vec![0.0; PARTIAL_SUMS * chunk.max(width * sums)],
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

    /// The numbers of a slot, to be set.
    pub fn slot_mut(&mut self, slot: usize) -> &mut [f64] {
        &mut self.memory[slot * self.width..][..self.width]
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
        /// Fewer are copied one by one: of the entries of a sparse matrix, neighbours are of several arrays.
        const FEWEST: usize = 8;
        let slots = &self.outputs[range];
        let mut done = 0;
        while done < slots.len() {
            let (first, rest) = (slots[done] as usize, &slots[done..]);
            if rest.get(FEWEST - 1).is_none_or(|&slot| slot as usize != first + FEWEST - 1) {
                into[done] = scratch.memory[first];
                done += 1;
                continue;
            }
            // as many as lie one after the other
            let len = rest.iter().enumerate().take_while(|&(k, &slot)| slot as usize == first + k).count();
            into[done..done + len].copy_from_slice(&scratch.memory[first..][..len]);
            done += len;
        }
    }
}

/// Runs steps, given the repetitions of the serial loops around them.
fn run(steps: &[Step], serial: &mut SmallVec<[i32; 4]>, scratch: &mut Scratch) -> Result<(), Error> {
    for step in steps {
        match step {
            Step::Scalars(statements) if scratch.width == 1 => {
                let (memory, serial) = (&mut *scratch.memory, two(serial));
                dispatch(Scalars { statements, memory, serial, innermost: 0, count: 1 });
            }
            Step::Scalars(statements) => scratch.scalars(statements, two(serial)),
            Step::Region(region) => scratch.region(region, serial),
            Step::Sums(sums) => scratch.sums(sums, serial),
            Step::Foreign(foreign) => scratch.foreign(foreign, serial)?,
            Step::Serial { count, steps } => {
                if let [Step::Scalars(statements)] = &steps[..]
                    && scratch.width == 1
                    && serial.len() < 2
                {
                    let (memory, innermost) = (&mut *scratch.memory, serial.len());
                    dispatch(Scalars { statements, memory, serial: two(serial), innermost, count: *count as i32 });
                    continue;
                }
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
        if serial.is_empty() && outer.is_empty() {
            return at;
        }
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
}

/// The part of the repetitions of a region that a chunk has: rows of the innermost loop.
#[derive(Clone, Copy)]
struct Chunk {
    /// The first row, and how many there are. A region with one loop has one row.
    row: usize,
    rows: usize,
    /// The first repetition of the innermost loop, and how many there are.
    start: usize,
    count: usize,
}

impl Chunk {
    /// Where an address is at the start of the chunk, given where it is at the start of the two innermost loops; and how far the next row and the next
    /// repetition are.
    #[inline]
    fn place(&self, address: &Address, at: i64, loops: usize) -> (i64, [i64; 2]) {
        let step = i64::from(address.own[loops - 1]);
        let row = if loops > 1 { i64::from(address.own[loops - 2]) } else { 0 };
        (at + row * self.row as i64 + step * self.start as i64, [row, step])
    }
}

/// Memory but for a stretch that results are written to.
#[derive(Clone, Copy)]
struct Around<'a> {
    before: &'a [f64],
    after: &'a [f64],
    /// Where `after` begins.
    end: usize,
}

impl<'a> Around<'a> {
    /// A stretch of memory, unless it meets the one that is written to.
    #[inline]
    fn get(&self, start: usize, len: usize) -> Option<&'a [f64]> {
        if start >= self.end {
            Some(&self.after[start - self.end..][..len])
        } else {
            self.before.get(start..start + len)
        }
    }
}

/// The numbers of an operand for a chunk: where they are in memory if its rows are stretches there, else gathered. `None` if they meet what is written
/// to.
#[inline]
fn fetch<'a>(
    memory: Around<'a>,
    width: usize,
    address: &Address,
    (at, [row, step]): (i64, [i64; 2]),
    chunk: Chunk,
    gathered: &'a mut [f64],
) -> Option<List<'a>> {
    let Chunk { rows, count, .. } = chunk;
    let len = count * width;
    // rows of less than a block are put one after the other
    let whole = rows == 1 || len >= LANES;
    if address.list.is_none() && whole && row >= 0 {
        let (start, row) = (at as usize * width, row as usize * width);
        if step == 1 || count == 1 {
            return Some(List { numbers: memory.get(start, row * (rows - 1) + len)?, row, block: LANES });
        }
        if step == 0 && width == 1 {
            let numbers = memory.get(start, row * (rows - 1) + 1)?;
            if row == 0 {
                gathered[..LANES].fill(numbers[0]);
                return Some(List { numbers: gathered, row: 0, block: 0 });
            }
            for (k, block) in gathered[..rows * LANES].chunks_exact_mut(LANES).enumerate() {
                block.fill(numbers[k * row]);
            }
            return Some(List { numbers: gathered, row: LANES, block: 0 });
        }
    }
    for (r, numbers) in gathered[..rows * len].chunks_exact_mut(len).enumerate() {
        let at = at + row * r as i64;
        for (k, numbers) in numbers.chunks_exact_mut(width).enumerate() {
            let slot = address.slot(at + step * k as i64);
            let from = memory.get(slot * width, width)?;
            if width == 1 {
                numbers[0] = from[0];
            } else {
                numbers.copy_from_slice(from);
            }
        }
    }
    Some(List { numbers: gathered, row: len, block: LANES })
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
    /// Runs statements that have no loops but serial ones, on several points.
    fn scalars(&mut self, statements: &[Scalar], serial: [i32; 2]) {
        let (width, memory) = (self.width, &mut self.memory);
        for Scalar { apply, from, to } in statements {
            let list =
                |k: usize| List { numbers: &memory[from[k].at(serial) * width..][..width], row: width, block: LANES };
            let into = &mut self.spare[..width];
            run_apply(apply, [list(0), list(1), list(2), list(3)], into, width);
            memory[to.at(serial) * width..][..width].copy_from_slice(into);
        }
    }

    fn region(&mut self, region: &Region, serial: &[i32]) {
        let Region { counts, .. } = region;
        let (outer, rows, inner) = match counts[..] {
            [ref outer @ .., rows, inner] => (outer, rows, inner),
            [inner] => (&[][..], 1, inner),
            [] => unreachable!("a region has a loop"),
        };
        let most = (CHUNK / self.width).max(1);
        let (rows_at_once, at_once) = if inner <= most { (most / inner, inner) } else { (1, most) };
        let mut repetition: SmallVec<[usize; 3]> = outer.iter().map(|_| 0).collect();
        loop {
            self.sums[..region.sums.len() * PARTIAL_SUMS * self.width].fill(-0.0);
            for row in (0..rows).step_by(rows_at_once) {
                for start in (0..inner).step_by(at_once) {
                    let (rows, count) = (rows_at_once.min(rows - row), at_once.min(inner - start));
                    let chunk = Chunk { row, rows, start, count };
                    for statement in &region.statements {
                        self.statement(statement, serial, &repetition, counts.len(), chunk);
                    }
                    for (k, sum) in region.sums.iter().enumerate() {
                        self.add_chunk(k, sum, serial, chunk);
                    }
                }
            }
            if !next(&mut repetition, outer) {
                return;
            }
        }
    }

    /// Runs a statement of a region for a chunk.
    #[inline]
    fn statement(&mut self, statement: &Statement, serial: &[i32], outer: &[usize], loops: usize, chunk: Chunk) {
        let Scratch { width, memory, registers, spare, gathered, .. } = self;
        let (width, len) = (*width, chunk.count * *width);
        let place = |address: &Address| chunk.place(address, address.at(serial, outer), loops);
        // in memory at once, if the results are one stretch there
        let store = statement.store.as_ref().map(place);
        if let Some((at, [row, step])) = store
            && (step == 1 || chunk.count == 1)
            && (row == chunk.count as i64 || chunk.rows == 1)
        {
            let start = at as usize * width;
            let (before, rest) = memory.split_at_mut(start);
            let (into, after) = rest.split_at_mut(chunk.rows * len);
            let around = Around { before, after, end: start + chunk.rows * len };
            if apply(statement, place, around, width, registers, gathered, into, chunk) {
                return;
            }
        }
        let around = Around { before: memory, after: &[], end: usize::MAX };
        let is_done =
            apply(statement, place, around, width, registers, gathered, &mut spare[..chunk.rows * len], chunk);
        debug_assert!(is_done, "nothing is written to memory");
        if let Some((at, [row, step])) = store {
            for (r, made) in spare[..chunk.rows * len].chunks_exact(len).enumerate() {
                let at = at + row * r as i64;
                if step == 1 {
                    memory[at as usize * width..][..len].copy_from_slice(made);
                } else {
                    for (k, numbers) in made.chunks_exact(width).enumerate() {
                        memory[(at + step * k as i64) as usize * width..][..width].copy_from_slice(numbers);
                    }
                }
            }
        }
        if let Some(register) = statement.register {
            std::mem::swap(spare, &mut registers[register]);
        }
    }

    /// Adds what a chunk made to a sum of a region with one loop.
    fn add_chunk(&mut self, k: usize, sum: &RegionSum, serial: &[i32], chunk: Chunk) {
        let Scratch { width, memory, registers, sums, .. } = self;
        let width = *width;
        let partial = &mut sums[k * PARTIAL_SUMS * width..][..PARTIAL_SUMS * width];
        let (mut done, to) = (0, sum.to.at(serial, &[]));
        while done < chunk.count {
            let at = chunk.start + done;
            let (row, term) = (at / sum.terms, at % sum.terms);
            let count = (sum.terms - term).min(chunk.count - done);
            let terms = match &sum.from {
                Operand::Register(register) => &registers[*register][done * width..][..count * width],
                Operand::Memory(address) => {
                    let start = address.at(serial, &[]) as usize + at;
                    &memory[start * width..][..count * width]
                }
            };
            add_stretch(partial, term * width % partial.len(), terms);
            done += count;
            if term + count == sum.terms {
                add_pairs(partial, width);
                let slot = to + i64::from(*sum.to.own.first().unwrap_or(&0)) * row as i64;
                memory[slot as usize * width..][..width].copy_from_slice(&partial[..width]);
                partial.fill(-0.0);
            }
        }
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
    fn sums(&mut self, Sums { counts, terms, from, to }: &Sums, serial: &[i32]) {
        let Scratch { width, memory, sums: partial, .. } = self;
        let width = *width;
        let (&inner, outer) = counts.split_last().unwrap_or((&1, &[]));
        let step_of = |address: &Address, k: usize| i64::from(address.own[k]);
        let [step, into] = [from, to].map(|address| if counts.is_empty() { 0 } else { step_of(address, outer.len()) });
        let from_term_to_term = step_of(from, counts.len());
        // sums side by side, where their terms are one after the other in memory
        let at_once = if step == 1 && from.list.is_none() { (CHUNK / width).max(1) } else { 1 };
        let mut repetition: SmallVec<[usize; 3]> = outer.iter().map(|_| 0).collect();
        loop {
            for start in (0..inner).step_by(at_once) {
                let count = at_once.min(inner - start);
                let len = count * width;
                let at = from.at(serial, &repetition) + step * start as i64;
                let partial = &mut partial[..PARTIAL_SUMS * len];
                partial.fill(-0.0);
                if from_term_to_term == 1 && count == 1 && from.list.is_none() {
                    add_stretch(partial, 0, &memory[at as usize * width..][..terms * width]);
                } else {
                    for t in 0..*terms {
                        let slot = from.slot(at + from_term_to_term * t as i64);
                        let term = &memory[slot * width..][..len];
                        let sums = &mut partial[t % PARTIAL_SUMS * len..][..len];
                        sums.iter_mut().zip(term).for_each(|(sum, term)| *sum += term);
                    }
                }
                add_pairs(partial, len);
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

/// Computes what a statement makes for a chunk; `false` if an operand meets what is written to.
#[allow(clippy::too_many_arguments)]
#[inline]
fn apply(
    statement: &Statement,
    place: impl Fn(&Address) -> (i64, [i64; 2]),
    memory: Around<'_>,
    width: usize,
    registers: &[Vec<f64>],
    gathered: &mut [Vec<f64>; OPERANDS],
    into: &mut [f64],
    chunk: Chunk,
) -> bool {
    let len = chunk.count * width;
    let mut lists = [List::NONE; OPERANDS];
    // rows of one length that follow on each other are one row
    let mut is_one_row = true;
    for ((list, operand), gathered) in lists.iter_mut().zip(&statement.operands).zip(gathered) {
        *list = match operand {
            Operand::Register(register) => List { numbers: &registers[*register], row: len, block: LANES },
            Operand::Memory(address) => match fetch(memory, width, address, place(address), chunk, gathered) {
                Some(list) => list,
                None => return false,
            },
        };
        is_one_row &= list.row == len && list.block == LANES || list.row == 0 && list.block == 0;
    }
    let len = if is_one_row { into.len() } else { len };
    run_apply(&statement.apply, lists, into, len);
    true
}

/// Applies what a statement applies to lists.
#[inline]
fn run_apply(apply: &Apply, lists: [List<'_>; OPERANDS], into: &mut [f64], len: usize) {
    let [x, y, z, _] = lists;
    match apply {
        Apply::Primitive(primitive) => primitive.show(Lists { operands: [x, y, z], into, len }),
        Apply::Copy => Primitive::Detach.show(Lists { operands: [x, y, z], into, len }),
        Apply::Guard(check) => Lists { operands: [x, y], into, len }.each_number(|[x, y]| check.flips(x, y).into()),
        Apply::Values(op) => op.values(Lists { operands: [x, y, z], into, len }),
        Apply::Along(op, argument) => op.along(*argument, Lists { operands: lists, into, len }),
    }
}

/// The sum of some terms in the order of every engine.
pub(super) fn sum(terms: &[f64]) -> f64 {
    let mut partial = [-0.0; PARTIAL_SUMS];
    add_stretch(&mut partial, 0, terms);
    add_pairs(&mut partial, 1);
    partial[0]
}

/// Adds terms that lie one after the other to partial sums, of as many points as these are for, from a place among them on.
fn add_stretch(partial: &mut [f64], place: usize, terms: &[f64]) {
    let add = |sums: &mut [f64], terms: &[f64]| sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    let (first, terms) = terms.split_at(terms.len().min((partial.len() - place) % partial.len()));
    add(&mut partial[place..], first);
    let mut chunks = terms.chunks_exact(partial.len());
    for chunk in &mut chunks {
        add(partial, chunk);
    }
    add(partial, chunks.remainder());
}

/// Adds partial sums of `len` numbers each in pairs, into the first.
fn add_pairs(partial: &mut [f64], len: usize) {
    let mut half = PARTIAL_SUMS / 2;
    while half > 0 {
        let (sums, others) = partial[..2 * half * len].split_at_mut(half * len);
        sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += *other);
        half /= 2;
    }
}
