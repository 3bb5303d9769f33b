//! The length of a vector.

use super::Reduce;
use super::kink::{JAX, Kink, TF, TORCH};
use crate::real::Real;

/// √(Σ xᵢ²), without overflow. Its second derivatives are finite where the largest number is normal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Norm;
impl Reduce for Norm {
    const NAME: &'static str = "norm";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().map(|&x| x * x).sum::<R>().sqrt()
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        for (s, &x) in slopes.iter_mut().zip(x) {
            *s = x / a;
        }
    }
    fn evaluate_value<R: Real>(&self, x: &[R]) -> R {
        let m = x.iter().fold(R::from(0.0), |m, &x| R::select(m.less(x.abs()), x.abs(), m));
        // 0 and ∞ cannot be divided by, and need not be
        let scale = R::select(m.equal(m + m), 1.0.into(), m);
        x.iter().map(|&x| (x / scale) * (x / scale)).sum::<R>().sqrt() * scale
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        // ratios to the largest number keep the digits of the derivatives, which x / a would lose where one number is nearly a
        let largest = x.iter().fold(R::from(0.0), |m, &x| R::select(m.abs().less(x.abs()), x, m));
        let extreme = largest.equal(largest + largest);
        let scale = R::select(extreme, 1.0.into(), largest);
        slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = x / scale);
        let length = slopes.iter().map(|&t| t * t).sum::<R>().sqrt();
        let (a, c) = (length * scale.abs(), largest.sign() / length);
        // at the origin and at ∞ it is the sign of an x that is as long
        let edge = |x: R| R::select(x.abs().equal(a), x.sign(), x / a);
        slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = R::select_lazy(extreme, || edge(x), || *s * c));
        a
    }
    fn kinks(&self) -> Vec<Kink> {
        let kink = Kink::at_point([0.0; 2], [(-1.0, 1.0, 0.0); 2]);
        vec![
            kink.other_libraries(TORCH, &[0.0; 2])
                .other_libraries(JAX, &[f64::NAN; 2])
                .other_libraries(TF, &[f64::NAN; 2]),
        ]
    }
}
