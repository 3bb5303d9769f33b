//! What is kept where: in registers, in memory, or where the caller wants the results.

use super::code::{Code, Value};
use super::kernel::Term;
use super::layout::{Layout, each_pair};
use super::plan::{Address, Apply, Copied, Operand, Plan, Region, Slot, Statement, Step, Sums, range};
use super::reroll::{Part, each_number, number};
use super::schedule;
use smallvec::SmallVec;

impl Plan {
    /// The plan of a program whose parts are laid out, and some results of which, the first ones, are to stay in memory.
    pub fn new(code: &Code, parts: &[Part], layout: &Layout, outputs: &[Value], head: usize) -> Self {
        let slot = |value: &Value| layout.slot(number(*value));
        let (outputs, guards): (Vec<u32>, Vec<u32>) =
            (outputs.iter().map(slot).collect(), code.guards.iter().map(slot).collect());
        let steps = schedule::steps(code, parts, layout);
        let (inputs, statements, constants) = (code.inputs, code.len() - code.inputs, code.constants.clone());
        let size = layout.size;
        let mut plan =
            Plan { steps, size, inputs, head, taken: vec![], copies: vec![], statements, constants, outputs, guards };
        plan.take_inputs();
        plan.place_results();
        plan
    }

    /// Lets statements without loops read the copies of inputs.
    fn take_inputs(&mut self) {
        let (inputs, size) = (self.inputs, self.size);
        let mut is_read = vec![false; inputs];
        each_operand(&mut self.steps, &mut vec![], &mut |slot, serial| {
            if (slot.base as usize) < inputs {
                // all slots between the first and the last one, so that a step from copy to copy is as long as from input to input
                let [first, last] = range(slot.base, &slot.steps, serial);
                is_read[first as usize..=last as usize].fill(true);
            }
        });
        let mut copy_of = vec![0; inputs];
        for input in (0..inputs).filter(|&input| is_read[input]) {
            copy_of[input] = self.size as i32;
            match self.taken.last_mut() {
                Some(Copied { from, len, .. }) if (*from + *len) as usize == input => *len += 1,
                _ => self.taken.push(Copied { from: input as u32, to: self.size as u32, len: 1 }),
            }
            self.size += 1;
        }
        if self.size > size {
            each_operand(&mut self.steps, &mut vec![], &mut |slot, _| {
                if (slot.base as usize) < inputs {
                    slot.base = copy_of[slot.base as usize];
                }
            });
        }
    }

    /// Leaves out of memory what is not read from there, and gives it registers or the places of results.
    fn place_results(&mut self) {
        let mut reads = vec![0; self.size];
        self.guards.iter().for_each(|&guard| reads[guard as usize] = 1);
        count_reads(&self.steps, &mut vec![], &mut reads);
        let mut results = Results::new(&self.outputs, self.head, self.size);
        sum_products(&mut self.steps, &mut vec![], &mut reads, &results);
        place_stores(&mut self.steps, &mut vec![], &reads, &mut results);
        for (k, slot) in self.outputs.iter_mut().enumerate().skip(self.head) {
            let to = (k - self.head) as u32;
            if results.is_written[k - self.head] {
                *slot = self.size as u32 + to;
                continue;
            }
            // inputs and memory are apart
            let is_apart = *slot as usize == self.inputs;
            match self.copies.last_mut() {
                Some(Copied { from, to: start, len }) if *from + *len == *slot && *start + *len == to && !is_apart => {
                    *len += 1;
                }
                _ => self.copies.push(Copied { from: *slot, to, len: 1 }),
            }
        }
    }
}

/// The results behind the head, by the slots where they are made.
struct Results {
    /// The slot of the first of these results, where the caller has them.
    first: usize,
    /// For each slot the place of the result that is made there, if there is one.
    places: Vec<Option<u32>>,
    /// Whether the slot is that of a result which has to stay in memory: one of the head, or several results.
    is_kept: Vec<bool>,
    /// For each result whether a step writes it where the caller wants it.
    is_written: Vec<bool>,
}

impl Results {
    fn new(outputs: &[u32], head: usize, size: usize) -> Self {
        let (mut places, mut is_kept) = (vec![None; size], vec![false; size]);
        outputs[..head].iter().for_each(|&slot| is_kept[slot as usize] = true);
        for (&slot, place) in outputs[head..].iter().zip(0..) {
            is_kept[slot as usize] |= places[slot as usize].replace(place).is_some();
        }
        Results { first: size, places, is_kept, is_written: vec![false; outputs.len() - head] }
    }

