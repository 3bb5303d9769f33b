//! Long chains of `+` and `−` as sums, whose terms are added side by side.

use super::code::{Code, FEW_TERMS, Map, Place, Value};
use super::primitive::Primitive;

/// The terms of a node, each with whether it is taken away.
pub(super) type Terms = Vec<(Value, bool)>;

impl Code {
    /// The terms of every node that is a sum of many: a chain of sums and differences of which each is used once, by the next one. The nodes of a chain
    /// but the last are not needed any more. O(n) for n statements.
    pub fn long_sums(&self, roots: &[Value], needed: &mut [bool]) -> Map<usize, Terms> {
        let mut users = vec![0u32; self.len()];
        // of a node that is used once, whether it is an operand of a sum or difference
        let mut is_operand = vec![false; self.len()];
        let mut is_used = |value: Value, by_sum: bool| {
            if let Place::Node(node) = value.place() {
                users[node] += 1;
                is_operand[node] = by_sum;
            }
        };
        for node in (self.inputs..self.len()).filter(|&node| needed[node]) {
            let (_, args) = self.statement(node).expect("the node is no input");
            let by_sum = self.sum_or_difference(node).is_some();
            args.iter().for_each(|&arg| is_used(arg, by_sum));
        }
        roots.iter().for_each(|&root| is_used(root, false));
        let is_inner = |node: usize| users[node] == 1 && is_operand[node] && self.sum_or_difference(node).is_some();

        // how many terms each node has, counted from the first statement on
        let mut counts = vec![1usize; self.len()];
        let statements = || (self.inputs..self.len()).filter(|&node| self.sum_or_difference(node).is_some());
        for node in statements() {
            let (_, args) = self.statement(node).expect("the node is no input");
            let count = |arg: &Value| match arg.place() {
                Place::Node(arg) if is_inner(arg) => counts[arg],
                _ => 1,
            };
            counts[node] = args.iter().map(count).sum();
        }
        let mut sums: Map<usize, Terms> = Map::default();
        let mut open = vec![];
        let is_last = |&node: &usize| needed[node] && !is_inner(node) && counts[node] > FEW_TERMS;
        let last_ones: Vec<usize> = statements().filter(is_last).collect();
        for last in last_ones {
            let mut terms = Vec::with_capacity(counts[last]);
            // the operands from left to right
            open.push((Value::node(last), false));
            while let Some((value, is_taken)) = open.pop() {
                match value.place() {
                    Place::Node(node) if node == last || is_inner(node) => {
                        let (_, args) = self.statement(node).expect("the node is no input");
                        let is_difference = self.sum_or_difference(node) == Some(Primitive::Sub);
                        open.extend([(args[1], is_taken != is_difference), (args[0], is_taken)]);
                        needed[node] = node == last;
                    }
                    _ => terms.push((value, is_taken)),
                }
            }
            sums.insert(last, terms);
        }
        sums
    }

    /// The primitive of a node that is a sum or a difference of two.
    fn sum_or_difference(&self, node: usize) -> Option<Primitive> {
        let (primitive, _) = self.primitive(Value::node(node))?;
        matches!(primitive, Primitive::Add | Primitive::Sub).then_some(primitive)
    }
}
