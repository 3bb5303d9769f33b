//! Where a rule branches: found on a recording of it, not guessed.
//!
//! A rule cannot branch but by a comparison, or inside of |x|, a sign, a step, an angle or a power. All of these are nodes of a
//! recording, and each has a state that changes at the threshold: the sign of a difference, the integer below. Along each argument the
//! recording is run again over a grid, and a change of state is bisected down to two neighbouring numbers.

use crate::graph::{DynOp, Expr, Recorder, Rule};
use crate::op::Point;

/// How many thresholds of one node are followed along one line.
const MOST: usize = 10;

/// A recording of an op's value and slopes, that can be run elsewhere.
pub(super) struct Branches {
    tape: Recorder,
    arity: usize,
    nodes: Vec<(Kind, usize, usize)>,
}

/// What a node branches on.
#[derive(Clone, Copy)]
enum Kind {
    /// The sign of the difference of two numbers.
    Compare,
    /// The sign of a number.
    Sign,
    /// The integer below.
    Below,
    /// The nearest integer.
    Nearest,
    /// The sign of the first number, where the second is negative.
    Cut,
}

impl Branches {
    /// The branches of an op that takes as many arguments as the point has; `None` if it is known only as closures.
    pub fn of(op: &dyn DynOp, x: &[f64]) -> Option<Self> {
        let tape = Recorder::new();
        {
            let inputs: Vec<Expr<'_>> = x.iter().map(|&x| tape.var(x)).collect();
            let mut slopes = vec![Expr::from(0.0); x.len()];
            Rule::<Expr<'_>>::evaluate_value(op, &inputs).ok()?;
            Rule::<Expr<'_>>::evaluate(op, &inputs, &mut slopes).ok()?;
        }
        let branch = |index: usize| {
            let node = tape.node(index);
            let kind = match node.op?.name() {
                "less" | "less_equal" | "equal" => Kind::Compare,
                "abs" | "sign" | "pow" => Kind::Sign,
                "floor" | "ceil" => Kind::Below,
                "round" => Kind::Nearest,
                "atan2" => Kind::Cut,
                _ => return None,
            };
            Some((kind, node.args[0], *node.args.get(1).unwrap_or(&node.args[0])))
        };
        let nodes = (0..tape.len()).filter_map(branch).collect();
        Some(Branches { arity: x.len(), nodes, tape })
    }

    /// The state of every node at a point.
    fn states(&self, x: &[f64]) -> Vec<f64> {
        let values = self.tape.values_where(|node| x.get(node).copied());
        let Ok(values) = values else { return vec![f64::NAN; self.nodes.len()] };
        let sign = |x: f64| if x == 0.0 || x.is_nan() { 0.0 } else { x.signum() };
        let state = |&(kind, a, b): &(Kind, usize, usize)| {
            let (a, b) = (values[a], values[b]);
            match kind {
                Kind::Compare => f64::from(i8::from(a > b) - i8::from(a < b)),
                Kind::Sign => sign(a),
                Kind::Below => a.floor() + 0.5 * f64::from(u8::from(a.floor() < a)),
                Kind::Nearest => (a + 0.5).floor(),
                Kind::Cut => sign(a) * f64::from(u8::from(b < 0.0)),
            }
        };
        self.nodes.iter().map(state).collect()
    }

    /// The nodes whose state changes within two units in the last place of a point, along any argument.
    pub fn changing(&self, x: &[f64]) -> Vec<usize> {
        if self.nodes.is_empty() || x.len() != self.arity {
            return vec![];
        }
        let here = self.states(x);
        let beside = (0..x.len()).flat_map(|i| [-2.0, 2.0].map(|units| (i, units)));
        let states: Vec<Vec<f64>> = beside
            .map(|(i, units)| {
                let mut x = Point::from_slice(x);
                x[i] += units * f64::max(f64::EPSILON * x[i].abs(), 5e-324);
                self.states(&x)
            })
            .collect();
        (0..here.len()).filter(|&k| states.iter().any(|states| states[k] != here[k])).collect()
    }

    /// Points at, a unit in the last place beside, and between the thresholds along one argument, inside of some bounds.
    pub fn points(&self, x: &[f64], argument: usize, bounds: (f64, f64)) -> Vec<Point> {
        if self.nodes.is_empty() {
            return vec![];
        }
        let at = |t: f64| {
            let mut x = Point::from_slice(x);
            x[argument] = t;
            x
        };
        let grid = grid(bounds);
        let states: Vec<Vec<f64>> = grid.iter().map(|&t| self.states(&at(t))).collect();
        let mut thresholds: Vec<[f64; 2]> = vec![];
        for node in 0..self.nodes.len() {
            let changes = |(w, pair): (usize, &[Vec<f64>])| (pair[0][node] != pair[1][node]).then_some(w);
            let mut gaps: Vec<usize> = states.windows(2).enumerate().filter_map(changes).collect();
            gaps.sort_by(|&a, &b| grid[a].abs().total_cmp(&grid[b].abs()));
            for gap in gaps.into_iter().take(MOST) {
                let (mut low, mut high) = (ordered(grid[gap]), ordered(grid[gap + 1]));
                let state = |t: i64| self.states(&at(number(t)))[node];
                let first = states[gap][node];
                while high - low > 1 {
                    let middle = low + (high - low) / 2;
                    if state(middle) == first { low = middle } else { high = middle }
                }
                thresholds.push([number(low), number(high)]);
            }
        }
        thresholds.sort_by(|a, b| a[0].total_cmp(&b[0]));
        thresholds.dedup();
        let beside = |&[low, high]: &[f64; 2]| {
            let [before, after] = [ordered(low) - 1, ordered(high) + 1].map(number);
            [before, low, high, after]
        };
        let between = thresholds.windows(2).flat_map(|pair| {
            let (low, high) = (pair[0][1], pair[1][0]);
            let geometric = (low * high > 0.0).then(|| low.signum() * (low.abs().sqrt() * high.abs().sqrt()));
            [Some(0.5 * low + 0.5 * high), geometric]
        });
        let mut points: Vec<f64> = thresholds.iter().flat_map(beside).chain(between.flatten()).collect();
        points.retain(|t| bounds.0 <= *t && *t <= bounds.1 && t.is_finite());
        points.sort_by(f64::total_cmp);
        points.dedup();
        points.into_iter().map(at).collect()
    }
}

/// Numbers of all magnitudes from 10⁻¹⁶ to 10¹⁶ and of both signs, and evenly spaced ones, inside of some bounds.
fn grid((low, high): (f64, f64)) -> Vec<f64> {
    let magnitudes = (-80..=80).map(|i| 10f64.powf(f64::from(i) / 5.0) * 1.03);
    let even = (0..80).map(|i| 0.49 * f64::from(i) + 0.01);
    let mut grid: Vec<f64> = magnitudes.chain(even).flat_map(|x| [x, -x]).collect();
    grid.extend([low, high].into_iter().filter(|end| end.is_finite()));
    if low.is_finite() && high.is_finite() {
        grid.extend((1..200).map(|i| low + (high - low) * f64::from(i) / 200.0));
    }
    grid.retain(|x| low <= *x && *x <= high);
    grid.sort_by(f64::total_cmp);
    grid.dedup();
    grid
}

/// The numbers of `f64` in order, as integers.
fn ordered(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

fn number(ordered: i64) -> f64 {
    f64::from_bits(if ordered < 0 { i64::MIN.wrapping_sub(ordered) } else { ordered } as u64)
}