    /// Whether the slot is that of a result.
    fn has(&self, slot: usize) -> bool {
        self.is_kept[slot] || self.places[slot].is_some()
    }

    /// The place of the result that is made at a slot, if it is to be there only.
    fn place(&self, slot: i64, reads: &[u8]) -> Option<u32> {
        let slot = slot as usize;
        self.places[slot].filter(|_| !self.is_kept[slot] && reads[slot] == 0)
    }

    /// Sends what is stored in these loops to the places of results, if each slot is that of one and is not read.
    fn send(&mut self, store: &mut Address, counts: &[usize], reads: &[u8]) {
        let loops = |address: &Address| -> SmallVec<[(usize, i64); 4]> {
            let steps = address.serial.iter().chain(&address.own);
            counts.iter().zip(steps).map(|(&count, &step)| (count, i64::from(step))).collect()
        };
        let (base, steps) = (i64::from(store.base), loops(store));
        let has_room = self.first + self.is_written.len() <= i32::MAX as usize;
        if store.list.is_some() || !has_room {
            return;
        }
        let Some(first) = self.place(base, reads) else { return };
        let step = |&(count, step): &(usize, i64)| match count {
            1 => Some(0),
            _ => Some(i64::from(self.place(base + step, reads)?) - i64::from(first)),
        };
        let Some(to) = steps.iter().map(step).collect::<Option<SmallVec<[i64; 4]>>>() else { return };
        let both: SmallVec<[(usize, [i64; 2]); 4]> =
            steps.iter().zip(&to).map(|(&(count, from), &to)| (count, [from, to])).collect();
        let mut fits = true;
        each_pair([base, first.into()], &both, &mut |[slot, place]| {
            fits &= self.place(slot, reads).map(i64::from) == Some(place);
        });
        if !fits {
            return;
        }
        each_pair([base, first.into()], &both, &mut |[_, place]| self.is_written[place as usize] = true);
        store.base = (self.first + first as usize) as i32;
        for (step, to) in store.serial.iter_mut().chain(&mut store.own).zip(to) {
            *step = to as i32;
        }
    }
}

/// Calls a function for each slot of an address over these loops, serial ones first.
fn each_slot(address: &Address, counts: &[usize], each: &mut impl FnMut(usize)) {
    let steps = address.serial.iter().chain(&address.own).map(|&step| i64::from(step));
    let loops: SmallVec<[(usize, i64); 4]> = counts.iter().copied().zip(steps).collect();
    each_number(address.base.into(), &loops, &mut |at| {
        each(address.list.as_ref().map_or(at as usize, |list| list[at as usize] as usize));
    });
}

/// The loops of a step within serial ones, and those of a sum's terms.
fn all_counts(serial: &[usize], own: &[usize], terms: Option<usize>) -> SmallVec<[usize; 4]> {
    serial.iter().chain(own).copied().chain(terms).collect()
}

impl Slot {
    /// The slot as an address within so many serial loops.
    pub fn address(self, serial: usize) -> Address {
        Address { base: self.base, serial: self.steps[..serial.min(2)].into(), own: SmallVec::new(), list: None }
    }
}

/// Calls a function for each operand of the statements without loops, with the counts of the serial loops around it.
fn each_operand(steps: &mut [Step], serial: &mut Vec<usize>, each: &mut impl FnMut(&mut Slot, &[usize])) {
    for step in steps {
        match step {
            Step::Scalars(scalars) => {
                scalars.iter_mut().flat_map(|scalar| &mut scalar.from).for_each(|slot| each(slot, serial));
            }
            Step::Serial { count, steps } => {
                serial.push(*count);
                each_operand(steps, serial, each);
                serial.pop();
            }
            Step::Region(_) | Step::Sums(_) | Step::Foreign(_) => {}
        }
    }
}

/// Counts for each slot how often steps read it from memory, up to 255 times.
fn count_reads(steps: &[Step], serial: &mut Vec<usize>, reads: &mut [u8]) {
    for step in steps {
        let mut count = |address: &Address, counts: &[usize]| {
            each_slot(address, counts, &mut |slot| reads[slot] = reads[slot].saturating_add(1));
        };
        match step {
            Step::Region(region) => {
                for operand in region.statements.iter().flat_map(|statement| &statement.operands) {
                    if let Operand::Memory(address) = operand {
                        count(address, &all_counts(serial, &region.counts, None));
                    }
                }
            }
            Step::Scalars(scalars) => {
                for slot in scalars.iter().flat_map(|scalar| scalar.from) {
                    count(&slot.address(serial.len()), serial);
                }
            }
            Step::Sums(Sums { counts, terms, from, .. }) => {
                from.iter().for_each(|from| count(from, &all_counts(serial, counts, Some(*terms))));
            }
            Step::Foreign(foreign) => {
                foreign.from.iter().for_each(|from| count(from, &all_counts(serial, &foreign.counts, None)));
            }
            Step::Serial { count: repetitions, steps } => {
                serial.push(*repetitions);
                count_reads(steps, serial, reads);
                serial.pop();
            }
        }
    }
}

