//! The command line.
//!
//! This file holds the arguments; each command has a file of its own. What they print with `--json`, and what `eval`
//! prints, other programs rely on. The program ends with 0 if it did what it was asked, with 1 if a check did not pass,
//! and with 2 if the request was wrong; the message is then on stderr, and nothing is on stdout.

mod assignment;
mod check;
mod eval;
mod expression;
mod failure;
mod float;
mod function;
mod grad;
mod json;
mod ops;
mod table;

use clap::{Args, Parser, Subcommand};
use failure::Failure;
use function::Function;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use table::BAD;

/// Derivatives that can be checked: the ops, their slopes, and the gradients of expressions.
#[derive(Parser)]
#[command(version, after_help = "Example:\n  gprime grad \"sigmoid(w*x + b)\" --at w=0.5,x=2,b=-1")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the ops: their formulas, slopes and kinks.
    #[command(after_help = "Example:\n  gprime ops --json")]
    Ops {
        #[command(flatten)]
        format: Format,
    },
    /// Evaluate an op of one argument at the numbers on stdin, one a line, and write CSV.
    ///
    /// Numbers are decimals, C99 hex floats such as 0x1.8p+1, inf, -inf or nan; they are written as hex floats, which lose
    /// nothing. Blank lines are passed over.
    #[command(after_help = "Example:\n  seq -5 5 | gprime eval leaky_relu slope=0.2 --order 1")]
    Eval {
        /// The op.
        op: String,
        /// Its parameters.
        #[arg(value_name = "NAME=VALUE")]
        params: Vec<String>,
        /// How many derivatives to write.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=2))]
        order: u8,
    },
    /// The value and the gradient of an expression.
    #[command(after_help = "Example:\n  gprime grad \"sigmoid(u) + x^2\" --let u=\"w*x\" --at x=2,w=0.5 --hessian")]
    Grad {
        /// The expression, such as "let u = x*x; u + sin(u)".
        ///
        /// It has numbers, the variables of --at, + - * / ^, parentheses, and calls of the ops that `gprime ops` lists, with
        /// parameters by name, as in leaky_relu(x, slope=0.2). -x^2 is -(x^2), and 2^3^2 is 2^(3^2). The constants are pi,
        /// e, inf and nan. A name has one meaning: a let cannot give it another.
        #[arg(allow_hyphen_values = true)]
        expr: String,
        #[command(flatten)]
        given: Given,
        /// The second derivatives too.
        #[arg(long)]
        hessian: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Check the slopes of these ops, or of all, or the gradient of an expression.
    #[command(
        after_help = "Examples:\n  gprime check sigmoid relu\n  gprime check --expr \"x*y + sin(x)\" --at x=2,y=5"
    )]
    Check {
        /// The ops.
        #[arg(value_name = "OP", conflicts_with = "expr")]
        ops: Vec<String>,
        /// An expression.
        #[arg(long, allow_hyphen_values = true, requires = "at")]
        expr: Option<String>,
        #[command(flatten)]
        given: Given,
        #[command(flatten)]
        format: Format,
    },
}

#[derive(Args)]
struct Given {
    /// The variables and their values.
    #[arg(long, value_name = "NAME=VALUE,…", value_delimiter = ',', requires = "expr")]
    at: Vec<String>,
    /// A name for an expression, as a leading `let NAME = EXPR;` gives it.
    #[arg(long = "let", value_name = "NAME=EXPR", requires = "expr")]
    lets: Vec<String>,
}

#[derive(Args)]
struct Format {
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            // whoever closed stderr does not want to know
            let _ = writeln!(anstream::stderr(), "{BAD}error:{BAD:#} {failure}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    let mut code = ExitCode::SUCCESS;
    let text = match command {
        Command::Ops { format } => if format.json { ops::json() } else { ops::table() }?,
        Command::Eval { op, params, order } => {
            eval::run(&op, &params, order, io::stdin().lock(), BufWriter::new(io::stdout().lock()))?;
            return Ok(code);
        }
        Command::Grad { expr, given, hessian, format } => {
            let function = Function::read(&expr, &given.at, &given.lets)?;
            let answer = grad::Answer::new(&function, hessian)?;
            if format.json { answer.json() } else { answer.table() }
        }
        Command::Check { ops, expr, given, format } => {
            let reports = match expr {
                None => check::Reports::of_ops(&ops)?,
                Some(expr) => check::Reports::of_function(&Function::read(&expr, &given.at, &given.lets)?),
            };
            if !reports.passed() {
                code = ExitCode::from(1);
            }
            if format.json { reports.json() } else { reports.table() }
        }
    };
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(code)
}
