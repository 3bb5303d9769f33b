//! What a program is made of, in numbers.

use super::plan::{Address, Operand, Plan, Step};

/// What a [`Program`](super::Program) is made of, in numbers: how far loops were found in it, and what a run costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The statements of the program, without loops.
    pub statements: usize,
    /// The loops over one statement each, sums included.
    pub loops: usize,
    /// The groups of loops that are run together.
    pub regions: usize,
    /// The loops that are done in order.
    pub serial: usize,
    /// The statements that are in no loop.
    pub scalars: usize,
    /// The operands whose places follow no rule and are listed.
    pub lists: usize,
    /// The loops whose results are not kept in memory.
    pub in_registers: usize,
    /// The numbers that a run keeps in memory for each point.
    pub numbers: usize,
}

impl Plan {
    /// What the program is made of.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { statements: self.statements, numbers: self.size, ..Counts::default() };
        counts.add(&self.steps);
        counts
    }
}

impl Counts {
    /// Adds what some steps are made of.
    fn add(&mut self, steps: &[Step]) {
        let lists = |addresses: &mut dyn Iterator<Item = &Address>| addresses.filter(|a| a.list.is_some()).count();
        for step in steps {
            match step {
                Step::Scalars(scalars) => self.scalars += scalars.len(),
                Step::Region(region) => {
                    self.regions += 1;
                    self.loops += region.statements.len() + region.sums.len();
                    self.in_registers += region.statements.iter().filter(|made| made.store.is_none()).count();
                    let operands = region.statements.iter().flat_map(|made| &made.operands);
                    self.lists += lists(&mut operands.filter_map(|operand| match operand {
                        Operand::Memory(address) => Some(address),
                        Operand::Register(_) => None,
                    }));
                }
                Step::Sums(sums) => {
                    self.regions += 1;
                    self.loops += 1;
                    self.lists += lists(&mut sums.from.iter());
                }
                Step::Foreign(foreign) => {
                    self.regions += 1;
                    self.loops += 1;
                    self.lists += lists(&mut foreign.from.iter());
                }
                Step::Serial { steps, .. } => {
                    self.serial += 1;
                    self.add(steps);
                }
            }
        }
    }
}
