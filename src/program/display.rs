//! A plan as text: its loops, and what each does.

use super::plan::{Address, Apply, Copied, Operand, Plan, Scalar, Slot, Step};
use smallvec::SmallVec;
use std::fmt::{self, Write};

/// The names of loops, the outermost first.
const LOOPS: &[u8] = b"ijklpqrtuvwz";

/// The name of the loop at a depth.
fn loop_name(depth: usize) -> String {
    match LOOPS.get(depth) {
        Some(&name) => char::from(name).to_string(),
        None => format!("i{depth}"),
    }
}

impl fmt::Display for Apply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Apply::Primitive(primitive) => f.write_str(primitive.op().name()),
            Apply::Values(op) => f.write_str(op.name()),
            Apply::Along(op, 0) if op.arity() == 1 => write!(f, "{}' along", op.name()),
            Apply::Along(op, argument) => write!(f, "{}'{argument} along", op.name()),
            Apply::Copy => f.write_str("copy"),
            Apply::Round => f.write_str("round"),
            Apply::Guard(check) => write!(f, "guard({:?}, {})", check.relation, check.held),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps(&self.steps, 0, f)?;
        self.results(f)
    }
}

/// More results are not written.
const MOST_RESULTS: usize = 16;

impl Plan {
    /// Writes steps within so many serial loops.
    fn steps(&self, steps: &[Step], depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = |f: &mut fmt::Formatter<'_>, depth: usize| f.write_str(&"    ".repeat(depth));
        for step in steps {
            match step {
                Step::Scalars(scalars) => {
                    for Scalar { apply, arity, from, to } in scalars {
                        let address = |slot: &Slot| self.address(&slot.address(depth), depth);
                        let args: Vec<String> = from[..*arity].iter().map(address).collect();
                        indent(f, depth)?;
                        writeln!(f, "{} = {apply} {}", address(to), args.join(", "))?;
                    }
                }
                Step::Region(region) => {
                    indent(f, depth)?;
                    self.head(&region.counts, depth, f)?;
                    for statement in &region.statements {
                        indent(f, depth + 1)?;
                        match statement.register {
                            Some(register) => write!(f, "r{register} = ")?,
                            None => f.write_str("     ")?,
                        }
                        write!(f, "{}", statement.apply)?;
                        for (k, operand) in statement.operands.iter().enumerate() {
                            f.write_str(if k == 0 { " " } else { ", " })?;
                            f.write_str(&self.operand(operand, depth))?;
                        }
                        if let Some(store) = &statement.store {
                            write!(f, " -> {}", self.address(store, depth))?;
                        }
                        writeln!(f)?;
                    }
                    for sum in &region.sums {
                        indent(f, depth + 1)?;
                        let from: Vec<String> = sum.from.iter().map(|from| self.operand(from, depth)).collect();
                        let (to, term) = (self.address(&sum.to, depth), sum.term.name());
                        writeln!(f, "{to} = sum of each {}: {term}{}", sum.terms, from.join(", "))?;
                    }
                }
                Step::Sums(sums) => {
                    indent(f, depth)?;
                    self.head(&sums.counts, depth, f)?;
                    indent(f, depth + 1)?;
                    let from: Vec<String> = sums.from.iter().map(|from| self.address(from, depth)).collect();
                    let (to, what) = (self.address(&sums.to, depth), sums.term.name());
                    let term = loop_name(depth + sums.counts.len());
                    writeln!(f, "{to} = sum for {term} < {}: {what}{}", sums.terms, from.join(", "))?;
                }
                Step::Foreign(foreign) => {
                    indent(f, depth)?;
                    self.head(&foreign.counts, depth, f)?;
                    indent(f, depth + 1)?;
                    let args: Vec<String> = foreign.from.iter().map(|from| self.address(from, depth)).collect();
                    writeln!(f, "{} = {} {}", self.address(&foreign.to, depth), foreign.op.name(), args.join(", "))?;
                }
                Step::Serial { count, steps } => {
                    indent(f, depth)?;
                    writeln!(f, "in order for {} < {count}:", loop_name(depth))?;
                    self.steps(steps, depth + 1, f)?;
                }
            }
        }
        Ok(())
    }

    /// Writes the loops of a region within so many serial ones.
    fn head(&self, counts: &[usize], depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loops: SmallVec<[String; 3]> =
            counts.iter().enumerate().map(|(k, count)| format!("{} < {count}", loop_name(depth + k))).collect();
        writeln!(f, "for {}:", loops.join(", "))
    }

    /// Writes where the results are.
    fn results(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots: Vec<String> =
            self.outputs.iter().take(MOST_RESULTS).map(|&slot| self.slot(i64::from(slot))).collect();
        let more = if self.outputs.len() > MOST_RESULTS { ", .." } else { "" };
        writeln!(f, "results: {}{more}", slots.join(", "))
    }

    /// The slot of which a slot has a copy, or else the slot itself.
    fn copied(&self, slot: i64) -> i64 {
        let is_in = |taken: &&Copied| (0..i64::from(taken.len)).contains(&(slot - i64::from(taken.to)));
        let taken = self.taken.iter().find(is_in);
        taken.map_or(slot, |taken| slot - i64::from(taken.to) + i64::from(taken.from))
    }

    /// A slot: an input, a constant by its number, or a place in memory.
    fn slot(&self, slot: i64) -> String {
        let slot = self.copied(slot);
        let inputs = self.inputs as i64;
        match slot - inputs {
            ..0 => format!("x[{slot}]"),
            _ if slot >= self.size as i64 => format!("y[{}]", slot - self.size as i64 + self.head as i64),
            place if (place as usize) < self.constants.len() => format!("{:?}", self.constants[place as usize]),
            place => format!("m[{}]", place - self.constants.len() as i64),
        }
    }

    fn operand(&self, operand: &Operand, depth: usize) -> String {
        match operand {
            Operand::Register(register) => format!("r{register}"),
            Operand::Memory(address) => self.address(address, depth),
        }
    }

    fn address(&self, address: &Address, depth: usize) -> String {
        let steps: Vec<i32> = address.serial.iter().chain(&address.own).copied().collect();
        debug_assert!(address.serial.len() == depth);
        let base = self.copied(i64::from(address.base));
        if address.list.is_none() && steps.iter().all(|&step| step == 0) {
            return self.slot(base);
        }
        let (name, base) = match base - self.inputs as i64 {
            _ if address.list.is_some() => ("listed", base),
            ..0 => ("x", base),
            _ if base >= self.size as i64 => ("y", base - self.size as i64 + self.head as i64),
            place if (place as usize) < self.constants.len() => ("c", place),
            place => ("m", place - self.constants.len() as i64),
        };
        let mut text = format!("{name}[{base}");
        for (k, &step) in steps.iter().enumerate().filter(|(_, step)| **step != 0) {
            let sign = if step < 0 { '-' } else { '+' };
            let _ = match step.unsigned_abs() {
                1 => write!(text, " {sign} {}", loop_name(k)),
                step => write!(text, " {sign} {step}{}", loop_name(k)),
            };
        }
        text + "]"
    }
}
