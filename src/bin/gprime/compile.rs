//! `gprime compile`: the program of an expression, that of its gradient, and what both are made of.

use crate::failure::Failure;
use crate::function::Function;
use crate::table::{self, BOLD, Cell, PLAIN};
use crate::{Format, json};
use gprime::program::Counts;
use gprime::teach::Number;
use gprime::{Program, Recorder};
use indexmap::IndexMap;
use serde::Serialize;

/// The programs of an expression, and what they give at its point.
pub struct Compiled<'a> {
    names: &'a [&'a str],
    /// How many statements were recorded.
    recorded: usize,
    program: Program,
    value: f64,
    gradient: Vec<f64>,
}

/// The expression as a program.
pub fn program(function: &Function<'_>) -> Result<Program, Failure> {
    let tape = Recorder::new();
    let (x, y) = function.record(&tape);
    Ok(Program::from_recording(&tape, &x, &[], &[y])?)
}

/// What a program is made of, as JSON tells it.
#[derive(Serialize)]
struct Told {
    statements: usize,
    loops: usize,
    regions: usize,
    serial: usize,
    scalars: usize,
    lists: usize,
    in_registers: usize,
    numbers: usize,
    text: Vec<String>,
}

impl Told {
    fn new(program: &Program) -> Self {
        let Counts { statements, loops, regions, serial, scalars, lists, in_registers, numbers } = program.counts();
        let text = program.to_string().lines().map(str::to_owned).collect();
        Told { statements, loops, regions, serial, scalars, lists, in_registers, numbers, text }
    }
}

impl<'a> Compiled<'a> {
    pub fn new(function: &'a Function<'_>) -> Result<Self, Failure> {
        let tape = Recorder::new();
        let (x, y) = function.record(&tape);
        let program = Program::from_recording(&tape, &x, &[], &[y])?;
        let recorded = (0..tape.len()).filter(|&node| tape.node(node).op.is_some()).count();
        let mut gradient = vec![0.0; x.len()];
        let value = program.value_and_gradient(&function.point, &mut gradient)?;
        Ok(Compiled { names: &function.names, recorded, program, value, gradient })
    }

    pub fn json(&self, format: &Format) -> Result<String, Failure> {
        #[derive(Serialize)]
        struct Line<'a> {
            variables: &'a [&'a str],
            recorded: usize,
            program: Told,
            adjoint: Told,
            value: Number,
            gradient: IndexMap<&'a str, Number>,
        }
        let gradient = self.names.iter().copied().zip(self.gradient.iter().copied().map(Number)).collect();
        let [program, adjoint] = [&self.program, self.program.gradient_program()?].map(Told::new);
        let (variables, recorded) = (self.names, self.recorded);
        Ok(json::line(&Line { variables, recorded, program, adjoint, value: Number(self.value), gradient }, format))
    }

    pub fn text(&self) -> Result<String, Failure> {
        let adjoint = self.program.gradient_program()?;
        let mut text = String::new();
        if !self.names.is_empty() {
            let inputs = self.names.iter().enumerate().map(|(k, name)| format!("x[{k}] = {name}"));
            text += &(inputs.collect::<Vec<_>>().join(", ") + "\n\n");
        }
        for (title, program) in [("program", &self.program), ("adjoint", adjoint)] {
            text += &format!("{BOLD}{title}{BOLD:#}\n");
            program.to_string().lines().for_each(|line| text += &format!("    {line}\n"));
            text.push('\n');
        }
        let counts = [self.program.counts(), adjoint.counts()];
        let row = |name: &str, of: fn(&Counts) -> usize| -> Vec<Cell> {
            let numbers = table::row(counts.iter().map(of), PLAIN);
            [table::row([name], BOLD), numbers].concat()
        };
        text += &table::render(&[
            table::row(["", "program", "adjoint"], BOLD),
            row("statements", |counts| counts.statements),
            row("loops", |counts| counts.loops),
            row("in regions", |counts| counts.regions),
            row("loops in order", |counts| counts.serial),
            row("statements in no loop", |counts| counts.scalars),
            row("operands by lists", |counts| counts.lists),
            row("loops in registers", |counts| counts.in_registers),
            row("numbers in memory", |counts| counts.numbers),
        ]);
        let recorded = self.recorded;
        text += &format!("\n{recorded} {} recorded\n\n", if recorded == 1 { "op was" } else { "ops were" });
        let mut rows = vec![vec![("value".to_owned(), BOLD), (format!("{:?}", self.value), PLAIN)]];
        for (name, slope) in self.names.iter().zip(&self.gradient) {
            rows.push(vec![(format!("∂/∂{name}"), BOLD), (format!("{slope:?}"), PLAIN)]);
        }
        Ok(text + &table::render(&rows))
    }
}
