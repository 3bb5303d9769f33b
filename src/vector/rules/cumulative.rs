//! Running sums and products.

use super::one_each;
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::real::DoubleDouble;

/// yᵢ = Σ xⱼ over j ≤ i, rounded once but for nearly complete cancellation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CumSum;

impl VectorRule for CumSum {
    fn name(&self) -> &'static str {
        "cumsum"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        one_each(self.name(), lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let mut sum = DoubleDouble::from(-0.0);
        for (y, &x) in y.iter_mut().zip(x) {
            sum += DoubleDouble::from(x);
            *y = sum.to_f64();
        }
        Ok(())
    }
    /// ẏᵢ = Σ ẋⱼ over j ≤ i.
    fn tangent<R: Apply>(&self, _: &[R], _: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let mut sum = R::from(0.0);
        for (of_y, &of_x) in of_y.iter_mut().zip(of_x) {
            sum += of_x;
            *of_y = sum;
        }
        Ok(())
    }
    /// x̄ⱼ = Σ ȳᵢ over i ≥ j.
    fn pull_back<R: Apply>(&self, _: &[R], _: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let mut sum = R::from(0.0);
        for (of_x, &of_y) in of_x.iter_mut().zip(of_y).rev() {
            sum += of_y;
            *of_x = sum;
        }
        Ok(())
    }
}

/// yᵢ = Π xⱼ over j ≤ i, rounded once.
///
/// Its derivatives are products of what is before and after a number, without a division, so they are right where some numbers are 0; their errors
/// grow with the number of factors. A result that overflows or underflows stays so in those after it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CumProd;

impl VectorRule for CumProd {
    fn name(&self) -> &'static str {
        "cumprod"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        one_each(self.name(), lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let mut product = DoubleDouble::from(1.0);
        for (y, &x) in y.iter_mut().zip(x) {
            product *= DoubleDouble::from(x);
            *y = product.to_f64();
        }
        Ok(())
    }
    /// ẏᵢ = ẏᵢ₋₁ xᵢ + yᵢ₋₁ ẋᵢ.
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let (mut before, mut of_before) = (R::from(1.0), R::from(0.0));
        for i in 0..x.len() {
            of_y[i] = of_before.mul_strong_zero(x[i]) + of_x[i].mul_strong_zero(before);
            (before, of_before) = (y[i], of_y[i]);
        }
        Ok(())
    }
    /// x̄ⱼ = yⱼ₋₁ sⱼ with sⱼ = ȳⱼ + sⱼ₊₁ xⱼ₊₁.
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let mut after = R::from(0.0);
        for j in (0..x.len()).rev() {
            after += of_y[j];
            of_x[j] = if j == 0 { after } else { after.mul_strong_zero(y[j - 1]) };
            after = after.mul_strong_zero(x[j]);
        }
        Ok(())
    }
}