/// Lets sums make the products that are their terms, where nothing else reads these.
fn sum_products(steps: &mut [Step], serial: &mut Vec<usize>, reads: &mut [u8], results: &Results) {
    for k in 0..steps.len() {
        let (before, rest) = steps.split_at_mut(k);
        match &mut rest[0] {
            Step::Sums(sums) => {
                let regions = before.iter().rev().take(schedule::BACK).filter_map(|step| match step {
                    Step::Region(region) => Some(region),
                    _ => None,
                });
                for region in regions {
                    if let Some(made) = made_in(region, &sums.from[0]) {
                        sum_product(sums, region, made, serial, reads, results);
                        break;
                    }
                }
            }
            Step::Serial { count, steps } => {
                serial.push(*count);
                sum_products(steps, serial, reads, results);
                serial.pop();
            }
            Step::Region(_) | Step::Scalars(_) | Step::Foreign(_) => {}
        }
    }
}

/// The statement of a region in whose results a slot is.
fn made_in(region: &Region, from: &Address) -> Option<usize> {
    let is_there = |store: &Address| {
        let range = store.range(&region.counts);
        from.list.is_none() && range.is_some_and(|[first, last]| (first..=last).contains(&from.base.into()))
    };
    region.statements.iter().position(|made| made.store.as_ref().is_some_and(is_there))
}

/// Lets sums make their terms, if a statement of a region makes these as products and nothing else reads them.
fn sum_product(
    sums: &mut Sums,
    region: &Region,
    made: usize,
    serial: &[usize],
    reads: &mut [u8],
    results: &Results,
) -> Option<()> {
    let Statement { apply: Apply::Primitive(primitive), operands, store: Some(store), .. } = &region.statements[made]
    else {
        return None;
    };
    let term = Term::of(*primitive)?;
    let from = &sums.from[0];
    // the loop of the region that each loop of the sums is, and whether it goes the other way
    let counts = all_counts(&[], &sums.counts, Some(sums.terms));
    let of = |(&count, &step): (&usize, &i32)| {
        let is_it = |k: &usize| count == 1 || region.counts[*k] == count && store.own[*k].abs() == step.abs();
        let loop_of_region = (0..region.counts.len()).find(is_it)?;
        let sign = if count == 1 { 0 } else { step / store.own[loop_of_region] };
        Some((loop_of_region, sign, count as i32))
    };
    let loops: SmallVec<[(usize, i32, i32); 4]> = counts.iter().zip(&from.own).map(of).collect::<Option<_>>()?;
    let in_sums = |address: &Address| {
        let back = |&(k, sign, count): &(usize, i32, i32)| if sign < 0 { address.own[k] * (count - 1) } else { 0 };
        let base = address.base + loops.iter().map(back).sum::<i32>();
        Address { base, own: loops.iter().map(|&(k, sign, _)| address.own[k] * sign).collect(), ..address.clone() }
    };
    let is_all = region.counts.iter().product::<usize>() == counts.iter().product::<usize>() && in_sums(store) == *from;
    let is_in_region = |operand: &Operand| *operand == Operand::Register(made);
    let is_used = region.statements.iter().flat_map(|used| &used.operands).any(is_in_region)
        || region.sums.iter().flat_map(|sum| &sum.from).any(is_in_region);
    let mut is_read_once = true;
    let region_counts = all_counts(serial, &region.counts, None);
    each_slot(store, &region_counts, &mut |slot| is_read_once &= reads[slot] == 1 && !results.has(slot));
    if !is_all || is_used || !is_read_once {
        return None;
    }
    each_slot(store, &region_counts, &mut |slot| reads[slot] = 0);
    sums.term = term;
    sums.from = operands
        .iter()
        .map(|operand| {
            let address = match operand {
                Operand::Memory(address) => address,
                Operand::Register(made) => {
                    let store = region.statements[*made].store.as_ref().expect("every statement has a place at first");
                    each_slot(store, &region_counts, &mut |slot| reads[slot] = reads[slot].saturating_add(1));
                    store
                }
            };
            in_sums(address)
        })
        .collect();
    Some(())
}

