//! Which results of a program can depend on which inputs, as far as its statements tell.
//!
//! Each node has the set of the inputs that it depends on: the union of those of the arguments that it moves with. Or, from the results back, the set of
//! the results that depend on it. A sum of all inputs written term by term has sets 1, 2, .. n of inputs, and one result; so both ways are tried, with
//! as many steps for each, and twice as many each time, until one of them is there. Sets are lists in ascending order; where a union adds nothing,
//! nodes share one, and it is dropped after its last use.

use super::code::{Code, Function, Place, Value};
use super::sparse::Pattern;
use super::template::record_rule;
use crate::error::Error;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

/// Inputs or results, ascending.
type Set = Rc<[u32]>;

/// The most numbers that all sets have together, with repetitions.
const MOST: u64 = 1 << 29;

/// A list for each node.
struct Lists {
    /// Where the list of each node starts, and where the last one ends.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// The lists with these items, each a node and what is in its list, in this order.
    fn new(nodes: usize, items: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; nodes + 1];
        items.clone().for_each(|(node, _)| starts[node as usize + 1] += 1);
        (0..nodes).for_each(|node| starts[node + 1] += starts[node]);
        let mut next = starts.clone();
        let mut lists = Lists { items: vec![0; starts[nodes] as usize], starts };
        for (node, item) in items {
            lists.items[next[node as usize] as usize] = item;
            next[node as usize] += 1;
        }
        lists
    }

    fn of(&self, node: usize) -> &[u32] {
        &self.items[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// All items, each with its node.
    fn all(&self) -> impl Iterator<Item = (u32, u32)> + Clone {
        (0..self.starts.len() - 1).flat_map(|node| self.of(node).iter().map(move |&item| (node as u32, item)))
    }
}

impl Code {
    /// The pattern of the derivatives of these values by the first so many inputs, of a program to be differentiated: it has every entry that can differ
    /// from 0 anywhere.
    ///
    /// # Errors
    /// If the sets have more than [`MOST`] numbers, or a rule cannot be recorded.
    pub fn pattern(&self, outputs: &[Value], variables: usize) -> Result<Pattern, Error> {
        let arguments = self.moving_arguments(outputs, variables)?;
        let users = Lists::new(self.len(), arguments.all().map(|(node, argument)| (argument, node)));
        let own: Vec<(u32, u32)> = (0..variables as u32).map(|input| (input, input)).collect();
        let node = |(k, value): (usize, &Value)| match value.place() {
            Place::Node(node) => Some((node as u32, k as u32)),
            Place::Constant(_) => None,
        };
        let results: Vec<(u32, u32)> = outputs.iter().enumerate().filter_map(node).collect();
        let mut steps = 16 * (self.len() + arguments.items.len()) as u64 + (1 << 20);
        loop {
            if let Some(rows) = sets(0..self.len(), &arguments, &own, &results, outputs.len(), steps) {
                return Pattern::from_rows(variables, rows.iter().map(|row| row.iter().map(|&k| k as usize)));
            }
            let backwards = (0..self.len()).rev();
            if let Some(columns) = sets(backwards, &users, &results, &own, variables, steps) {
                let columns = columns.iter().map(|column| column.iter().map(|&k| k as usize));
                return Ok(Pattern::from_rows(outputs.len(), columns)?.transpose());
            }
            if steps > MOST {
                return Err(super::too_large(format!(
                    "the pattern of a derivative, and the sets of inputs on the way to it, hold {MOST} numbers; if the matrix is nearly \
                     full, take jvp, vjp or hvp"
                )));
            }
            steps *= 2;
        }
    }

    /// For each node the arguments with which it moves, where those depend on an input and the node is needed; each argument once for each place.
    fn moving_arguments(&self, outputs: &[Value], variables: usize) -> Result<Lists, Error> {
        let mut known: HashMap<(u32, usize), Vec<bool>> = HashMap::new();
        let mut edges: Vec<(u32, u32)> = vec![];
        let mut depends = vec![false; self.len()];
        depends[..variables].fill(true);
        for node in self.inputs..self.len() {
            let (function, args) = self.statement(node).expect("the node is no input");
            let moves = match known.entry((function, args.len())) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.moves(function, args.len())?),
            };
            for (arg, _) in args.iter().zip(moves.iter()).filter(|(_, moves)| **moves) {
                if let Place::Node(arg) = arg.place()
                    && depends[arg]
                {
                    depends[node] = true;
                    edges.push((node as u32, arg as u32));
                }
            }
        }
        let mut needed = vec![false; self.len()];
        for output in outputs {
            if let Place::Node(node) = output.place() {
                needed[node] = true;
            }
        }
        // edges are in the order of their nodes, so a node is met before its arguments
        for &(node, arg) in edges.iter().rev() {
            needed[arg as usize] |= needed[node as usize];
        }
        edges.retain(|&(node, _)| needed[node as usize]);
        Ok(Lists::new(self.len(), edges.iter().copied()))
    }

    /// For each argument of a function whether the result moves with it: whether the slope is other than 0, as a comparison's is not.
    fn moves(&self, function: u32, arity: usize) -> Result<Vec<bool>, Error> {
        let op = match &self.functions[function as usize] {
            Function::Primitive(primitive) => primitive.op(),
            Function::Op(op) => op.clone(),
            Function::Sum | Function::Round | Function::Along(..) => return Ok(vec![true; arity]),
            Function::Guard(_) => return Ok(vec![false; arity]),
        };
        let (code, results) = record_rule(&*op, arity)?;
        Ok(results[1..].iter().map(|&slope| code.number(slope) != Some(0.0)).collect())
    }
}

