//! Which mistake explains a wrong slope.

use super::at_point::{replaced, value_and_slopes};
use super::hint::Hint;
use super::oracle::difference::numeric;
use super::oracle::dual::{Exact, exact, formula};
use super::report::Finding;
use crate::graph::DynOp;
use crate::op::Point;

impl Hint {
    /// The mistake that explains a finding, and the same slope's errors nearby.
    pub(super) fn of(op: &dyn DynOp, finding: &Finding) -> Option<Hint> {
        let i = finding.argument;
        let beside = [0.0, 0.0625, -0.0546875].map(|d| replaced(&finding.at, i, finding.at[i] * (1.0 + d)));
        let samples: Vec<Sample> = beside.iter().filter_map(|x| Sample::new(op, x, i)).collect();
        Hint::explaining(&samples)
    }

    /// The mistake that explains all samples, of which the first is the failure.
    pub(super) fn explaining(samples: &[Sample]) -> Option<Hint> {
        let first = samples.first()?;
        if first.exact == 0.0 || !first.exact.is_finite() || !first.rule.is_finite() {
            return None;
        }
        let factor = first.rule / first.exact;
        let swapped = (0..first.all.len()).filter(|&j| j != first.argument).map(Hint::OtherArgument);
        let candidates =
            [Hint::SinglePrecision, Hint::LostDigits, Hint::Zero, Hint::Sign, Hint::Value, Hint::OutputForInput];
        // a factor of nearly 1 may be round-off, and one of a single sample is none
        let telling = samples.len() > 1 && (factor - 1.0).abs() > 4.0 * first.tolerance;
        let candidates = candidates.into_iter().chain(swapped).chain(telling.then(|| Hint::Factor(round(factor))));
        candidates.into_iter().find(|hint| samples.iter().all(|s| s.fits(*hint)))
    }
}

/// One slope of a rule, and what it may have been taken for.
pub(super) struct Sample {
    argument: usize,
    rule: f64,
    exact: f64,
    value: f64,
    /// The exact slope with the value in place of the argument.
    at_value: f64,
    /// The exact slopes in every argument.
    all: Vec<f64>,
    /// The rule's slope on wide numbers, where it has digits.
    formula: Option<f64>,
    /// How far apart two slopes are that are the same, relative to the larger.
    tolerance: f64,
}

impl Sample {
    fn new(op: &dyn DynOp, x: &[f64], i: usize) -> Option<Self> {
        let (value, slopes) = value_and_slopes(op, x)?;
        let exact = |x: &[f64], i| match exact(op, x, i) {
            Exact::Known(known) => Some(known.slope),
            _ => None,
        };
        Some(Sample {
            argument: i,
            rule: slopes[i],
            exact: exact(x, i)?,
            value,
            at_value: exact(&replaced(x, i, value), i).unwrap_or(f64::NAN),
            all: (0..x.len()).map(|j| exact(x, j).unwrap_or(f64::NAN)).collect(),
            formula: formula(op, x, &Point::from_elem(0.0, x.len())).map(|(_, slopes)| slopes[i].value().number()),
            tolerance: 1e-9,
        })
    }

    /// A finding and the same slope nearby, of a function and its gradient that only differences know.
    pub fn beside(f: &dyn Fn(&[f64]) -> f64, gradient: &dyn Fn(&[f64]) -> Vec<f64>, finding: &Finding) -> Vec<Sample> {
        let (at, i) = (&finding.at, finding.argument);
        let shifted = [0.0, 0.0625, -0.0546875].map(|d| replaced(at, i, at[i] + d * at[i].abs().max(1e-3)));
        let exact = |x: &[f64], i: usize| {
            let d = numeric(|t| f(&replaced(x, i, t)), x[i]).slope()?;
            d.error.is_finite().then_some(d.slope)
        };
        let sample = |x: &Point| {
            let value = f(x);
            Some(Sample {
                argument: i,
                rule: *gradient(x).get(i)?,
                exact: exact(x, i)?,
                value,
                at_value: exact(&replaced(x, i, value), i).unwrap_or(f64::NAN),
                all: (0..x.len()).map(|j| exact(x, j).unwrap_or(f64::NAN)).collect(),
                formula: None,
                tolerance: 1e-7,
            })
        };
        shifted.iter().filter_map(sample).collect()
    }

    fn fits(&self, hint: Hint) -> bool {
        let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance * a.abs().max(b.abs());
        let close = |a, b| near(a, b, self.tolerance);
        let close_to_exact = |formula| near(formula, self.exact, 1e-10);
        match hint {
            Hint::Zero => self.rule == 0.0,
            Hint::Sign => close(self.rule, -self.exact),
            Hint::Value => close(self.rule, self.value),
            Hint::OutputForInput => close(self.rule, self.at_value),
            Hint::OtherArgument(j) => close(self.rule, self.all[j]),
            Hint::SinglePrecision => {
                let single = |x: f64| f64::from(x as f32) == x;
                near(self.rule, self.exact, 2f64.powi(-22)) && single(self.rule) && !single(self.exact)
            }
            Hint::LostDigits => self.formula.is_some_and(close_to_exact) && !close(self.rule, self.exact),
            Hint::Factor(factor) => close(self.rule, factor * self.exact),
            Hint::MissingUpstream | Hint::Transposed => false,
        }
    }
}

/// A factor to nine digits, as it was probably written.
fn round(factor: f64) -> f64 {
    format!("{factor:.9e}").parse().unwrap_or(factor)
}
