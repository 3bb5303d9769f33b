//! The recorded program in double or in single precision.

use super::recorder::Recorder;
use super::run::{Edge, Runs, chain_rule};
use crate::error::Error;
use crate::real::Single;

/// The numbers that a recorded program is explained in: `f64` and [`Single`]. There are no others.
pub trait Float: Runs + sealed::Sealed {
    /// Whether it is [`Single`].
    const IS_SINGLE: bool;
    /// The distance of 1 from the next number.
    const EPSILON: f64;
    /// The smallest positive number.
    const SMALLEST: f64;

    /// The number in double precision, which holds it exactly.
    fn to_f64(self) -> f64;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f64 {}
    impl Sealed for crate::real::Single {}
}

impl Float for f64 {
    const IS_SINGLE: bool = false;
    const EPSILON: f64 = f64::EPSILON;
    const SMALLEST: f64 = f64::from_bits(1);

    fn to_f64(self) -> f64 {
        self
    }
}

impl Float for Single {
    const IS_SINGLE: bool = true;
    const EPSILON: f64 = f32::EPSILON as f64;
    const SMALLEST: f64 = f32::from_bits(1) as f64;

    fn to_f64(self) -> f64 {
        Single::to_f64(self)
    }
}

/// Numbers in double precision, which holds them exactly.
pub(crate) fn widened<R: Float>(numbers: &[R]) -> Vec<f64> {
    numbers.iter().map(|x| x.to_f64()).collect()
}

/// What the reverse sweep did along one edge.
pub(crate) struct Contribution {
    pub edge: Edge,
    /// The adjoint of the node.
    pub upstream: f64,
    pub slope: f64,
    /// The product of the two.
    pub amount: f64,
    /// The argument's adjoint, with the product in it.
    pub sum: f64,
}

impl Recorder {
    /// The value of every node: in double precision what was recorded, in single precision what the program gives when it is run again.
    pub(crate) fn values_in<R: Float>(&self) -> Result<Vec<R>, Error> {
        if R::IS_SINGLE {
            self.values_where(|_| None)
        } else {
            Ok(self.recorded_values().into_iter().map(R::from).collect())
        }
    }

    /// The value of every node where some inputs are other numbers than those recorded.
    pub(crate) fn values_where<R: Float>(&self, input: impl Fn(usize) -> Option<R>) -> Result<Vec<R>, Error> {
        let given = |node: usize, recorded: f64| input(node).unwrap_or(R::from(recorded));
        self.rerun(given, |op, x, _| R::rule(op).apply(x), |_, value| value)
    }

    /// The value of every node where one input is another number.
    pub(crate) fn values_with<R: Float>(&self, input: usize, x: R) -> Result<Vec<R>, Error> {
        self.values_where(|node| (node == input).then_some(x))
    }

    /// The adjoint of every node up to an output, given the value of every node; `made` sees each contribution in the order of the sweep.
    pub(crate) fn adjoints_in<R: Float>(
        &self,
        values: &[R],
        output: usize,
        mut made: impl FnMut(Contribution),
    ) -> Result<Vec<R>, Error> {
        let mut adjoints = vec![R::from(0.0); output + 1];
        adjoints[output] = R::from(1.0);
        self.sweep(values, &mut adjoints, |edge, upstream, slope, sum| {
            let amount = upstream.mul_strong_zero(slope);
            let sum = sum + amount;
            let [upstream, slope, amount, total] = [upstream, slope, amount, sum].map(R::to_f64);
            made(Contribution { edge, upstream, slope, amount, sum: total });
            sum
        })?;
        Ok(adjoints)
    }

    /// For every node up to an output the adjoint that it would have if nothing cancelled: the sweep with the magnitude of every slope. Times
    /// the unit round-off it is how far off the adjoint may be.
    pub(crate) fn magnitudes_in<R: Float>(&self, values: &[R], output: usize) -> Result<Vec<f64>, Error> {
        let mut magnitudes = vec![0.0; output + 1];
        magnitudes[output] = 1.0;
        self.sweep(&widened(values), &mut magnitudes, |edge, adjoint, slope, sum| {
            chain_rule(edge, adjoint, R::from(slope).to_f64().abs(), sum)
        })?;
        Ok(magnitudes)
    }
}
