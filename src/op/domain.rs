//! Where an op is defined, and the points there.

use smallvec::SmallVec;

/// The arguments of one application of an op, one number each.
pub type Point = SmallVec<[f64; 3]>;

/// Where an op is defined: in words, and as an interval for each argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    /// In words, such as `x > 0`.
    pub text: &'static str,
    /// The lowest and the highest number each argument may be; an argument beyond the list may be any.
    pub bounds: &'static [(f64, f64)],
}

impl Domain {
    /// All real numbers.
    pub const ALL: Domain = Domain::new("all reals", &[]);

    /// A domain from its description and an interval for each argument.
    pub const fn new(text: &'static str, bounds: &'static [(f64, f64)]) -> Self {
        Domain { text, bounds }
    }

    /// The interval of one argument.
    pub fn bound(&self, argument: usize) -> (f64, f64) {
        self.bounds.get(argument).copied().unwrap_or((f64::NEG_INFINITY, f64::INFINITY))
    }

    /// Whether a point lies inside, the edges included.
    pub fn contains(&self, x: &[f64]) -> bool {
        x.iter().enumerate().all(|(i, x)| (self.bound(i).0..=self.bound(i).1).contains(x))
    }

    /// A spread of points inside for an op of `N` arguments: the same magnitudes for each argument, out of step.
    pub fn samples<const N: usize>(&self) -> Vec<[f64; N]> {
        const SPREAD: [f64; 16] =
            [0.5, -0.5, 1.25, -2.0, 0.999, -0.001, 3.5, -7.0, 1e-3, 10.0, -10.0, 1.5, -0.25, 0.1, 2.5, -3.25];
        let at = |i: usize, argument: usize| SPREAD[(i * (2 * argument + 1) + 5 * argument) % SPREAD.len()];
        (0..SPREAD.len())
            .map(|i| std::array::from_fn(|argument| at(i, argument)))
            .filter(|x| self.contains(x) && !x.iter().enumerate().any(|(i, x)| *x == self.bound(i).0))
            .collect()
    }
}