/// The sets of the wanted nodes, by their numbers below `count`; `None` if they take more steps. The set of a node has its own numbers and those of the
/// sets of its sources, which come before it in the order.
fn sets(
    order: impl Iterator<Item = usize>,
    sources: &Lists,
    own: &[(u32, u32)],
    wanted: &[(u32, u32)],
    count: usize,
    most_steps: u64,
) -> Option<Vec<Set>> {
    let nodes = sources.starts.len() - 1;
    let labels = Lists::new(nodes, own.iter().copied());
    let full = labels.items.len();
    let mut uses = vec![0u32; nodes];
    sources.items.iter().chain(wanted.iter().map(|(node, _)| node)).for_each(|&node| uses[node as usize] += 1);
    let none: Set = Rc::new([]);
    let mut sets: Vec<Set> = vec![none.clone(); nodes];
    let (mut steps, mut union) = (0, vec![]);
    for node in order {
        let (sources, labels) = (sources.of(node), labels.of(node));
        if uses[node] > 0 {
            // the largest set is often the union
            let largest = sources.iter().map(|&source| &sets[source as usize]).max_by_key(|set| set.len());
            let largest = largest.unwrap_or(&none).clone();
            let is_more = |set: &Set| !set.is_empty() && !Rc::ptr_eq(set, &largest);
            sets[node] = if labels.is_empty()
                && (largest.len() == full || !sources.iter().any(|&source| is_more(&sets[source as usize])))
            {
                largest
            } else {
                union.clear();
                union.extend_from_slice(&largest);
                union.extend_from_slice(labels);
                let others = sources.iter().map(|&source| &sets[source as usize]).filter(|set| is_more(set));
                others.for_each(|set| union.extend_from_slice(set));
                steps += union.len() as u64;
                // a stable sort merges what is in order already
                union.sort();
                union.dedup();
                if union.len() == largest.len() { largest } else { union[..].into() }
            };
        }
        steps += 1 + sources.len() as u64;
        for &source in sources {
            uses[source as usize] -= 1;
            if uses[source as usize] == 0 {
                sets[source as usize] = none.clone();
            }
        }
        if steps > most_steps {
            return None;
        }
    }
    let mut found = vec![none; count];
    for &(node, number) in wanted {
        steps += sets[node as usize].len() as u64;
        found[number as usize] = sets[node as usize].clone();
    }
    (steps <= most_steps).then_some(found)
}
