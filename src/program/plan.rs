//! What is run: loops over memory, in which neighbouring statements with loops of one shape are fused.
//!
//! `schedule.rs` makes the steps, `place.rs` says what is kept where, and `engine.rs` runs them. A region goes through its loops in chunks. In each chunk
//! it does one statement after the other, and the results stay in registers, which are short lists that the first cache holds; only what is used outside
//! of the region goes to memory.

use super::code::Check;
use super::fused::Fused;
use super::kernel::Term;
use super::layout::Stream;
use super::primitive::Primitive;
use crate::graph::DynOp;
use smallvec::SmallVec;
use std::sync::Arc;

/// The most operands of a statement.
pub(super) const OPERANDS: usize = 4;

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
    /// The nearest number of single precision.
    Round,
    /// A guard.
    Guard(Check),
}

/// An operand of a statement of a region.
#[derive(Clone, Debug, PartialEq)]
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

/// A sum, or one for each row, of terms that a region makes. The region has one loop, in which the rows are one after the other.
pub(super) struct RegionSum {
    pub term: Term,
    pub from: SmallVec<[Operand; 2]>,
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
    pub term: Term,
    /// The operands of a term, of which there is one more loop.
    pub from: SmallVec<[Address; 2]>,
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

/// A statement that has no loops but serial ones. All its slots are in memory.
pub(super) struct Scalar {
    pub apply: Apply,
    /// How many operands there are.
    pub arity: usize,
    /// The operands; places that are left repeat the first one.
    pub from: [Slot; OPERANDS],
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

/// Numbers that are copied before or after a run, one after the other.
pub(super) struct Copied {
    /// The slot of the first one.
    pub from: u32,
    /// Where the first one goes: the slot of an input's copy, or the place of a result among those behind the head.
    pub to: u32,
    pub len: u32,
}

/// A program that can be run.
///
/// The slots are, in this order: those of the inputs; the memory, which has the constants first; and one for each result behind the head.
pub(super) struct Plan {
    pub steps: Vec<Step>,
    /// How many numbers inputs and memory hold for each point.
    pub size: usize,
    pub inputs: usize,
    /// How many of the results, the first ones, stay in memory. The others are written where the caller wants them.
    pub head: usize,
    /// The inputs that statements without loops read: these read memory alone, where the copies are the last ones.
    pub taken: Vec<Copied>,
    /// The results behind the head that no step writes there.
    pub copies: Vec<Copied>,
    /// How many statements there are, with all repetitions of loops.
    pub statements: usize,
    /// The numbers that stand behind the inputs.
    pub constants: Vec<f64>,
    /// The slots where results are made.
    pub outputs: Vec<u32>,
    /// The slots of the guards.
    pub guards: Vec<u32>,
}

/// The first and the last slot over loops of these counts, in which a slot moves by these steps.
pub(super) fn range(base: i32, steps: &[i32], counts: &[usize]) -> [i64; 2] {
    let mut range = [i64::from(base); 2];
    for (&step, &count) in steps.iter().zip(counts) {
        let reach = i64::from(step) * (count as i64 - 1);
        range[usize::from(reach > 0)] += reach;
    }
    range
}

impl Address {
    /// The address of a stream by loops of these counts, of which the first ones are serial.
    pub fn new(stream: &Stream, counts: &[usize], serial: usize) -> Self {
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
    pub fn is_one_loop(&self, outer: usize, inner_count: usize) -> bool {
        self.own[outer] as i64 == self.own[outer + 1] as i64 * inner_count as i64
    }

    /// The first and the last slot over the loops of a region, in the first repetition of the serial loops; `None` of a list.
    pub fn range(&self, counts: &[usize]) -> Option<[i64; 2]> {
        if self.list.is_some() {
            return None;
        }
        Some(range(self.base, &self.own, counts))
    }

    /// Whether the address has both inputs, of which there are so many, and other slots over serial loops of these counts.
    pub fn crosses(&self, inputs: usize, counts: &[usize]) -> bool {
        let [first, last] = range(self.base, &self.serial, counts);
        first < inputs as i64 && last >= inputs as i64
    }

    /// Whether the address may meet slots that another one has, in one repetition of the serial loops, which have these counts.
    pub fn may_meet(&self, counts: &[usize], other: &Address, others: &[usize], serial: &[usize]) -> bool {
        let (Some([first, last]), Some([others_first, others_last])) = (self.range(counts), other.range(others)) else {
            return true;
        };
        // by how much the other one moves beyond this one over the serial loops
        let mut apart = [0; 2];
        for ((&own, &step), &count) in self.serial.iter().zip(&other.serial).zip(serial) {
            let reach = (i64::from(step) - i64::from(own)) * (count as i64 - 1);
            apart[usize::from(reach > 0)] += reach;
        }
        first <= others_last + apart[1] && others_first + apart[0] <= last
    }
}
