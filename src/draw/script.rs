//! A rule as JavaScript, printed from a recording of it.

use crate::error::Error;
use crate::graph::{DynOp, Expr, Recorder, Rule};
use crate::op::Domain;
use crate::teach::Number;
use std::fmt::Write;

/// A longer expression gets a name of its own.
const LONGEST: usize = 160;

/// The value and the slopes of an op of so many arguments, as a list of two functions: of the arguments x, and of those and the value a.
/// They are the evaluation, which runs here too, not the definition; what JavaScript has no operator for is called as `F.name`.
///
/// # Errors
/// If the op is known only as `f64` closures.
pub(super) fn script(op: &dyn DynOp, args: usize) -> Result<String, Error> {
    let sample = op.samples().into_iter().find(|x| x.len() == args);
    let point = sample.unwrap_or_else(|| std::iter::repeat_n(0.5, args).collect());
    let tape = Recorder::new();
    let x: Vec<Expr<'_>> = point.iter().map(|&x| tape.var(x)).collect();
    let value = Rule::<Expr<'_>>::evaluate_value(op, &x)?;
    let first = function(&tape, "x", None, &[value]);
    let tape = Recorder::new();
    let x: Vec<Expr<'_>> = point.iter().map(|&x| tape.var(x)).collect();
    let mut slopes = vec![Expr::from(0.0); args];
    let a = Rule::<Expr<'_>>::evaluate(op, &x, &mut slopes)?;
    let second = function(&tape, "(x,a)", tape.index(a).filter(|&a| a >= args), &slopes);
    Ok(if op.domain() == Domain::ALL { format!("[{first},{second}]") } else { format!("[{first},F.within({second})]") })
}

/// A function of the tape's inputs, which are in x, and of the node that is called a, if one is. One result is returned as it is,
/// that of a function of x and a in a list.
fn function(tape: &Recorder, head: &str, a: Option<usize>, results: &[Expr<'_>]) -> String {
    let mut uses = vec![0; tape.len()];
    let indices: Vec<Option<usize>> = results.iter().map(|&y| tape.index(y)).collect();
    indices.iter().flatten().for_each(|&index| uses[index] += 1);
    for index in (0..tape.len()).rev() {
        if uses[index] > 0 && Some(index) != a {
            tape.node(index).args.iter().for_each(|&arg| uses[arg] += 1);
        }
    }
    let (mut body, mut texts) = (String::new(), Vec::<String>::with_capacity(tape.len()));
    for (index, &uses) in uses.iter().enumerate() {
        let node = tape.node(index);
        let text = match &node.op {
            _ if uses == 0 => String::new(),
            _ if Some(index) == a => "a".to_owned(),
            None if node.is_input => format!("x[{index}]"),
            None => number(node.value),
            Some(op) => {
                let args: Vec<&str> = node.args.iter().map(|&arg| &*texts[arg]).collect();
                let text = application(op.name(), &args);
                if uses > 1 || text.len() > LONGEST {
                    let _ = write!(body, "const t{index}={text};");
                    format!("t{index}")
                } else {
                    text
                }
            }
        };
        texts.push(text);
    }
    let result = |(y, index): (&Expr<'_>, &Option<usize>)| match index {
        Some(index) => texts[*index].clone(),
        None => number(y.value()),
    };
    let results: Vec<String> = results.iter().zip(&indices).map(result).collect();
    let result = if head == "x" { results.join(",") } else { format!("[{}]", results.join(",")) };
    if body.is_empty() { format!("{head}=>{result}") } else { format!("{head}=>{{{body}return {result}}}") }
}

fn application(name: &str, args: &[&str]) -> String {
    match (name, args) {
        ("add", [x, y]) => format!("({x}+{y})"),
        ("sub", [x, y]) => format!("({x}-{y})"),
        ("mul", [x, y]) => format!("({x}*{y})"),
        ("div", [x, y]) => format!("({x}/{y})"),
        ("neg", [x]) => format!("(-{x})"),
        ("less", [x, y]) => format!("({x}<{y})"),
        ("less_equal", [x, y]) => format!("({x}<={y})"),
        ("equal", [x, y]) => format!("({x}==={y})"),
        // a comparison is a truth here, and the number that it was elsewhere is greater than a half as a truth is
        ("select", [mask, yes, no]) => format!("({mask}>.5?{yes}:{no})"),
        (name, args) => format!("F.{name}({})", args.join(",")),
    }
}

/// A number as JavaScript reads it.
fn number(x: f64) -> String {
    match x {
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "(-Infinity)".to_owned(),
        x if x.is_nan() => "NaN".to_owned(),
        x if x.is_sign_negative() => format!("({})", Number(x)),
        x => Number(x).to_string(),
    }
}
