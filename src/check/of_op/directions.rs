//! The slopes at a kink of several arguments, along directions.

use super::subject::Subject;
use crate::check::oracle::dual;
use crate::check::random::{DIRECTIONS, Random};
use crate::check::report::{Report, show};
use crate::real::Witness;

impl Subject<'_> {
    /// Checks at a kink of several arguments that along directions the slope lies between those forwards and backwards. It must, if the
    /// value bends one way along all directions, as that of a maximum or a norm does.
    pub fn directions(&self, x: &[f64], slopes: &[f64], report: &mut Report) -> bool {
        let n = x.len();
        if n == 1 {
            return true;
        }
        let mut random = Random(self.options.seed);
        let sign = |k: usize| if k == 0 { 1.0 } else { -1.0 };
        let mut directions: Vec<Vec<f64>> = vec![vec![1.0; n], (0..n).map(|k| sign(k % 2)).collect()];
        directions
            .extend((0..DIRECTIONS).map(|_| (0..n).map(|_| sign(random.below(2)) * (0.5 + random.unit())).collect()));
        directions.extend((0..n.min(8)).map(|i| dual::axis(n, i).to_vec()));
        let size = x.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        let step = if size == 0.0 { 2f64.powi(-60) } else { size * 2f64.powi(-44) };
        let sides = |d: &Vec<f64>| {
            let line = dual::line(self.op, x, d);
            let known = |side: &Witness| side.slope().number().is_finite() && !side.slope().is_one_sided();
            let [left, right] = [line.at(-step).filter(known)?, line.at(step).filter(known)?];
            Some([left, right].map(|side| side.slope().number()))
        };
        let all: Vec<(Vec<f64>, [f64; 2])> = directions.into_iter().filter_map(|d| sides(&d).map(|s| (d, s))).collect();
        let bends = |[left, right]: [f64; 2]| {
            let bend = right - left;
            if bend.abs() <= 1e-8 * left.abs().max(right.abs()) { 0.0 } else { bend.signum() }
        };
        let (up, down) = (all.iter().any(|(_, s)| bends(*s) > 0.0), all.iter().any(|(_, s)| bends(*s) < 0.0));
        if up && down {
            return true;
        }
        for (d, sides) in all {
            let slope: f64 = d.iter().zip(slopes).map(|(d, s)| d * s).sum();
            let magnitude: f64 = d.iter().zip(slopes).map(|(d, s)| (d * s).abs()).sum();
            let slack = 1e-8 * magnitude.max(sides[0].abs()).max(sides[1].abs());
            if slope.is_finite() && !(sides[0].min(sides[1]) - slack..=sides[0].max(sides[1]) + slack).contains(&slope)
            {
                let (at, d) = (show(x), show(&d));
                report.fail(format!(
                    "the slopes at the kink {at} give {slope:e} along {d}, which is outside the slopes {:e} and {:e} there",
                    sides[0], sides[1]
                ));
                return false;
            }
        }
        true
    }
}
