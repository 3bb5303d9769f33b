//! The recorded program in a precision: values and adjoints of which every one is rounded to it.

use super::recorder::Recorder;
use super::run::{Edge, chain_rule};
use crate::error::Error;
use crate::real::Real;

/// The precision of the numbers of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    Double,
    Single,
}

impl Precision {
    /// The number of this precision that is nearest to a number.
    pub fn rounded(self, x: f64) -> f64 {
        match self {
            Precision::Double => x,
            Precision::Single => f64::from(x as f32),
        }
    }

    /// The distance of 1 from the next number.
    pub fn epsilon(self) -> f64 {
        match self {
            Precision::Double => f64::EPSILON,
            Precision::Single => f64::from(f32::EPSILON),
        }
    }

    /// The smallest positive number.
    pub fn smallest(self) -> f64 {
        match self {
            Precision::Double => f64::from_bits(1),
            Precision::Single => f64::from(f32::from_bits(1)),
        }
    }
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
    /// The value of every node.
    pub(crate) fn values_in(&self, precision: Precision) -> Result<Vec<f64>, Error> {
        match precision {
            Precision::Double => Ok(self.recorded_values()),
            Precision::Single => self.values(|_, value| value, |x| precision.rounded(x)),
        }
    }

    /// The value of every node where one input is another number.
    pub(crate) fn values_with(&self, precision: Precision, input: usize, x: f64) -> Result<Vec<f64>, Error> {
        self.values(|node, recorded| if node == input { x } else { recorded }, |x| precision.rounded(x))
    }

    /// The adjoint of every node up to an output, given the value of every node; `made` sees each contribution in the order of the sweep.
    pub(crate) fn adjoints_in(
        &self,
        precision: Precision,
        values: &[f64],
        output: usize,
        mut made: impl FnMut(Contribution),
    ) -> Result<Vec<f64>, Error> {
        let mut adjoints = vec![0.0; output + 1];
        adjoints[output] = 1.0;
        self.sweep(values, &mut adjoints, |edge, upstream, slope, sum| {
            let slope = precision.rounded(slope);
            let amount = precision.rounded(upstream.mul_strong_zero(slope));
            let sum = precision.rounded(sum + amount);
            made(Contribution { edge, upstream, slope, amount, sum });
            sum
        })?;
        Ok(adjoints)
    }

    /// For every node up to an output the adjoint that it would have if nothing cancelled: the sweep with the magnitude of every slope. Times
    /// the unit round-off it is how far off the adjoint may be.
    pub(crate) fn magnitudes_in(&self, precision: Precision, values: &[f64], output: usize) -> Result<Vec<f64>, Error> {
        let mut magnitudes = vec![0.0; output + 1];
        magnitudes[output] = 1.0;
        self.sweep(values, &mut magnitudes, |edge, adjoint, slope, sum| {
            chain_rule(edge, adjoint, precision.rounded(slope).abs(), sum)
        })?;
        Ok(magnitudes)
    }
}
