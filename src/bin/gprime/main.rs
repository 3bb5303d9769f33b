//! The command line.
//!
//! This file holds the arguments; each command has a file of its own. What they print with `--json`, and what `eval`
//! prints, other programs rely on. The program ends with 0 if it did what it was asked, with 1 if a check did not pass or an answer
//! to a quiz was wrong, and with 2 if the request was wrong; the message is then on stderr, and nothing is on stdout. What is a choice in an
//! answer, or not certain, is a line `note: …` on stderr beside it.

mod assignment;
mod check;
mod compile;
mod draw;
mod eval;
mod expression;
mod failure;
mod float;
mod function;
mod grad;
mod json;
mod lesson;
mod many;
mod ops;
mod quiz;
mod save;
mod sparsity;
mod step;
mod table;
mod teach;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand};
use failure::Failure;
use function::Function;
use gprime::teach::{Mistake, Style};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use table::{BAD, DOUBTFUL};

/// How many notes are written about one answer.
const MOST_NOTES: usize = 8;

/// Derivatives that can be checked, and seen step by step: ops, their slopes, and the gradients of expressions.
#[derive(Parser)]
#[command(
    version,
    after_help = "Example:\n  gprime grad \"sigmoid(w*x + b)\" --at w=0.5,x=2,b=-1\n\nNew to reverse mode? gprime lesson"
)]
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
        /// parameters by name, as in leaky_relu(x, slope=0.2). softmax[0](x, y, z) is one result of a vector function, by its
        /// index from 0 on. -x^2 is -(x^2), and 2^3^2 is 2^(3^2). The constants are pi,
        /// e, inf and nan. A name has one meaning: a let cannot give it another.
        #[arg(allow_hyphen_values = true)]
        expr: String,
        #[command(flatten)]
        given: Given,
        /// The second derivatives too.
        #[arg(long, conflicts_with = "f32")]
        hessian: bool,
        #[command(flatten)]
        view: View,
    },
    /// Check the slopes of these ops, or of all, or the gradient of an expression.
    #[command(
        after_help = "Examples:\n  gprime check sigmoid relu\n  gprime check --expr \"x*y + sin(x)\" --at x=2,y=5 --sweep --f32"
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
        /// The gradient by reverse mode, by dual numbers and by differences, and the error of these for several steps.
        #[arg(long, requires = "expr")]
        sweep: bool,
        /// Check each rule where it was used, and name the first that is wrong.
        #[arg(long, requires = "expr", conflicts_with = "f32")]
        locate: bool,
        #[command(flatten)]
        view: View,
    },
    /// Both passes as a table: values forwards, and each adjoint as the sum that it is.
    #[command(
        after_help = "Examples:\n  gprime trace \"ln(x1) + x1*x2 - sin(x2)\" --at x1=2,x2=5\n  gprime trace \"u + sin(u)\" --let u=\"x*x\" --at x=1 --mistake order"
    )]
    Trace {
        #[command(flatten)]
        of: Of,
        /// Values alone.
        #[arg(long, conflicts_with_all = ["forward", "mistake"])]
        values: bool,
        /// Forward mode: beside each value its derivative by this input.
        #[arg(long, value_name = "NAME", conflicts_with = "mistake")]
        forward: Option<String>,
        #[command(flatten)]
        wrong: Wrong,
        #[command(flatten)]
        view: View,
    },
    /// One step after the other: what is passed on, and which node still waits for what.
    ///
    /// On a terminal the keys are space (next), b (back), g (go to a node), e (explain), q (quit). Elsewhere, or with
    /// --plain, all steps are written.
    #[command(after_help = "Example:\n  gprime step \"ln(x1) + x1*x2 - sin(x2)\" --at x1=2,x2=5")]
    Step {
        #[command(flatten)]
        of: Of,
        /// Write all steps and wait for no key.
        #[arg(long)]
        plain: bool,
        #[command(flatten)]
        wrong: Wrong,
        #[command(flatten)]
        view: View,
    },
    /// One node: its formula, with symbols and numbers, the sum that its adjoint is, and the paths to the output.
    ///
    /// Without a node: where NaN and infinities came from, or else the output.
    #[command(
        after_help = "Examples:\n  gprime explain \"ln(x1) + x1*x2 - sin(x2)\" --at x1=2,x2=5 v2\n  gprime explain \"select(less(0, x), sqrt(x), 0)\" --at x=0"
    )]
    Explain {
        #[command(flatten)]
        of: Of,
        /// The node: its id, such as v2, or its name.
        node: Option<String>,
        #[command(flatten)]
        wrong: Wrong,
        #[command(flatten)]
        view: View,
    },
    /// Adjoints to be found by hand; answers on stdin, one a line.
    ///
    /// The last line counts the right answers. The exit code is 0 if all are right, and 1 if one is wrong or missing; as everywhere it is 2
    /// if there is nothing to ask. With --json nothing is asked: the answers are judged, and each blank is told with what is right.
    #[command(
        after_help = "Examples:\n  gprime quiz --level 3\n  gprime quiz \"x*y + sin(x)\" --at x=0,y=5\n  echo 3 | gprime quiz --level 1 --json"
    )]
    Quiz {
        /// The expression.
        #[arg(allow_hyphen_values = true, required_unless_present = "level", requires = "at")]
        expr: Option<String>,
        #[command(flatten)]
        given: Given,
        /// An expression from easy (1) to hard (5).
        #[arg(long, conflicts_with = "expr", value_parser = clap::value_parser!(u8).range(1..=5))]
        level: Option<u8>,
        #[command(flatten)]
        view: View,
    },
    /// The guide: a course in reverse mode, chapter by chapter; the commands in a chapter are run as it is shown.
    ///
    /// Without a chapter: the list of them.
    #[command(after_help = "Examples:\n  gprime lesson 4\n  gprime lesson \"used twice\" --answers")]
    Lesson {
        /// The chapter: its number, or its title.
        chapter: Option<String>,
        /// The answers to the chapter's quiz too.
        #[arg(long, requires = "chapter")]
        answers: bool,
    },
    /// One op on a card: formulas, a plot, kinks, and whether its slope is right.
    #[command(
        after_help = "Examples:\n  gprime op sigmoid --at 1\n  gprime op leaky_relu slope=0.2 --at 0\n  gprime op tanh --at 0.3 --f32 --digits 9"
    )]
    Op {
        /// The op.
        op: String,
        /// Its parameters.
        #[arg(value_name = "NAME=VALUE")]
        params: Vec<String>,
        /// The arguments: one number, or one for each argument.
        #[arg(long, value_name = "X,…", value_delimiter = ',', allow_hyphen_values = true)]
        at: Vec<String>,
        #[command(flatten)]
        view: View,
    },
    /// A drawing of an op or an expression and its slope, with the tangent and the kinks, as SVG.
    ///
    /// An expression is drawn along the first variable of --at. With --json: the points of the curves.
    #[command(
        after_help = "Examples:\n  gprime plot gelu --at=-1 -o gelu.svg\n  gprime plot \"x*sin(w*x)\" --at x=1,w=3 -o wave.svg\n  gprime plot softplus --json\n  gprime plot --gallery -o activations.svg"
    )]
    Plot {
        /// The op, or the expression.
        #[arg(value_name = "OP|EXPR", allow_hyphen_values = true, required_unless_present = "gallery")]
        expr: Option<String>,
        /// The point: of an op its arguments, of an expression its variables and their values.
        #[arg(
            long,
            value_name = "X|NAME=VALUE,…",
            value_delimiter = ',',
            allow_hyphen_values = true,
            requires = "expr"
        )]
        at: Vec<String>,
        /// A name for an expression, as a leading `let NAME = EXPR;` gives it.
        #[arg(long = "let", value_name = "NAME=EXPR", requires = "expr")]
        lets: Vec<String>,
        /// A parameter of the op.
        #[arg(long = "param", value_name = "NAME=VALUE", requires = "expr")]
        params: Vec<String>,
        /// The left end of the window.
        #[arg(long, value_name = "X", allow_hyphen_values = true, requires_all = ["to", "expr"])]
        from: Option<String>,
        /// The right end of the window.
        #[arg(long, value_name = "X", allow_hyphen_values = true, requires = "from")]
        to: Option<String>,
        /// All activation functions side by side.
        #[arg(long, conflicts_with_all = ["expr", "f32", "digits", "json"])]
        gallery: bool,
        #[command(flatten)]
        view: View,
        #[command(flatten)]
        output: Output,
    },
    /// The recorded graph as a drawing: values above the nodes, adjoints below, derivatives on the edges.
    ///
    /// Without --at there are no numbers, and the derivatives are formulas. With --json: the nodes and edges, and where they lie.
    #[command(
        after_help = "Examples:\n  gprime graph \"ln(x1) + x1*x2 - sin(x2)\" --at x1=2,x2=5 -o graph.svg\n  gprime graph \"u + sin(u)\" --let u=\"x*x\" --at x=1 --mistake order -o wrong.svg\n  gprime graph \"x*y\" --dot | dot -Tpdf > graph.pdf"
    )]
    Graph {
        #[command(flatten)]
        of: Source,
        /// In the language of Graphviz.
        #[arg(long, required_unless_present_any = ["svg", "output", "json"], conflicts_with = "json")]
        dot: bool,
        /// As SVG, which needs no other program; so it is written into a file if nothing else is said.
        #[arg(long, conflicts_with_all = ["dot", "json"])]
        svg: bool,
        #[command(flatten)]
        wrong: Wrong,
        #[command(flatten)]
        view: View,
        #[command(flatten)]
        output: Output,
    },
    /// A page that shows both passes step by step, with sliders: one HTML file that asks for no other.
    ///
    /// With --json: the trace, with its check, that the page is made of; --trace reads it.
    #[command(
        after_help = "Examples:\n  gprime page \"ln(x1) + x1*x2 - sin(x2)\" --at x1=2,x2=5 --digits 3 -o page.html\n  gprime page --trace trace.json --source src/main.rs -o page.html"
    )]
    Page {
        #[command(flatten)]
        of: Source,
        /// A file of the program, whose lines are shown beside the nodes they recorded; its name as in the trace.
        #[arg(long, value_name = "FILE", conflicts_with = "expr")]
        source: Vec<PathBuf>,
        #[command(flatten)]
        wrong: Wrong,
        #[command(flatten)]
        view: View,
        #[command(flatten)]
        output: Output,
    },
    /// The compiled program of an expression and of its gradient: loops, memory, and counts.
    ///
    /// x[..] are inputs, m[..] is memory, y[..] are results, and r0, r1, .. are registers of the loop they are in. With --json: the
    /// counts, the lines of both programs, the value and the gradient.
    #[command(
        after_help = "Examples:\n  gprime compile \"sigmoid(w*x + b)\" --at w=0.5,x=2,b=-1\n  gprime compile \"x*y + sin(x)\" --at x=2,y=5 --json"
    )]
    Compile {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        format: Format,
    },
    /// The second derivatives that can differ from 0, and how few directions have them all.
    ///
    /// Each letter is the direction that an entry of the Hessian is read from. With -o: a drawing, as SVG. With --json: the entries,
    /// each as row, column and direction.
    #[command(
        after_help = "Examples:\n  gprime sparsity \"x*y + y*z + z^2\" --at x=1,y=1,z=1\n  gprime sparsity \"x*y + sin(z)\" --at x=2,y=5,z=0 -o pattern.svg"
    )]
    Sparsity {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        format: Format,
        #[command(flatten)]
        output: Output,
    },
    /// Evaluate an expression and its gradient at the points on stdin, and write CSV.
    ///
    /// The first line names the columns, which are the variables of the expression in any order; each line after it is a point. Numbers are
    /// decimals, C99 hex floats such as 0x1.8p+1, inf, -inf or nan; they are written as the shortest decimals that read as the
    /// number. Blank lines are passed over.
    #[command(after_help = "Example:\n  printf 'x,y\\n1,2\\n3,4\\n' | gprime eval-many \"x*y + sin(x)\"")]
    EvalMany {
        /// The expression; see `gprime grad --help` for what it may be made of.
        #[arg(allow_hyphen_values = true)]
        expr: String,
        /// A name for an expression, as a leading `let NAME = EXPR;` gives it.
        #[arg(long = "let", value_name = "NAME=EXPR")]
        lets: Vec<String>,
    },
    /// A script that completes commands and options in a shell.
    #[command(after_help = "Example:\n  gprime completions bash > ~/.local/share/bash-completion/completions/gprime")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether nothing but ASCII was asked for.
    fn is_ascii(&self) -> bool {
        match self {
            Command::Ops { format } | Command::Compile { format, .. } | Command::Sparsity { format, .. } => {
                format.ascii
            }
            Command::Grad { view, .. }
            | Command::Check { view, .. }
            | Command::Trace { view, .. }
            | Command::Step { view, .. }
            | Command::Explain { view, .. }
            | Command::Quiz { view, .. }
            | Command::Op { view, .. }
            | Command::Plot { view, .. }
            | Command::Graph { view, .. }
            | Command::Page { view, .. } => view.format.ascii,
            Command::Eval { .. } | Command::EvalMany { .. } | Command::Lesson { .. } | Command::Completions { .. } => {
                false
            }
        }
    }
}

