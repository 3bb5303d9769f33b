//! The logarithms of running sums of exponentials.

use super::one_each;
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::op::softmax::weight;
use crate::real::{DoubleDouble, Real};

/// yᵢ = ln Σ exp(xⱼ) over j ≤ i, without overflow.
///
/// A result is the sum of the largest number so far and a number of [0, ln n]: within 2 ULP, but where that cancels within 1 ULP of either. Nothing
/// but −∞ so far gives −∞, with slopes 0; a NaN gives NaN from there on. The slope of yᵢ by xⱼ is exp(xⱼ − yᵢ), within a few ULP; one below 10⁻²⁸⁰
/// may be 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogCumSumExp;

/// How far a number may lie above the reference that the exponentials are relative to. It is moved seldom, since each move costs a rounding, and the
/// sum of so large exponentials is far from overflow.
const ABOVE: f64 = 50.0;

/// What one number adds to the sums that run over the list, which are relative to a reference near the largest number so far.
struct Step<R> {
    /// What earlier sums are multiplied by, for they are relative to the earlier reference: 1, or less where it has moved.
    keep: R,
    /// The exponential of the number.
    weight: R,
    /// The sum of the exponentials up to here.
    sum: R,
}

/// The steps over a list.
fn steps<R: Apply>(x: &[R]) -> Vec<Step<R>> {
    let [zero, one] = [0.0, 1.0].map(R::from);
    let (mut reference, mut sum) = (R::from(f64::NEG_INFINITY), zero);
    let step = |&x: &R| {
        let moved = (reference + ABOVE).less(x);
        // the results are the same for every reference, so it has no part in their derivatives
        let next = R::select(moved, x.detach(), reference);
        let keep = R::select_lazy(moved, || weight(reference, next), || one);
        let weight = weight(x, next);
        (reference, sum) = (next, sum * keep + weight);
        Step { keep, weight, sum }
    };
    x.iter().map(step).collect()
}

/// A number over a sum of exponentials, and 0 where there are none but those of −∞.
fn share<R: Apply>(of: R, sum: R) -> R {
    let zero = R::from(0.0);
    R::select(sum.equal(zero), zero, of / sum)
}

impl VectorRule for LogCumSumExp {
    fn name(&self) -> &'static str {
        "logcumsumexp"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        one_each(self.name(), lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        // the sum so far is exp(largest) (1 + rest)
        let (mut largest, mut rest) = (f64::NEG_INFINITY, DoubleDouble::from(0.0));
        for (y, &x) in y.iter_mut().zip(x) {
            if x > largest {
                rest = (rest + 1.0) * (DoubleDouble::from(largest) - x).exp();
                largest = x;
            } else {
                rest += DoubleDouble::from(weight(x, largest));
            }
            *y = largest + Real::ln_1p(rest.to_f64());
        }
        Ok(())
    }
    /// ẏᵢ = Σ exp(xⱼ) ẋⱼ / Σ exp(xⱼ) over j ≤ i.
    fn tangent<R: Apply>(&self, x: &[R], _: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let mut sum = R::from(0.0);
        for ((step, &of_x), of_y) in steps(x).iter().zip(of_x).zip(of_y) {
            sum = sum * step.keep + of_x.mul_strong_zero(step.weight);
            *of_y = share(sum, step.sum);
        }
        Ok(())
    }
    /// x̄ⱼ = exp(xⱼ) Σ ȳᵢ / exp(yᵢ) over i ≥ j.
    fn pull_back<R: Apply>(&self, x: &[R], _: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let mut sum = R::from(0.0);
        for ((step, &of_y), of_x) in steps(x).iter().zip(of_y).zip(of_x).rev() {
            sum += share(of_y, step.sum);
            *of_x = sum.mul_strong_zero(step.weight);
            sum *= step.keep;
        }
        Ok(())
    }
}
