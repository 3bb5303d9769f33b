//! The posterior of a mixture of Gaussians, as its logarithm. The precision of component k is QᵀQ with Q lower triangular: exp(q) on
//! its diagonal, and l below it, column by column; a Wishart distribution is its prior.

use super::compiled::Compiled;
use super::{Matrix, Problem, expect_between, expect_len};
use gprime::Error;
use gprime::prelude::*;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::f64::consts::{PI, SQRT_2};
use std::ops::Mul;

#[derive(Clone, Deserialize)]
pub struct Input {
    pub d: usize,
    pub k: usize,
    pub n: usize,
    /// The points.
    pub x: Matrix,
    /// The prior has d + m + 1 degrees of freedom.
    pub m: usize,
    /// The prior's scale.
    pub gamma: f64,
    #[serde(flatten)]
    pub parameters: Parameters,
}

/// What is differentiated by.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Parameters {
    /// The logarithms of the weights, up to a constant.
    pub alpha: Vec<f64>,
    /// The means.
    pub mu: Matrix,
    pub q: Matrix,
    pub l: Matrix,
}

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        expect_between("d", self.d, 1, 1000)?;
        expect_between("k", self.k, 1, 10_000)?;
        expect_between("n", self.n, 1, 10_000_000)?;
        expect_between("m", self.m, 0, 1_000_000)?;
        if self.gamma <= 0.0 {
            return Err(format!("gamma is {}, and must be positive", self.gamma));
        }
        let Parameters { alpha, mu, q, l } = &self.parameters;
        expect_len("the length of alpha", alpha.len(), self.k)?;
        self.x.expect_shape("x", self.n, self.d)?;
        mu.expect_shape("mu", self.k, self.d)?;
        q.expect_shape("q", self.k, self.d)?;
        l.expect_shape("l", self.k, self.d * (self.d - 1) / 2)
    }
}

impl Parameters {
    /// All numbers in one list.
    fn flat(&self) -> Vec<f64> {
        [&self.alpha, &self.mu.numbers, &self.q.numbers, &self.l.numbers].into_iter().flatten().copied().collect()
    }

    /// Takes the numbers out of such a list.
    fn set(&mut self, input: &Input, mut flat: &[f64]) {
        let (d, k) = (input.d, input.k);
        let mut take = |numbers: &mut Vec<f64>, n: usize| {
            numbers.clear();
            let (head, rest) = flat.split_at(n);
            numbers.extend(head);
            flat = rest;
        };
        take(&mut self.alpha, k);
        for (matrix, columns) in [(&mut self.mu, d), (&mut self.q, d), (&mut self.l, d * (d - 1) / 2)] {
            take(&mut matrix.numbers, k * columns);
            (matrix.rows, matrix.columns) = (k, columns);
        }
    }
}

/// How many points are recorded together.
const POINTS: usize = 32;

