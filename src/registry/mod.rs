//! From a name to a rule: every built-in op, then the user's.
//!
//! This part uses `graph`, `op` and `real`. Nothing in it names an op: the built-ins show themselves through the line that
//! each op's file has for it. Start with [`Registry`].

use crate::error::{Error, Kind as ErrorKind};
use crate::graph::{DynOp, dyn_op, dyn_reduce};
use crate::op::{self, Op, Reduce, Visitor};
use crate::visible::visible;
use indexmap::IndexMap;
use std::sync::Arc;

/// Ops by name, in a fixed order: the built-ins first.
///
/// ```
/// use gprime::{Registry, prelude::*};
/// # #[derive(Clone, PartialEq)]
/// # struct Swish;
/// # impl Op<1> for Swish {
/// #     const NAME: &'static str = "swish";
/// #     fn value<R: Real>(&self, [z]: [R; 1]) -> R { z / ((-z).exp() + 1.0) }
/// #     fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
/// #         let s = R::from(1.0) / ((-z).exp() + 1.0);
/// #         [s + a * (-s + 1.0)]
/// #     }
/// # }
/// let mut registry = Registry::new();
/// registry.register(Swish)?;
/// assert!(registry.register(Swish).is_err());
/// assert_eq!(registry.get("swish").unwrap().arity(), Some(1));
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Registry {
    ops: IndexMap<&'static str, Arc<dyn DynOp>>,
}

impl Default for Registry {
    fn default() -> Self {
        Registry::new()
    }
}

impl Registry {
    /// The built-in ops.
    pub fn new() -> Self {
        let mut registry = Registry { ops: IndexMap::new() };
        op::visit(&mut BuiltIns(&mut registry));
        registry
    }

    /// The activation functions among them.
    pub fn activations() -> Self {
        let mut registry = Registry { ops: IndexMap::new() };
        op::visit_activations(&mut BuiltIns(&mut registry));
        registry
    }

    /// Adds an op.
    ///
    /// # Errors
    /// If the name is taken, empty or has blanks, or a parameter of the op is none that it can have.
    pub fn register<const N: usize, O: Op<N>>(&mut self, op: O) -> Result<(), Error> {
        self.register_dyn(dyn_op(op))
    }

    /// Adds an op of any number of arguments.
    ///
    /// # Errors
    /// If the name is taken, empty or has blanks, or a parameter of the op is none that it can have.
    pub fn register_reduce<O: Reduce>(&mut self, op: O) -> Result<(), Error> {
        self.register_dyn(dyn_reduce(op))
    }

    /// Adds an op that is behind a pointer already, such as an [`ClosureOp`](crate::op::ClosureOp) one.
    ///
    /// # Errors
    /// If the name is taken, empty or has blanks, or a parameter of the op is none that it can have.
    pub fn register_dyn(&mut self, op: Arc<dyn DynOp>) -> Result<(), Error> {
        let name = op.name();
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Error::new(
                ErrorKind::Name,
                format!("{name:?} is no name for an op: it needs one without blanks"),
            ));
        }
        if let Some(fault) = op.arity().and_then(|n| op.validate(n)) {
            return Err(Error::new(ErrorKind::Parameter, format!("{name} {fault}")));
        }
        if self.ops.contains_key(name) {
            return Err(Error::new(ErrorKind::Name, format!("an op named {name} is registered already")));
        }
        self.ops.insert(name, op);
        Ok(())
    }

    /// An op by its name, with its default parameters.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn DynOp>> {
        self.ops.get(name)
    }

    /// An op by its name, with these parameters and the default of every other.
    ///
    /// # Errors
    /// If there is no such op (the nearest name is suggested), or a parameter is unknown, is given twice, is not a number the
    /// op can take, or has no default and is missing.
    pub fn find(&self, name: &str, params: &[(&str, f64)]) -> Result<Arc<dyn DynOp>, Error> {
        let mut op = self
            .get(name)
            .ok_or_else(|| {
                let hint =
                    nearest(name, self.ops.keys().copied()).map_or(String::new(), |n| format!("; did you mean {n}?"));
                Error::new(ErrorKind::Name, format!("there is no op named {}{hint}", visible(name)))
            })?
            .clone();
        let parameter = |message: String| Error::new(ErrorKind::Parameter, message);
        for (i, (param, value)) in params.iter().enumerate() {
            if params[..i].iter().any(|p| p.0 == *param) {
                return Err(parameter(format!("{name}: the parameter {param} is given twice")));
            }
            op = op.with_param(param, *value)?;
        }
        let missing = op.params().iter().map(|p| p.0).find(|p| params.iter().all(|given| given.0 != *p));
        if let Some(missing) = missing.filter(|_| op.needs_params()) {
            return Err(parameter(format!("{name} needs the parameter {missing}; it has no default")));
        }
        if let Some(fault) = op.arity().and_then(|n| op.validate(n)) {
            return Err(parameter(format!("{name} {fault}")));
        }
        Ok(op)
    }

    /// The ops in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn DynOp>> {
        self.ops.values()
    }
}

/// Of several names, the one that the fewest typing errors turn into `name`, if they are few.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 64 {
        return None;
    }
    let limit = 1 + name.len() / 4;
    names.into_iter().map(|n| (distance(name, n), n)).filter(|(d, _)| *d <= limit).min().map(|(_, n)| n)
}

/// The least number of insertions, deletions and replacements from one word to another (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, c) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..to.len() {
            let replaced = diagonal + usize::from(c != to[j]);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(1 + diagonal).min(1 + row[j]);
        }
    }
    row[to.len()]
}

/// Puts the built-ins into a registry.
struct BuiltIns<'a>(&'a mut Registry);

impl Visitor for BuiltIns<'_> {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        self.0.register(op).expect("built-in names differ");
    }
    fn reduce<O: Reduce>(&mut self, op: O) {
        self.0.register_reduce(op).expect("built-in names differ");
    }
}
