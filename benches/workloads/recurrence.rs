//! S3, a long recurrence: x ← σ(a x + b tanh(c x)) + (0.01 (x − d) if x > d), and the mean of all x. The mean, since the
//! slope of the last x alone dies out within a thousand steps.

use super::{Number, Workload, function, sigmoid};
use gprime::prelude::Activations;

#[derive(Clone)]
pub struct Recurrence {
    pub steps: usize,
    /// x, tanh(c x) and the σ of each step: the memory of the hand-written gradient.
    pub trace: Vec<[f64; 3]>,
}

impl Recurrence {
    pub fn new(steps: usize) -> Self {
        Recurrence { steps, trace: vec![] }
    }
}

function! {
    /// One step; the branch is a relu.
    struct Step;
    |[a, b, c, d, x]| [(a * x + b * (c * x).tanh()).sigmoid() + (x - d).relu() * 0.01]
}

impl Workload for Recurrence {
    fn name(&self) -> &'static str {
        "S3"
    }

    fn ops(&self) -> usize {
        12 * self.steps - 5 // 11 a step, 2 more where x > d, which half of the steps but 3 are, and 1 for the mean
    }

    fn point(&self) -> Vec<f64> {
        vec![5.0, -12.0, 1.2, 0.4]
    }

    fn program<R: Number>(&self, q: &[R]) -> R {
        let [a, b, c, d] = [q[0], q[1], q[2], q[3]];
        let mut x = R::from(0.1);
        let step = |_| {
            [x] = R::run(&Step, [a, b, c, d, x]);
            x
        };
        (0..self.steps).map(step).sum::<R>() * (1.0 / self.steps as f64)
    }

    fn scalars<R: Number>(&self, q: &[R]) -> R {
        let [a, b, c, d] = [q[0], q[1], q[2], q[3]];
        let (mut x, mut sum) = (R::from(0.1), R::from(0.0));
        for _ in 0..self.steps {
            let z = a * x + b * (c * x).tanh();
            let r = x - d;
            x = z.sigmoid();
            if r > R::from(0.0) {
                x += r * 0.01;
            }
            sum += x;
        }
        sum * (1.0 / self.steps as f64)
    }

    fn plain(&self, q: &[f64]) -> f64 {
        let [a, b, c, d] = [q[0], q[1], q[2], q[3]];
        let (mut x, mut sum) = (0.1, 0.0);
        for _ in 0..self.steps {
            let z = a * x + b * f64::tanh(c * x);
            let r = x - d;
            x = sigmoid(z);
            if r > 0.0 {
                x += 0.01 * r;
            }
            sum += x;
        }
        sum * (1.0 / self.steps as f64)
    }

    fn hand(&mut self, q: &[f64], g: &mut [f64]) -> f64 {
        let [a, b, c, d] = [q[0], q[1], q[2], q[3]];
        let (mut x, mut sum) = (0.1, 0.0);
        self.trace.clear();
        self.trace.reserve(self.steps);
        for _ in 0..self.steps {
            let t = f64::tanh(c * x);
            let s = sigmoid(a * x + b * t);
            self.trace.push([x, t, s]);
            let r = x - d;
            x = s;
            if r > 0.0 {
                x += 0.01 * r;
            }
            sum += x;
        }

        let mean = 1.0 / self.steps as f64;
        let (mut ga, mut gb, mut gc, mut gd, mut gx) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &[x, t, s] in self.trace.iter().rev() {
            let gs = gx + mean;
            let gz = gs * s * (1.0 - s);
            let gt = gz * b * (1.0 - t * t);
            ga += gz * x;
            gb += gz * t;
            gc += gt * x;
            gx = gz * a + gt * c;
            if x > d {
                gx += 0.01 * gs;
                gd -= 0.01 * gs;
            }
        }
        g.copy_from_slice(&[ga, gb, gc, gd]);
        sum * mean
    }
}
