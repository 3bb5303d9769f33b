//! The vector functions by name, with their parameters by name, for programs that read expressions.

use super::rules::{ClipByNorm, CumProd, CumSum, LogCumSumExp, LogSoftmax, Normalize, Softmax};
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::graph::Expr;
use std::fmt::Debug;
use std::sync::Arc;

/// A vector function behind a pointer, which is applied to what a recorder records.
pub trait DynVector: Debug + Send + Sync {
    /// The name.
    fn name(&self) -> &'static str;

    /// How many results there are of so many arguments.
    ///
    /// # Errors
    /// If there are none, or a parameter is not one that the function can have.
    fn results(&self, args: usize) -> Result<usize, Error>;

    /// The results, recorded as one statement.
    ///
    /// # Errors
    /// As of [`results`](DynVector::results).
    fn apply<'g>(&self, x: &[Expr<'g>]) -> Result<Vec<Expr<'g>>, Error>;
}

impl<V: VectorRule + Debug> DynVector for V {
    fn name(&self) -> &'static str {
        VectorRule::name(self)
    }
    fn results(&self, args: usize) -> Result<usize, Error> {
        VectorRule::results(self, &[args])
    }
    fn apply<'g>(&self, x: &[Expr<'g>]) -> Result<Vec<Expr<'g>>, Error> {
        Expr::vector(self, &[x])
    }
}

/// A row of the table: a vector function.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name.
    pub name: &'static str,
    /// The parameters, which have no defaults.
    pub params: &'static [&'static str],
    /// Result i as a formula.
    pub formula: &'static str,
    make: fn(&[f64]) -> Arc<dyn DynVector>,
}

impl Entry {
    /// The function with these parameters.
    ///
    /// # Errors
    /// If a parameter is missing, is given twice, or is none that the function has.
    pub fn with_params(&self, given: &[(&str, f64)]) -> Result<Arc<dyn DynVector>, Error> {
        let fault = |text: String| Err(Error::rule(format!("{}{text}", self.name)));
        let known = |name: &str| self.params.contains(&name);
        if let Some((name, _)) = given.iter().find(|(name, _)| !known(name)) {
            return fault(match self.params {
                [] => format!(" has no parameter {name}; it has none at all"),
                params => format!(" has no parameter {name}; it has {}", params.join(", ")),
            });
        }
        let mut values = vec![];
        for &param in self.params {
            let mut of_param = given.iter().filter(|(name, _)| *name == param);
            match (of_param.next(), of_param.next()) {
                (Some((_, value)), None) => values.push(*value),
                (None, _) => return fault(format!(" needs the parameter {param}")),
                (Some(_), Some(_)) => return fault(format!(": the parameter {param} is given twice")),
            }
        }
        Ok((self.make)(&values))
    }
}

/// All vector functions.
pub static TABLE: [Entry; 7] = [
    entry("softmax", "exp(xᵢ) / Σ exp(xⱼ)", |_| Arc::new(Softmax)),
    entry("log_softmax", "xᵢ − ln Σ exp(xⱼ)", |_| Arc::new(LogSoftmax)),
    entry("logcumsumexp", "ln (exp(x₀) + … + exp(xᵢ))", |_| Arc::new(LogCumSumExp)),
    entry("cumsum", "x₀ + … + xᵢ", |_| Arc::new(CumSum)),
    entry("cumprod", "x₀ · … · xᵢ", |_| Arc::new(CumProd)),
    entry("normalize", "xᵢ / ‖x‖", |_| Arc::new(Normalize)),
    Entry {
        params: &["max"],
        ..entry("clip_by_norm", "xᵢ min(1, max / ‖x‖)", |params| Arc::new(ClipByNorm { max: params[0] }))
    },
];

/// A vector function by its name.
pub fn find(name: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.name == name)
}

/// A row without parameters.
const fn entry(name: &'static str, formula: &'static str, make: fn(&[f64]) -> Arc<dyn DynVector>) -> Entry {
    Entry { name, params: &[], formula, make }
}