/// Leaves out the stores of slots of which none is read, and sends results to their places.
fn place_stores(steps: &mut Vec<Step>, serial: &mut Vec<usize>, reads: &[u8], results: &mut Results) {
    for step in &mut *steps {
        match step {
            Step::Region(region) => {
                let counts = all_counts(serial, &region.counts, None);
                for statement in &mut region.statements {
                    let mut is_needed = false;
                    let store = statement.store.as_mut().expect("every statement has a place at first");
                    each_slot(store, &counts, &mut |slot| is_needed |= reads[slot] > 0 || results.has(slot));
                    if is_needed {
                        results.send(store, &counts, reads);
                    } else {
                        statement.store = None;
                    }
                }
                for sum in &mut region.sums {
                    let rows = region.counts[0] / sum.terms;
                    let counts = all_counts(serial, &[], (!sum.to.own.is_empty()).then_some(rows));
                    results.send(&mut sum.to, &counts, reads);
                }
                region.sum_products();
                region.give_registers(results.first);
            }
            Step::Sums(Sums { counts, to, .. }) => results.send(to, &all_counts(serial, counts, None), reads),
            Step::Scalars(_) | Step::Foreign(_) => {}
            Step::Serial { count, steps } => {
                serial.push(*count);
                place_stores(steps, serial, reads, results);
                serial.pop();
            }
        }
    }
    steps
        .retain(|step| !matches!(step, Step::Region(region) if region.statements.is_empty() && region.sums.is_empty()));
}

impl Region {
    /// How often the results of each statement are used within the region.
    fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.statements.len()];
        let all =
            self.statements.iter().flat_map(|made| &made.operands).chain(self.sums.iter().flat_map(|sum| &sum.from));
        for operand in all {
            if let Operand::Register(made) = operand {
                uses[*made] += 1;
            }
        }
        uses
    }

    /// Lets sums make the products that are their terms, where nothing else uses these.
    fn sum_products(&mut self) {
        let uses = self.uses();
        for sum in &mut self.sums {
            let Operand::Register(made) = sum.from[0] else { continue };
            let statement = &self.statements[made];
            if let Apply::Primitive(primitive) = statement.apply
                && let Some(term) = Term::of(primitive)
                && (uses[made], &statement.store) == (1, &None)
            {
                sum.term = term;
                sum.from = statement.operands.iter().cloned().collect();
            }
        }
    }

    /// Gives registers to what is used from there: a result that is one stretch in memory is used from memory. Statements whose results nothing uses
    /// are left out.
    fn give_registers(&mut self, results: usize) {
        let Region { counts, statements, sums, .. } = self;
        let is_stretch = |store: &Address| {
            (store.own[counts.len() - 1] == 1 || counts[..] == [1]) && (store.base as usize) < results
        };
        let in_memory: Vec<Option<Address>> =
            statements.iter().map(|made| made.store.clone().filter(|store| is_stretch(store))).collect();
        let mut last_use = vec![0; statements.len()];
        // from the sums, which come after all statements, back to the first statement
        let use_all = |operands: &mut [Operand], place: usize, last_use: &mut [usize]| {
            for operand in operands {
                if let Operand::Register(made) = *operand {
                    match &in_memory[made] {
                        Some(address) => *operand = Operand::Memory(address.clone()),
                        None => last_use[made] = place.max(last_use[made]),
                    }
                }
            }
        };
        sums.iter_mut().for_each(|sum| use_all(&mut sum.from, usize::MAX, &mut last_use));
        let mut is_used = vec![true; statements.len()];
        for k in (0..statements.len()).rev() {
            is_used[k] = last_use[k] > 0 || statements[k].store.is_some();
            if is_used[k] {
                use_all(&mut statements[k].operands, k, &mut last_use);
            }
        }
        let (mut free, mut used): (Vec<usize>, usize) = (vec![], 0);
        let mut register_of = vec![0; statements.len()];
        for k in (0..statements.len()).filter(|&k| is_used[k]) {
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
        for operand in sums.iter_mut().flat_map(|sum| &mut sum.from) {
            if let Operand::Register(made) = operand {
                *made = register_of[*made];
            }
        }
        let mut is_used = is_used.into_iter();
        statements.retain(|_| is_used.next().expect("each statement has one"));
        self.registers = used;
    }
}
