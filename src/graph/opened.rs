//! A recording with what functions do in place of their calls.

use super::guard::{Guard, Operand, PrimalRead};
use super::recorder::{Expr, Recorder};
use super::run::Site;
use super::statement::Line;
use crate::error::{Error, Kind};
use std::cell::RefCell;

/// A recording in which each call of a function is opened: the ops of the function, and of the functions in it, stand in place of the call. See
/// [`Recorder::opened`].
#[derive(Debug)]
pub struct Opened {
    recorder: Recorder,
    /// For each node of the original recording, its node in the opened one; a constant has none.
    nodes: Vec<Operand>,
    /// For each node of the opened recording, the node of the original one that it belongs to: see [`Site::node`].
    owners: Vec<usize>,
    /// The stamp of the original recording.
    stamp: (u64, u64),
}

impl Recorder {
    /// The recording with each call of a function opened. Values, names, scopes, source lines and comparisons are those of this one. O(n) in
    /// time and memory for the n ops that are done.
    ///
    /// ```
    /// use gprime::{prelude::*, teach::Style};
    ///
    /// struct Gate;
    /// impl Function<3, 1> for Gate {
    ///     fn run<R: Apply>(&self, [x, w, b]: [R; 3]) -> [R; 1] {
    ///         [(x * w + b).sigmoid()]
    ///     }
    /// }
    /// let recorder = Recorder::new();
    /// let x = [2.0, 0.5, -1.0].map(|x| recorder.var(x));
    /// let [y] = Apply::run(&Gate, x);
    /// // three inputs, and one statement for the call
    /// assert_eq!(recorder.trace(y)?.nodes[3].rule, "Gate(v1, v2, v3)");
    ///
    /// let opened = recorder.opened();
    /// let trace = opened.recorder().trace(opened.get(y)?)?;
    /// let rules: Vec<&str> = trace.nodes[3..].iter().map(|node| &*node.rule).collect();
    /// assert_eq!(rules, ["v1·v2", "v4 + v3", "sigmoid v5"]);
    /// # Ok::<(), gprime::Error>(())
    /// ```
    pub fn opened(&self) -> Opened {
        let recorder = Recorder::opening();
        // for each node of the opened recording its owner, and for each of this one how many nodes the opened one has after it
        let (owners, ends) = (RefCell::new(vec![]), RefCell::new(vec![]));
        let nodes = {
            let enter_some = |before: usize, end: usize, site: Site| {
                let heads = &mut recorder.graph.borrow_mut().statements.heads[before..end];
                heads.iter_mut().for_each(|head| head.line = site.line);
                owners.borrow_mut().resize(end, site.node);
            };
            let enter = |before: usize, site: Site| enter_some(before, recorder.len(), site);
            let end = |node: usize| ends.borrow_mut().resize(node + 1, owners.borrow().len());
            let values = self.rerun(
                |node, value| {
                    let x = recorder.var(value);
                    enter(recorder.len() - 1, Site { node, line: self.node_line(node) });
                    end(node);
                    x
                },
                |op, x, site| {
                    let before = recorder.len();
                    let y = op.apply(x)?;
                    enter(before, site);
                    Ok(y)
                },
                |node, y| {
                    // what is in no op of the function: the sum over the places, and a result that came out as a constant
                    let before = owners.borrow().len();
                    let index = recorder.argument(y, self.node_line(node));
                    // the results of a vector rule, which cannot be opened, are recorded together
                    let end_of_node =
                        if recorder.is_result(index as usize) { index as usize + 1 } else { recorder.len() };
                    enter_some(before, end_of_node.max(before), Site { node, line: self.node_line(node) });
                    end(node);
                    Expr { recorder: Some(&recorder), index, value: y.value() }
                },
            );
            let values: Vec<Expr<'_>> = values.expect("what was applied to expressions can be applied to them again");
            for (&node, name) in &self.labels.borrow().names {
                // a function may give back an argument, which keeps its name
                let x = values[node as usize];
                if recorder.name(x).is_none() {
                    recorder.named(name.clone(), x);
                }
            }
            values.into_iter().map(|y| recorder.index(y).map_or(Operand::Constant(y.value()), Operand::Node)).collect()
        };
        let opened = Opened { recorder, nodes, owners: owners.into_inner(), stamp: self.stamp() };
        opened.copy_the_rest(self, &ends.into_inner());
        opened
    }

    /// The recording with each call opened; `None` if it has no calls.
    pub(crate) fn opened_calls(&self) -> Option<Opened> {
        let has_calls = !self.graph.borrow().calls.is_empty();
        has_calls.then(|| self.opened())
    }

    /// The line of the program that recorded a node.
    fn node_line(&self, node: usize) -> Line {
        self.graph.borrow().statements.heads[node].line
    }
}

impl Opened {
    /// The recorder that holds it.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The expression of the opened recording that an expression of the original one is.
    ///
    /// # Errors
    /// If the expression is of another recorder, or was recorded after the original recording was opened.
    pub fn get(&self, x: Expr<'_>) -> Result<Expr<'_>, Error> {
        let Some(own) = x.recorder else { return Ok(Expr::constant(x.value)) };
        let node = self.nodes.get(x.index as usize).filter(|_| own.stamp() == self.stamp);
        let foreign = || Error::new(Kind::ForeignVariable, "the expression is not of the recording that was opened");
        Ok(match *node.ok_or_else(foreign)? {
            Operand::Node(index) => Expr { recorder: Some(&self.recorder), index: index as u32, value: x.value },
            Operand::Constant(value) => value.into(),
        })
    }

    /// The node of the original recording that a node of the opened one belongs to.
    pub(crate) fn owner(&self, node: usize) -> usize {
        self.owners[node]
    }

    /// Copies what the original recording has beside its statements, given how many nodes the opened one has after each of its nodes.
    fn copy_the_rest(&self, from: &Recorder, ends: &[usize]) {
        let here = |node: u32| {
            node.checked_sub(1)
                .map_or(0, |before| ends.get(before as usize).map_or(self.owners.len(), |&end| end) as u32)
        };
        let scopes = from.labels.borrow().scopes.iter().map(|(node, scope)| (here(*node), scope.clone())).collect();
        self.recorder.labels.borrow_mut().scopes = scopes;
        let side = |side: Operand| if let Operand::Node(node) = side { self.nodes[node] } else { side };
        let guard = |guard: &Guard| Guard { sides: guard.sides.map(side), ..*guard };
        *self.recorder.guards.borrow_mut() = from.guards.borrow().iter().map(guard).collect();
        let read = |read: &PrimalRead| match self.nodes[read.node] {
            Operand::Node(node) => Some(PrimalRead { node, ..*read }),
            Operand::Constant(_) => None,
        };
        *self.recorder.primals.borrow_mut() = from.primals.borrow().iter().filter_map(read).collect();
    }
}
