//! A Gaussian process: the logarithm of the likelihood of n observations, its gradient and its Hessian by three hyperparameters.
//!
//! `cargo bench --features linalg --bench linalg`; beside JAX by `benches/peers/gaussian_process.py`, which runs this program.

use gprime::linalg::Factored;
use gprime::prelude::*;
use gprime::{Error, function};
use std::hint::black_box;
use std::time::Instant;

function! {
    /// The covariance of two places, given the square of their distance and whether they are the same.
    struct Kernel; |[height, width, noise, square, same]| [height * (width * square).exp() + noise * same]
}

/// Observations at n places.
struct Process {
    /// The squared distance of each place to itself and to those before it, row by row.
    squares: Vec<f64>,
    /// 1 for a place and itself, else 0.
    same: Vec<f64>,
    y: Vec<f64>,
}

impl Process {
    fn new(n: usize) -> Self {
        let place = |i: usize| i as f64 * 10.0 / n as f64;
        let pairs = || (0..n).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let squares = pairs().map(|(i, j)| (place(i) - place(j)).powi(2)).collect();
        let same = pairs().map(|(i, j)| f64::from(u8::from(i == j))).collect();
        let y = (0..n).map(|i| place(i).sin() + 0.1 * (37.0 * place(i)).cos()).collect();
        Process { squares, same, y }
    }
}

impl Routine for Process {
    type Out = Result<(), Error>;
    /// The parameters are the logarithms of the amplitude, the length and the noise.
    fn run<R: Number>(&self, theta: &[R]) -> Result<R, Error> {
        let (height, noise) = ((theta[0] * 2.0).exp(), (theta[2] * 2.0).exp());
        let width = (theta[1] * -2.0).exp() * -0.5;
        let constants = |list: &[f64]| list.iter().map(|&x| R::from(x)).collect::<Vec<R>>();
        let [k] = R::map(&Kernel, [&[height], &[width], &[noise], &constants(&self.squares), &constants(&self.same)]);
        let (k, y) = (Factored::packed(k)?, constants(&self.y));
        Ok((k.log_det() + k.quadratic_form(&y)?) * 0.5)
    }
}

/// The median time of a call, in milliseconds.
fn time(mut call: impl FnMut()) -> f64 {
    let rounds = if std::env::args().any(|arg| arg == "--bench") { 101 } else { 1 };
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}

fn main() {
    println!("{:>5} {:>10} {:>10} {:>10}   ms", "n", "value", "gradient", "Hessian");
    for n in [50, 100, 200] {
        let (process, theta) = (Process::new(n), [0.1, -0.2, -1.5]);
        let mut g = [0.0; 3];
        let value = time(|| drop(black_box(process.run(&theta))));
        let gradient = time(|| drop(black_box(process.value_and_gradient(&theta, &mut g))));
        let hessian = time(|| drop(black_box(process.hessian(&theta))));
        println!("{n:>5} {value:>10.3} {gradient:>10.3} {hessian:>10.3}   {:?} {g:?}", process.run(&theta).unwrap());
    }
}
