//! The eigenvalues and eigenvectors of a symmetric matrix.

use super::product::square_times;
use super::{Matrix, expect};
use crate::Error;
use crate::function::{Apply, VectorRule};
use std::ops::Range;

/// How far apart two eigenvalues may be that count as equal, relative to the largest: what rounding makes of them.
const EQUAL: f64 = 64.0 * f64::EPSILON;

/// The eigenvalues of a symmetric matrix, from the smallest on; its lower triangle is read.
#[derive(Clone, Debug, PartialEq)]
pub struct EigenValues {
    /// The matrix.
    pub of: Matrix,
}

/// The eigenvectors of a symmetric matrix as columns; its lower triangle is read.
#[derive(Clone, Debug, PartialEq)]
pub struct EigenVectors {
    /// The matrix.
    pub of: Matrix,
}

/// Where eigenvalues, which are in order, are equal: a range of indices for each that is apart from the others.
fn clusters<R: Apply>(values: &[R]) -> Vec<Range<usize>> {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return vec![] };
    let largest = R::select(last.abs().less(first.abs()), first.abs(), last.abs());
    let mut clusters: Vec<Range<usize>> = vec![];
    for i in 0..values.len() {
        let is_equal = |i: usize| R::uniform((values[i] - values[i - 1]).less_equal(largest * EQUAL)) == Some(true);
        match clusters.last_mut() {
            Some(cluster) if is_equal(i) => cluster.end = i + 1,
            _ => clusters.push(i..i + 1),
        }
    }
    clusters
}

/// Gives each number of a cluster their mean.
fn mean_of_each<R: Apply>(of_values: &mut [R], clusters: &[Range<usize>]) {
    for cluster in clusters.iter().filter(|cluster| cluster.len() > 1) {
        let own = &mut of_values[cluster.clone()];
        let mean = own.iter().sum::<R>() / own.len() as f64;
        own.fill(mean);
    }
}

/// The error that says why the eigenvectors have no derivative, if some eigenvalues are equal.
pub(crate) fn expect_distinct<R: Apply>(values: &[R]) -> Result<(), Error> {
    match clusters(values).into_iter().find(|cluster| cluster.len() > 1) {
        None => Ok(()),
        Some(cluster) => {
            let (first, last) = (cluster.start, cluster.end - 1);
            Err(Error::rule(format!(
                "symmetric_eigen: the eigenvalues {first} to {last} are equal, so their eigenvectors have no derivative"
            )))
        }
    }
}

impl VectorRule for EigenValues {
    fn name(&self) -> &'static str {
        "eigenvalues"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &[self.of.len()])?;
        Ok(self.of.n)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.of.with(self.name(), x, |factors| factors.eigenvalues(y))
    }
    /// The diagonal of Vᵀ Ȧ V; eigenvalues that are equal each have the mean of theirs.
    fn tangent<R: Apply>(&self, a: &[R], values: &[R], of_a: &[R], of_values: &mut [R]) -> Result<(), Error> {
        let n = self.of.n;
        let v = R::vector(&EigenVectors { of: self.of.clone() }, &[a])?;
        let moved = square_times([&self.of.whole(of_a), &v], n, [false, false])?;
        for (at, (&v, &moved)) in v.iter().zip(&moved).enumerate() {
            of_values[at % n] += v * moved;
        }
        mean_of_each(of_values, &clusters(values));
        Ok(())
    }
    /// Ā = V diag(λ̄) Vᵀ.
    fn pull_back<R: Apply>(&self, a: &[R], values: &[R], of_values: &[R], of_a: &mut [R]) -> Result<(), Error> {
        let n = self.of.n;
        let v = R::vector(&EigenVectors { of: self.of.clone() }, &[a])?;
        let mut of_values = of_values.to_vec();
        mean_of_each(&mut of_values, &clusters(values));
        let scaled: Vec<R> = v.iter().enumerate().map(|(at, &v)| v * of_values[at % n]).collect();
        self.of.write_adjoint(&square_times([&scaled, &v], n, [false, true])?, R::from(1.0), of_a);
        Ok(())
    }
}

impl EigenVectors {
    /// V (F ∘ M) with Fᵢⱼ = 1 / (λⱼ − λᵢ), and 0 on the diagonal.
    fn turned<R: Apply>(&self, a: &[R], v: &[R], mut m: Vec<R>) -> Result<Vec<R>, Error> {
        let n = self.of.n;
        let values = R::vector(&EigenValues { of: self.of.clone() }, &[a])?;
        expect_distinct(&values)?;
        for (at, x) in m.iter_mut().enumerate() {
            let (i, j) = (at / n, at % n);
            *x = if i == j { R::from(0.0) } else { *x / (values[j] - values[i]) };
        }
        square_times([v, &m], n, [false, false])
    }
}

impl VectorRule for EigenVectors {
    fn name(&self) -> &'static str {
        "eigenvectors"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &[self.of.len()])?;
        Ok(self.of.len())
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.of.with(self.name(), x, |factors| factors.eigenvectors(y))
    }
    /// V̇ = V (F ∘ Vᵀ Ȧ V).
    fn tangent<R: Apply>(&self, a: &[R], v: &[R], of_a: &[R], of_v: &mut [R]) -> Result<(), Error> {
        let n = self.of.n;
        let moved = square_times([&self.of.whole(of_a), v], n, [false, false])?;
        let m = square_times([v, &moved], n, [true, false])?;
        of_v.copy_from_slice(&self.turned(a, v, m)?);
        Ok(())
    }
    /// Ā = V (F ∘ Vᵀ V̄) Vᵀ.
    fn pull_back<R: Apply>(&self, a: &[R], v: &[R], of_v: &[R], of_a: &mut [R]) -> Result<(), Error> {
        let n = self.of.n;
        let m = square_times([v, of_v], n, [true, false])?;
        let turned = self.turned(a, v, m)?;
        self.of.write_adjoint(&square_times([&turned, v], n, [false, true])?, R::from(1.0), of_a);
        Ok(())
    }
}
