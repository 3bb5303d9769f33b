//! Probabilities from logits, and their logarithms.

use super::one_each_of_some;
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::op::softmax::{Rest, below, heavy, largest, weight};
use crate::real::{DoubleDouble, Real};

/// pᵢ = exp(xᵢ) / Σ exp(xⱼ), within 2 ULP.
///
/// An entry −∞ has the weight 0 and the slopes 0. Entries +∞ share the weight. Nothing but −∞, or a NaN, gives NaN. Each slope pᵢ (δᵢⱼ − pⱼ) is
/// within a few ULP, also where a probability is nearly 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Softmax;

/// Each number less that at the heavy class, if there is one, and the mean of these differences by the probabilities p. Where one
/// probability is nearly 1 the mean of the numbers themselves would lose the digits of their difference from it.
fn centred<R: Apply>(p: &[R], v: &[R]) -> (Vec<R>, R) {
    let zero = R::from(0.0);
    let shift = p.iter().zip(v).map(|(&p, &v)| R::select(heavy(p), v, zero)).sum::<R>();
    let v: Vec<R> = v.iter().map(|&v| v - shift).collect();
    let mean = p.iter().zip(&v).map(|(&p, &v)| v.mul_strong_zero(p)).sum();
    (v, mean)
}

impl VectorRule for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        one_each_of_some(self.name(), lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let m = largest(x);
        y.iter_mut().zip(x).for_each(|(p, &x)| *p = weight(x, m));
        let sum = y.iter().map(|&p| DoubleDouble::from(p)).sum::<DoubleDouble>().to_f64();
        y.iter_mut().for_each(|p| *p /= sum);
        Ok(())
    }
    /// ẏᵢ = pᵢ (ẋᵢ − Σ pⱼ ẋⱼ).
    fn tangent<R: Apply>(&self, _: &[R], p: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let (v, mean) = centred(p, of_x);
        of_y.iter_mut().zip(v).zip(p).for_each(|((of_y, v), &p)| *of_y = (v - mean).mul_strong_zero(p));
        Ok(())
    }
    /// The Jacobian is symmetric.
    fn pull_back<R: Apply>(&self, x: &[R], p: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        self.tangent(x, p, of_y, of_x)
    }
}

/// ln pᵢ = xᵢ − ln Σ exp(xⱼ) of the probabilities p that [`Softmax`] gives, within 2 ULP: that of the largest entry is −ln(1 + s) with the sum s of
/// the exponentials of the others, so it has its digits where it is tiny.
///
/// At an entry −∞ it is −∞. Nothing but −∞, or a NaN, gives NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogSoftmax;

impl VectorRule for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        one_each_of_some(self.name(), lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let m = largest(x);
        if m == f64::NEG_INFINITY {
            y.fill(f64::NAN);
            return Ok(());
        }
        // the largest entries weigh 1 each, which would round the rest away
        let others = x.iter().filter(|x| **x != m);
        let as_large = x.len() - others.clone().count();
        let rest = others.map(|&x| DoubleDouble::from(weight(x, m))).sum::<DoubleDouble>();
        let log_sum = Real::ln_1p((rest + (as_large as f64 - 1.0)).to_f64());
        for (y, &x) in y.iter_mut().zip(x) {
            let [d, lost] = below(x, m);
            *y = (d - log_sum) + lost;
        }
        Ok(())
    }
    /// ẏᵢ = ẋᵢ − Σ pⱼ ẋⱼ.
    fn tangent<R: Apply>(&self, x: &[R], _: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let (v, mean) = centred(&R::vector(&Softmax, &[x])?, of_x);
        of_y.iter_mut().zip(v).for_each(|(of_y, v)| *of_y = v - mean);
        Ok(())
    }
    /// x̄ᵢ = ȳᵢ − pᵢ Σ ȳⱼ.
    fn pull_back<R: Apply>(&self, x: &[R], _: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let p = R::vector(&Softmax, &[x])?;
        let rest = Rest::of(&p, of_y);
        of_x.iter_mut().zip(&p).zip(of_y).for_each(|((of_x, &p), &of_y)| *of_x = rest.slope(p, of_y));
        Ok(())
    }
}
