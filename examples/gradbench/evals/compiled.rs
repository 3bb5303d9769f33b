//! The compiled form of an eval: a [`Program`] that is recorded once at the eval's input, compiled together with its derivative, and
//! run many times.
//!
//! What is differentiated by is a variable, and what else may change between two runs is data, as points and measurements are. Sizes
//! and the text of `lstm` are part of the program. `ba` and `kmeans` have a program of one observation or point and run it for all.
//!
//! `particle` and `saddle` have no compiled form. They are there for one mode inside of another, and each of their functions names the
//! two modes, which a program does not have. And the functions that they differentiate branch: the descent inside of `saddle` compares
//! numbers in each of its many steps, so that a program is right at hardly any point but that of its recording.

use gprime::prelude::*;
use gprime::program::Inputs;
use gprime::{Error, Program};

/// A program of one result, and the inputs that it is run at.
pub struct Compiled {
    program: Program,
    /// The variables, then the data.
    pub inputs: Vec<f64>,
}

impl Compiled {
    /// Compiles a routine and its gradient.
    pub fn new(f: &impl Routine<Out = ()>, variables: &[f64], data: &[f64]) -> Result<Self, Error> {
        let program = Program::trace(f, Inputs::new(variables).data(data))?;
        program.gradient_program()?;
        Ok(Compiled { program, inputs: [variables, data].concat() })
    }

    /// The gradient at the inputs.
    pub fn gradient(&self, g: &mut Vec<f64>) {
        g.resize(self.program.variables(), 0.0);
        self.program.value_and_gradient(&self.inputs, g).expect("no routine of an eval branches on its variables");
    }
}
