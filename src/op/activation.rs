//! The activation functions.

use super::{Kink, Op, Real, ops};

/// 1 / (1 + e⁻ᶻ).
#[derive(Clone, Debug, Default)]
pub struct Sigmoid;
impl Op<1> for Sigmoid {
    const NAME: &'static str = "sigmoid";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        let e = R::select(z.less(0.0.into()), z, -z).exp();
        R::select(z.less(0.0.into()), e, 1.0.into()) / (e + 1.0)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        let e = R::select(z.less(0.0.into()), z, -z).exp();
        [e / ((e + 1.0) * (e + 1.0))]
    }
    fn textbook<R: Real>(&self, [z]: [R; 1]) -> R {
        R::from(1.0) / ((-z).exp() + 1.0)
    }
    fn textbook_slope<R: Real>(&self, _: [R; 1], a: R) -> [R; 1] {
        [a * (-a + 1.0)]
    }
}

/// The hyperbolic tangent.
#[derive(Clone, Debug, Default)]
pub struct Tanh;
impl Op<1> for Tanh {
    const NAME: &'static str = "tanh";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z.tanh()
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        let e = (z.abs() * -2.0).exp();
        [e * 4.0 / ((e + 1.0) * (e + 1.0))]
    }
    fn textbook_slope<R: Real>(&self, _: [R; 1], a: R) -> [R; 1] {
        [-(a * a) + 1.0]
    }
}

/// z for z > 0, else slope · z.
#[derive(Clone, Debug)]
pub struct LeakyRelu {
    /// The slope on the left of 0.
    pub slope: f64,
}
impl Default for LeakyRelu {
    fn default() -> Self {
        LeakyRelu { slope: 0.01 }
    }
}
impl Op<1> for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        R::select(z.less_equal(0.0.into()), z * self.slope, z)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        let zero = R::from(0.0);
        let kink = self.kinks()[0].slope[0];
        [R::select(
            z.less(zero),
            self.slope.into(),
            R::select(zero.less(z), 1.0.into(), R::select(z.equal(zero), kink.into(), z)),
        )]
    }
    crate::params!(slope);
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink::new(0.0, self.slope, 1.0)]
    }
}

ops! {
    /// The activation functions as methods, with the default parameters of their types.
    trait Activations;
    fn sigmoid(self) = Sigmoid;
    Tanh;
    fn leaky_relu(self) = LeakyRelu::default();
}