/// ln p(points, parameters), the parameters in one list, as the points, which `number` makes numbers of the program of.
fn log_posterior<R: Apply, T: Copy + Mul<Output = T>>(
    input: &Input,
    x: &[T],
    number: impl Fn(T) -> R,
    parameters: &[R],
) -> R {
    let &Input { d, k, n, m, gamma, .. } = input;
    let (alpha, rest) = parameters.split_at(k);
    let (mu, rest) = rest.split_at(k * d);
    let (q, l) = rest.split_at(k * d);
    let triangle = d * (d + 1) / 2;

    // With the precision P = QᵀQ, t = Q mean and h = Qᵀt a density's logarithm is ln(weight · det Q) − ½ tᵀt + hᵀx − ½ xᵀPx: the
    // product of numbers of the component, one after the other, and numbers of the point. It has fewer digits than
    // |Q (x − mean)|² where the points are far from 0 and close together.
    let terms = 1 + d + triangle;
    let mut components = Vec::with_capacity(k * terms);
    let mut columns = vec![R::from(0.0); d * d];
    for (component, ((&alpha, mu), q)) in alpha.iter().zip(mu.chunks(d)).zip(q.chunks(d)).enumerate() {
        let l = &l[component * (triangle - d)..];
        for j in 0..d {
            columns[j * d + j] = q[j].exp();
            (j + 1..d).for_each(|i| columns[j * d + i] = l[below(d, i, j)]);
        }
        // column j of Q from row i on
        let column = |j: usize, i: usize| &columns[j * d + i..(j + 1) * d];
        let t: Vec<R> = (0..d).map(|i| (0..=i).map(|j| columns[j * d + i] * mu[j]).sum()).collect();
        components.push(alpha + q.sum() - t.dot(&t) * 0.5);
        components.extend((0..d).map(|j| column(j, j).dot(&t[j..])));
        for i in 0..d {
            let precision = |j| column(i, i).dot(column(j, i));
            components.extend((0..=i).map(|j| precision(j) * if i == j { -0.5 } else { -1.0 }));
        }
    }

    // a few points at a time, so that a component is read once for all of them: of each point 1, x and the products of two of x
    let memory = Cell::new((Vec::with_capacity(POINTS * terms), Vec::with_capacity(k)));
    let some_points = |chunk: usize, components: &[R]| {
        let (mut points, mut point): (Vec<R>, Vec<R>) = memory.take();
        points.clear();
        for x in (chunk * POINTS..n.min((chunk + 1) * POINTS)).map(|i| &x[i * d..][..d]) {
            points.push(R::from(1.0));
            points.extend(x.iter().map(|&a| number(a)));
            x.iter().enumerate().for_each(|(i, &a)| points.extend(x[..=i].iter().map(|&b| number(a * b))));
        }
        let densities = components.matmul_nt(&points, terms);
        let count = points.len() / terms;
        let log_density = |i| {
            point.clear();
            point.extend(densities.iter().skip(i).step_by(count));
            point.logsumexp()
        };
        let sum = (0..count).map(log_density).reduce(|a, b| a + b).expect("a chunk has a point");
        memory.set((points, point));
        sum
    };
    let likelihood = R::sum_terms(n.div_ceil(POINTS), &components, some_points)
        - (alpha.logsumexp() + 0.5 * d as f64 * (2.0 * PI).ln()) * n as f64;

    let squares = q.iter().map(|q| q.exp().square()).sum::<R>() + l.iter().map(|l| l.square()).sum::<R>();
    let wishart = q.sum() * m as f64 - squares * (0.5 * gamma * gamma);
    likelihood + wishart + k as f64 * log_wishart_constant(d, m, gamma)
}

/// Where the number in row i and column j < i of a triangle stands that is stored column by column without its diagonal.
fn below(d: usize, i: usize, j: usize) -> usize {
    j * d - j * (j + 1) / 2 + i - j - 1
}

/// What the parameters do not change in the logarithm of the Wishart density.
fn log_wishart_constant(d: usize, m: usize, gamma: f64) -> f64 {
    let (d, degrees) = (d as f64, (d + m + 1) as f64);
    let log_gamma = (0..d as usize).map(|j| libm::lgamma((degrees - j as f64) / 2.0)).sum::<f64>();
    degrees * d * (gamma / SQRT_2).ln() - (d * (d - 1.0) / 4.0 * PI.ln() + log_gamma)
}

pub fn objective(input: Input) -> impl FnMut(&mut f64) {
    let parameters = input.parameters.flat();
    move |y| *y = log_posterior(&input, &input.x.numbers, f64::from, &parameters)
}

pub fn jacobian(input: Input) -> impl FnMut(&mut Parameters) {
    let parameters = input.parameters.flat();
    let (mut tape, mut g) = (Tape::new(), vec![0.0; parameters.len()]);
    move |out| {
        tape.value_and_gradient(|x| log_posterior(&input, &input.x.numbers, Var::from, x), &parameters, &mut g);
        out.set(&input, &g);
    }
}

/// The points are data.
pub fn compiled(input: Input) -> Result<impl FnMut(&mut Parameters), Error> {
    let (parameters, mut g) = (input.parameters.flat(), vec![]);
    let f = routine!([input: &Input = &input, count: usize = parameters.len()] |x| {
        let (parameters, points) = x.split_at(count);
        log_posterior(input, points, |x| x, parameters)
    });
    let compiled = Compiled::new(&f, &parameters, &input.x.numbers)?;
    Ok(move |out: &mut Parameters| {
        compiled.gradient(&mut g);
        out.set(&input, &g);
    })
}