/// What is traced.
#[derive(Args)]
struct Of {
    /// The expression; see `gprime grad --help` for what it may be made of.
    #[arg(allow_hyphen_values = true)]
    expr: String,
    #[command(flatten)]
    given: Given,
}

/// What is drawn: an expression, or the trace of a program.
#[derive(Args)]
struct Source {
    /// The expression; see `gprime grad --help` for what it may be made of.
    #[arg(allow_hyphen_values = true, required_unless_present = "trace")]
    expr: Option<String>,
    #[command(flatten)]
    given: Given,
    /// A trace of a program's own, as JSON; - is stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["expr", "f32"])]
    trace: Option<PathBuf>,
}

/// A mistake made on purpose.
#[derive(Args)]
struct Wrong {
    /// Do the backward pass wrong, and show what differs.
    ///
    /// order: a node does not wait for its other uses; overwrite: = in the place of +=; stale: a second pass on top of the
    /// first; local-only: slopes without the adjoint above.
    #[arg(long, value_parser = mistakes())]
    mistake: Option<Mistake>,
}

/// Where something is written.
#[derive(Args)]
struct Output {
    /// The file; without one, it is written to stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What all commands that show numbers have in common: the precision in which these are computed, and how they are written.
#[derive(Args)]
struct View {
    /// Single precision.
    #[arg(long)]
    f32: bool,
    /// The digits after the point; JSON has all that there are.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=17))]
    digits: Option<u8>,
    #[command(flatten)]
    format: Format,
}

/// How a text is written.
#[derive(Args)]
struct Format {
    /// Nothing but ASCII.
    #[arg(long)]
    ascii: bool,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

impl View {
    fn style(&self) -> Style {
        let style = self.format.style();
        Style { digits: self.digits.map_or(style.digits, usize::from), ..style }
    }
}

impl Format {
    fn style(&self) -> Style {
        Style { ascii: self.ascii, color: true, ..Style::default() }
    }
}

fn mistakes() -> impl TypedValueParser<Value = Mistake> {
    let names = PossibleValuesParser::new(Mistake::ALL.map(Mistake::name));
    names.try_map(|name| name.parse::<Mistake>())
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

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => refuse(advised(error)),
    };
    let ascii = cli.command.is_ascii();
    match run(cli.command, &mut BufReader::new(io::stdin())) {
        Ok(code) => code,
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            let failure = in_style(&failure.to_string(), ascii);
            // whoever closed stderr does not want to know
            let _ = writeln!(anstream::stderr(), "{BAD}error:{BAD:#} {failure}");
            ExitCode::from(2)
        }
    }
}

