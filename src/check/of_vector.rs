//! Checking a vector rule: its pull-back against differences of its values, its tangents against the pull-back, and second derivatives.

use super::options::Options;
use super::random::Random;
use super::report::{Report, Verdict, show};
use crate::error::Error;
use crate::function::{Apply, VectorRule, joined, split};
use crate::real::Dual;

/// How far apart two ways to one number may be by round-off, relative to what its terms add up to.
const ROUND_OFF: f64 = 1e-9;

/// Checks a [`VectorRule`] at some lists of arguments.
///
/// The pull-back is held against differences of the values, as [`check::vjp`](fn@super::vjp) does it; the tangents against the pull-back, by
/// ⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩ along random directions. Of a rule that can be differentiated more than once, the second derivatives are the derivative of the
/// pull-back along a random direction: they are held against differences of the pull-back, and forwards over forwards against forwards over reverse.
///
/// Where the rule gives an error at the point, the verdict is [`Verdict::Unsure`]. There is an example at [`VectorRule`].
pub fn vector<V: VectorRule>(rule: &V, x: &[&[f64]]) -> Report {
    Options::new().vector(rule, x)
}

impl Options {
    /// Checks a vector rule, as [`check::vector`](fn@super::vector).
    pub fn vector<V: VectorRule>(&self, rule: &V, x: &[&[f64]]) -> Report {
        let lens: Vec<usize> = x.iter().map(|list| list.len()).collect();
        let point = joined(x);
        let rule = Lists { rule, lens: &lens };
        let results = match rule.apply(&point) {
            Ok(y) => y.len(),
            Err(error) => {
                let mut report = Report::new(rule.rule.name());
                report.unsure(format!("the rule gives an error at {}: {error}", show(&point)));
                return report;
            }
        };
        let values = |x: &[f64]| rule.apply(x).unwrap_or_default();
        let product = |x: &[f64], w: &[f64]| rule.adjoints(x, w).unwrap_or_else(|_| vec![f64::NAN; x.len()]);
        let mut report = self.vjp(values, product, &point);
        report.subject = rule.rule.name().to_owned();
        let mut random = Random(self.seed);
        let mut numbers = |n: usize| -> Vec<f64> { (0..n).map(|_| random.unit() - 0.5).collect() };
        let (w, u, v) = (numbers(results), numbers(point.len()), numbers(point.len()));
        if report.verdict != Verdict::Fail {
            rule.directions_agree(&point, &w, &u, &mut report);
        }
        if report.verdict != Verdict::Fail && V::ORDER > 1 {
            let change = |x: &[f64]| product(x, &w).iter().zip(&v).map(|(g, v)| g * v).sum();
            let curvature = |x: &[f64]| rule.curvature(x, &w, &v).unwrap_or_else(|_| vec![f64::NAN; x.len()]);
            let second = self.gradient(change, curvature, &point);
            report.points += second.points;
            report.take(second.verdict, format!("second derivatives: {}", second.reason.unwrap_or_default()));
            if second.verdict != Verdict::Fail {
                rule.second_orders_agree(&point, &w, [&u, &v], &mut report);
            }
        }
        report
    }
}

/// A rule, and the lengths of its lists.
struct Lists<'a, V> {
    rule: &'a V,
    lens: &'a [usize],
}

impl<V: VectorRule> Lists<'_, V> {
    /// The results on a number, given the arguments one after the other.
    fn apply<R: Apply>(&self, x: &[R]) -> Result<Vec<R>, Error> {
        R::vector(self.rule, &split(x, self.lens.iter().copied()))
    }

    /// Jᵀ w.
    fn adjoints(&self, x: &[f64], w: &[f64]) -> Result<Vec<f64>, Error> {
        let mut of_x = vec![0.0; x.len()];
        self.rule.pull_back(x, &self.apply(x)?, w, &mut of_x)?;
        Ok(of_x)
    }

    /// The derivative of Jᵀ w along v.
    fn curvature(&self, x: &[f64], w: &[f64], v: &[f64]) -> Result<Vec<f64>, Error> {
        let x: Vec<Dual> = x.iter().zip(v).map(|(&x, &v)| Dual::new(x, v)).collect();
        let w: Vec<Dual> = w.iter().map(|&w| Dual::constant(w)).collect();
        let mut of_x = vec![Dual::constant(0.0); x.len()];
        self.rule.pull_back(&x, &self.apply(&x)?, &w, &mut of_x)?;
        Ok(of_x.into_iter().map(|of_x| of_x.tangent).collect())
    }

    /// Holds the tangents along u against the pull-back of w.
    fn directions_agree(&self, x: &[f64], w: &[f64], u: &[f64], report: &mut Report) {
        let forwards = || -> Result<Vec<f64>, Error> {
            let x: Vec<Dual> = x.iter().zip(u).map(|(&x, &u)| Dual::new(x, u)).collect();
            Ok(self.apply(&x)?.into_iter().map(|y| y.tangent).collect())
        };
        match (forwards(), self.adjoints(x, w)) {
            (Ok(tangents), Ok(adjoints)) => {
                let [a, b] = [sum(w, &tangents), sum(&adjoints, u)];
                agree(["the tangents", "the pull-back"], a, b, x, report);
            }
            (Err(error), _) | (_, Err(error)) => report.fail(format!("the rule gives values, and of tangents {error}")),
        }
    }

    /// Holds uᵀ H v of ⟨w, f⟩, forwards over forwards, against forwards over reverse.
    fn second_orders_agree(&self, x: &[f64], w: &[f64], [u, v]: [&[f64]; 2], report: &mut Report) {
        let forwards = || -> Result<Vec<f64>, Error> {
            let number = |((&x, &u), &v)| Dual::new(Dual::new(x, u), Dual::constant(v));
            let x: Vec<Dual<Dual>> = x.iter().zip(u).zip(v).map(number).collect();
            Ok(self.apply(&x)?.into_iter().map(|y| y.tangent.tangent).collect())
        };
        match (forwards(), self.curvature(x, w, v)) {
            (Ok(tangents), Ok(curvature)) => {
                let [a, b] = [sum(w, &tangents), sum(&curvature, u)];
                agree(["second derivatives forwards", "those of the pull-back"], a, b, x, report);
            }
            (Err(error), _) | (_, Err(error)) => {
                report.fail(format!("the rule gives values, and of second derivatives {error}"))
            }
        }
    }
}

/// Σ aᵢ bᵢ, and Σ |aᵢ bᵢ|.
fn sum(a: &[f64], b: &[f64]) -> [f64; 2] {
    a.iter().zip(b).fold([0.0; 2], |[sum, size], (a, b)| [sum + a * b, size + (a * b).abs()])
}

/// Holds two ways to one number against each other, each with the sizes that it is the sum of.
fn agree(names: [&str; 2], [a, of_a]: [f64; 2], [b, of_b]: [f64; 2], x: &[f64], report: &mut Report) {
    let agrees = (a - b).abs() <= ROUND_OFF * of_a.max(of_b);
    if !agrees {
        let [first, second] = names;
        report.fail(format!("{first} and {second} differ at {}: {a:e} and {b:e} along random directions", show(x)));
    }
}
