//! The gradient beside other ways to find it.

/// The gradient beside other ways to find it, and how the error of differences depends on their step.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Check {
    /// Whether every line is good.
    pub passed: bool,
    /// The step of the central differences, for inputs of the size 1.
    #[cfg_attr(feature = "serde", serde(with = "super::serial::number"))]
    pub step: f64,
    /// One line for each input.
    pub inputs: Vec<CheckLine>,
    /// One line for each step, from the largest on.
    pub sweep: Vec<SweepLine>,
}

/// The derivative by one input, found in three ways.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CheckLine {
    /// The input's name.
    pub input: String,
    /// By the reverse sweep, through the rules.
    #[cfg_attr(feature = "serde", serde(with = "super::serial::number"))]
    pub reverse: f64,
    /// By dual numbers through the value of every op; `None` where an op is known only as closures.
    #[cfg_attr(feature = "serde", serde(with = "super::serial::optional"))]
    pub forward: Option<f64>,
    /// By central differences.
    #[cfg_attr(feature = "serde", serde(with = "super::serial::number"))]
    pub numeric: f64,
    /// The relative distance of the reverse sweep's from the differences'.
    #[cfg_attr(feature = "serde", serde(with = "super::serial::number"))]
    pub error: f64,
    /// `good`, or what is wrong.
    pub verdict: String,
}

/// What central differences with one step are worth.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SweepLine {
    /// The step.
    #[cfg_attr(feature = "serde", serde(with = "super::serial::number"))]
    pub step: f64,
    /// For each input the relative distance from the reverse sweep's derivative.
    #[cfg_attr(feature = "serde", serde(with = "super::serial::list"))]
    pub errors: Vec<f64>,
}
