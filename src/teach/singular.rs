//! Where a derivative is a choice: nodes on kinks, jumps and ends of domains, and 0 · ∞ on a path that was taken.

use super::style::Style;
use super::trace::{KinkNote, Node, Singularity, Trace};
use crate::check;
use crate::graph::{DynOp, Rule};
use crate::op::{Kink, Point};

/// The most arguments that are moved to see whether an op with kinks or jumps stands on one; the others of a long list are not.
const MOST_ARGS: usize = 64;

/// What an op stands on at a point, given its value and slopes there. Its kinks and jumps may be a set, of which it declares some: what lies
/// a unit in the last place to either side tells whether the point is in it.
pub(super) fn singular(op: &dyn DynOp, x: &[f64], a: f64, slopes: &[f64]) -> Option<Singularity> {
    if jumps(op, x, a, slopes) {
        Some(Singularity::Jump)
    } else if kink(op, x).is_some() || bends(op, x) {
        Some(Singularity::Kink)
    } else if ends(op, x) {
        Some(Singularity::End)
    } else {
        None
    }
}

/// The kink at a point: a declared one, or one of a set of which the op declares some.
pub(super) fn kink(op: &dyn DynOp, x: &[f64]) -> Option<Kink> {
    let kinks = op.kinks();
    let among = || (!kinks.is_empty() && x.len() <= MOST_ARGS).then(|| check::kink_at(op, x)).flatten();
    kinks.iter().find(|kink| kink.at[..] == *x).cloned().or_else(among)
}

/// Whether an op with kinks and with more arguments than a kink is measured for has other slopes on one side of an argument than on the
/// other.
fn bends(op: &dyn DynOp, x: &[f64]) -> bool {
    let slope = |j: usize, other: f64| {
        let (mut x, mut slopes) = (Point::from_slice(x), Point::from_elem(f64::NAN, x.len()));
        x[j] = other;
        Rule::<f64>::evaluate(op, &x, &mut slopes).map_or(f64::NAN, |_| slopes[j])
    };
    let bends = |j: usize| {
        let [left, right] = [-unit(x[j]), unit(x[j])].map(|step| slope(j, x[j] + step));
        (left - right).abs() > 1e-6 * left.abs().max(right.abs())
    };
    x.len() > MOST_ARGS && !op.kinks().is_empty() && (0..MOST_ARGS).any(bends)
}

/// How far the numbers beside a number are, about.
fn unit(x: f64) -> f64 {
    f64::max(f64::EPSILON * x.abs(), f64::from_bits(1))
}

/// Whether the value jumps at a point: at a declared one, or where it changes beside it by far more than the slope says.
fn jumps(op: &dyn DynOp, x: &[f64], a: f64, slopes: &[f64]) -> bool {
    let declared = op.jumps();
    let among = |j: usize| {
        let unit = unit(x[j]);
        let values = [-unit, unit].map(|step| value(op, x, j, x[j] + step));
        let far = |b: f64| (b - a).abs() > 1e3 * slopes[j].abs() * unit + 8.0 * f64::EPSILON * a.abs().max(b.abs());
        values.into_iter().any(far)
    };
    declared.iter().any(|jump| jump[..] == *x) || !declared.is_empty() && (0..x.len().min(MOST_ARGS)).any(among)
}

/// Whether an argument is an end of the domain, beyond which there is no value.
fn ends(op: &dyn DynOp, x: &[f64]) -> bool {
    let domain = op.domain();
    (0..x.len().min(domain.bounds.len())).any(|j| {
        let ((low, high), unit) = (domain.bound(j), unit(x[j]));
        let beyond = |step: f64| value(op, x, j, x[j] + step).is_nan();
        x[j].is_finite() && (x[j] == low && beyond(-unit) || x[j] == high && beyond(unit))
    })
}

/// The value with another number in the place of one argument.
fn value(op: &dyn DynOp, x: &[f64], j: usize, other: f64) -> f64 {
    let mut x = Point::from_slice(x);
    x[j] = other;
    Rule::<f64>::evaluate_value(op, &x).unwrap_or(f64::NAN)
}

impl Trace {
    /// What is a choice in these derivatives, or not certain: one line for each node that stands on a kink, a jump or the end of its domain,
    /// and for each place where 0 met ±∞ on a path that was taken. Empty where the gradient is the derivative without a doubt.
    ///
    /// ```
    /// use gprime::{prelude::*, teach::Style};
    ///
    /// let tape = Recorder::new();
    /// let x = tape.named("x", tape.var(0.0));
    /// let notes = tape.trace(x.relu() - (-x).relu())?.notes(&Style::default());
    /// assert_eq!(notes.len(), 2);
    /// assert_eq!(notes[0], "kink: v2 = relu v1 has the slope 0 on the left and 1 on the right; 0 was used");
    /// # Ok::<(), gprime::Error>(())
    /// ```
    pub fn notes(&self, style: &Style) -> Vec<String> {
        let annihilated = self.annihilated.iter().map(|flow| {
            let node = self.node(flow.from);
            let (upstream, local) = (style.short(flow.upstream), style.short(flow.local));
            let (from, to, rule) = (flow.from, flow.to, &node.rule);
            style.text(&format!(
                "0 · ∞: {from} = {rule} passes {upstream} · {local} on to {to}, which counts as 0; on a path that was taken it may be anything"
            )).into_owned()
        });
        self.singularities(style).chain(annihilated).collect()
    }

    /// A line for each node that stands on a kink, a jump or the end of its domain.
    pub(super) fn singularities(&self, style: &Style) -> impl Iterator<Item = String> {
        let singular = self.nodes.iter().filter(|node| node.singular.is_some());
        singular.filter_map(|node| singularity(self, node, style))
    }
}

/// What a node stands on, and which slope was used there.
pub(crate) fn singularity(trace: &Trace, node: &Node, style: &Style) -> Option<String> {
    let list = |x: &[f64]| x.iter().map(|&x| style.short(x)).collect::<Vec<_>>().join(" | ");
    let (id, rule) = (node.id, style.text(&node.rule));
    let used: Vec<f64> = node.partials.iter().map(|partial| partial.value).collect();
    let (slopes, were) = if used.len() == 1 { ("slope", "was") } else { ("slopes", "were") };
    match (&node.kink, node.singular) {
        (_, Some(Singularity::Jump)) => {
            Some(format!("jump: {id} = {rule} has no {slopes} where its value jumps; {} {were} used", list(&used)))
        }
        (Some(KinkNote { left, right, slope, .. }), _) => {
            let [left, right, slope] = [left, right, slope].map(|x| list(x));
            Some(format!(
                "kink: {id} = {rule} has the {slopes} {left} on the left and {right} on the right; {slope} {were} used"
            ))
        }
        (None, Some(Singularity::Kink)) => {
            let other = if used.len() == 1 { "another" } else { "other" };
            Some(format!("kink: {id} = {rule} has {other} {slopes} on the left than on the right"))
        }
        (None, Some(Singularity::End)) => {
            let domain = trace.op(node).map_or(String::new(), |op| style.text(&op.domain).into_owned());
            Some(format!(
                "end: {id} = {rule} stands at the end of its domain, {domain}; the {slopes} {} {were} used",
                list(&used)
            ))
        }
        _ => None,
    }
}