/// A text as it is, or in ASCII alone.
fn in_style(text: &str, ascii: bool) -> String {
    Style { ascii, ..Style::default() }.text(text).into_owned()
}

/// Ends the program with the help that was asked for, or with what is wrong with the command line. Of that, what a terminal should not be
/// given is escaped, and then nothing is coloured.
fn refuse(error: clap::Error) -> ! {
    let ascii = std::env::args_os().any(|arg| arg == "--ascii");
    let plain = error.render().to_string();
    let safe = in_style(&failure::shown(&plain), ascii);
    if safe == plain {
        error.exit()
    }
    let _ = if error.use_stderr() { write!(io::stderr(), "{safe}") } else { write!(io::stdout(), "{safe}") };
    std::process::exit(error.exit_code())
}

/// A wrong command line; where an option was given to a command that has none of this name, with the commands that have it.
fn advised(mut error: clap::Error) -> clap::Error {
    let unknown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(option))) => option.trim_start_matches('-').to_owned(),
        _ => return error,
    };
    let cli = Cli::command();
    let has = |command: &&clap::Command| command.get_arguments().any(|arg| arg.get_long() == Some(&unknown));
    let names: Vec<&str> = cli.get_subcommands().filter(has).map(clap::Command::get_name).collect();
    if !names.is_empty() {
        let tip = format!("--{unknown} is an option of {}", names.join(", "));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Does what a command asks for; `input` is where it reads from.
fn run(command: Command, input: &mut dyn BufRead) -> Result<ExitCode, Failure> {
    let (mut code, mut notes, ascii) = (ExitCode::SUCCESS, vec![], command.is_ascii());
    let text = match command {
        Command::Ops { format } => if format.json { ops::json(&format) } else { ops::table(&format.style()) }?,
        Command::Eval { op, params, order } => {
            eval::run(&op, &params, order, input, BufWriter::new(io::stdout().lock()))?;
            return Ok(code);
        }
        Command::Grad { expr, given, hessian, view } => {
            let function = Function::read(&expr, &given.at, &given.lets)?;
            let answer = grad::Answer::new(&function, hessian, view.f32, &view.style())?;
            let text = if view.format.json { answer.json(&view.format) } else { answer.table(&view) };
            notes = answer.notes;
            text
        }
        Command::Check { expr: Some(expr), given, sweep, locate, view, .. } if sweep || locate => {
            let function = Function::read(&expr, &given.at, &given.lets)?;
            let mut answers = vec![];
            if sweep {
                answers.push(teach::sweep(&function, &view)?);
            }
            if locate {
                answers.push(teach::locate(&function, &view)?);
            }
            if !answers.iter().all(|(passed, _)| *passed) {
                code = ExitCode::from(1);
            }
            notes = teach::notes(&function, &view)?;
            let texts: Vec<String> = answers.into_iter().map(|(_, text)| text).collect();
            texts.join(if view.format.json { "" } else { "\n" })
        }
        Command::Check { view: View { f32: true, .. }, .. } => {
            return Err(Failure::new("--f32 is for check --sweep: without it, slopes are checked with all digits"));
        }
        Command::Check { ops, expr, given, view, .. } => {
            let reports = match expr {
                None => check::Reports::of_ops(&ops)?,
                Some(expr) => {
                    let function = Function::read(&expr, &given.at, &given.lets)?;
                    notes = teach::notes(&function, &view)?;
                    check::Reports::of_function(&function)
                }
            };
            if !reports.passed() {
                code = ExitCode::from(1);
            }
            if view.format.json { reports.json(&view.format) } else { reports.table(&view) }
        }
        Command::Trace { of, values, forward, wrong, view } => {
            let function = Function::read(&of.expr, &of.given.at, &of.given.lets)?;
            let shown = match (values, forward) {
                (true, _) => teach::Shown::Values,
                (_, Some(input)) => teach::Shown::Forward(input),
                _ => wrong.mistake.map_or(teach::Shown::Table, teach::Shown::Mistake),
            };
            teach::trace(&function, shown, &view)?
        }
        Command::Step { of, plain, wrong, view } => {
            let function = Function::read(&of.expr, &of.given.at, &of.given.lets)?;
            if view.format.json {
                let shown = wrong.mistake.map_or(teach::Shown::Table, teach::Shown::Mistake);
                teach::trace(&function, shown, &view)?
            } else {
                let trace = teach::account(&function, view.f32)?;
                let mistaken = wrong.mistake.map(|mistake| trace.mistaken(mistake));
                let steps = mistaken.as_ref().map_or_else(|| trace.stepper(), |mistaken| mistaken.stepper(&trace));
                if !plain && step::is_interactive() {
                    step::interactive(&trace, &steps, mistaken.is_some(), &view.style())?;
                    return Ok(code);
                }
                steps.show_all(&view.style())
            }
        }
        Command::Explain { of, node, wrong, view } => {
            let function = Function::read(&of.expr, &of.given.at, &of.given.lets)?;
            teach::explain(&function, node.as_deref(), wrong.mistake, &view)?
        }
        Command::Quiz { expr, given, level, view } => {
            let all_right = quiz::run(expr, &given, level, &view, input)?;
            return Ok(ExitCode::from(u8::from(!all_right)));
        }
        Command::Lesson { chapter: None, .. } => lesson::list(),
        Command::Lesson { chapter: Some(chapter), answers } => {
            lesson::run(&chapter, answers, |words| {
                let inner = Cli::try_parse_from(words).map_err(|error| Failure::new(error.to_string()))?;
                run(inner.command, &mut io::empty()).map(drop)
            })?;
            return Ok(code);
        }
        Command::Op { op, params, at, view } => draw::card(&op, &params, &at, &view)?,
        Command::Plot { gallery: true, output, .. } => draw::written(gprime::draw::gallery(), &output)?,
        Command::Plot { expr, at, lets, params, from, to, view, output, .. } => {
            let ends = from.zip(to);
            draw::written(draw::plot(&expr.unwrap_or_default(), &at, &lets, &params, ends, &view)?, &output)?
        }
        Command::Graph { of, dot, wrong, view, output, .. } => {
            draw::written(draw::graph(&of, wrong.mistake, &view, dot)?, &output)?
        }
        Command::Page { of, source, wrong, view, output } => {
            draw::written(draw::page(&of, &source, wrong.mistake, &view)?, &output)?
        }
        Command::Compile { of, format } => {
            let function = Function::read(&of.expr, &of.given.at, &of.given.lets)?;
            let compiled = compile::Compiled::new(&function)?;
            if format.json { compiled.json(&format) } else { compiled.text() }?
        }
        Command::Sparsity { of, format, output } => {
            let function = Function::read(&of.expr, &of.given.at, &of.given.lets)?;
            let hessian = sparsity::Hessian::new(&of.expr, &function)?;
            let text = match &output.output {
                _ if format.json => hessian.json(&format),
                Some(_) => hessian.svg(&format)?,
                None => hessian.text(),
            };
            draw::written(text, &output)?
        }
        Command::EvalMany { expr, lets } => {
            many::run(&expr, &lets, input, BufWriter::new(io::stdout().lock()))?;
            return Ok(code);
        }
        Command::Completions { shell } => {
            let mut script = vec![];
            clap_complete::generate(shell, &mut Cli::command(), "gprime", &mut script);
            String::from_utf8_lossy(&script).into_owned()
        }
    };
    let mut stdout = anstream::stdout().lock();
    // a view has its own way to be ASCII, and this leaves it as it is; the name of a file has none
    stdout.write_all(in_style(&text, ascii).as_bytes())?;
    stdout.flush()?;
    tell(&notes);
    Ok(code)
}

/// Writes what there is to say about an answer, beside it.
fn tell(notes: &[String]) {
    // whoever closed stderr does not want to know
    let mut stderr = anstream::stderr().lock();
    for note in notes.iter().take(MOST_NOTES) {
        let _ = writeln!(stderr, "{DOUBTFUL}note:{DOUBTFUL:#} {note}");
    }
    if notes.len() > MOST_NOTES {
        let _ = writeln!(stderr, "{DOUBTFUL}note:{DOUBTFUL:#} and {} more like these", notes.len() - MOST_NOTES);
    }
}
