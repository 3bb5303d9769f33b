//! Rules as JavaScript. Every operator stands in parentheses, so none binds more tightly than another.

use super::number::is_negative;
use super::operator::Operator;
use super::printer::{Binding, Dialect, Form, Head, Keep, Printed, Printer, Term};
use super::rules::Rules;
use crate::error::{Error, Kind};
use crate::graph::DynOp;
use crate::json::shortest;
use crate::op::Domain;

/// The object `F`, which has every function that is printed as `F.name`.
pub(crate) const RUNTIME: &str = include_str!("runtime.js");

/// What JavaScript's `Math` has, as far as rules are made of it.
const MATH: &str = "exp expm1 log2 log10 sqrt cbrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh abs sign floor \
    ceil pow atan2 hypot";

/// A longer expression gets a name of its own.
const LONGEST: usize = 160;

/// JavaScript, in which an op that has no operator is the function of its name in `F`.
#[derive(Clone, Copy)]
struct JavaScript;

impl Dialect for JavaScript {
    type Body = String;

    fn form(&self, operator: Operator) -> Option<Form> {
        use Binding::{Atom, Choice};
        let (sign, operands): (_, &'static [Binding]) = match operator {
            Operator::Add => ("+", &[Choice; 2]),
            Operator::Sub => ("-", &[Choice; 2]),
            Operator::Mul => ("*", &[Choice; 2]),
            Operator::Div => ("/", &[Choice; 2]),
            Operator::Neg => ("-", &[Choice]),
            Operator::Pow => return None,
            Operator::Less => ("<", &[Choice; 2]),
            Operator::LessEqual => ("<=", &[Choice; 2]),
            Operator::Equal => ("===", &[Choice; 2]),
            // a comparison is a truth here, and the number that it was elsewhere is greater than a half as a truth is
            Operator::Select => (">.5", &[Choice; 3]),
        };
        Some(Form { sign, own: Atom, operands })
    }

    fn operation(&self, _: Operator, form: &Form, operands: &[Term<String>]) -> String {
        let sign = form.sign;
        match operands {
            [x] => format!("({sign}{})", x.body),
            [x, y] => format!("({}{sign}{})", x.body, y.body),
            [mask, yes, no] => format!("({}{sign}?{}:{})", mask.body, yes.body, no.body),
            _ => unreachable!("an operator has up to three operands"),
        }
    }

    fn call(&self, op: &Head<'_>, args: &[Term<String>]) -> String {
        let args: Vec<&str> = args.iter().map(|arg| &*arg.body).collect();
        format!("F.{}({})", op.name, args.join(","))
    }

    fn number(&self, x: f64) -> Term<String> {
        let size = match x.abs() {
            x if x.is_nan() => "NaN".to_owned(),
            f64::INFINITY => "Infinity".to_owned(),
            x => shortest(x),
        };
        Term::atom(if is_negative(x) { format!("(-{size})") } else { size })
    }

    fn name(&self, name: &str) -> String {
        name.to_owned()
    }

    fn parentheses(&self, inner: &String) -> String {
        format!("({inner})")
    }

    fn keep(&self, index: usize, uses: usize, body: &String) -> Keep {
        if uses > 1 || body.len() > LONGEST { Keep::Bound(format!("t{index}")) } else { Keep::Whole }
    }
}

/// The value and the slopes of an op of so many arguments, as a list of two functions: of the list x of arguments, and of those and the
/// value a, which returns a list. They are what runs, not the definition; a page that has them needs [`RUNTIME`].
///
/// # Errors
/// If the op is known only as `f64` closures, or does not take that many arguments; or it is made of a special function, which a page does not
/// have: that is an error of a [name](Error::is_name).
pub(crate) fn functions(op: &dyn DynOp, args: usize) -> Result<String, Error> {
    let rules = Rules::evaluation(op, args)?;
    let printer = Printer { dialect: JavaScript };
    let mut inputs: Vec<Term<String>> = (0..args).map(|i| printer.name(&format!("x[{i}]"))).collect();
    let value = function("x", rules.value(&printer, &inputs), |results| results);
    inputs.push(printer.name("a"));
    let slopes = function("(x,a)", rules.slopes(&printer, &inputs), |results| format!("[{results}]"));
    let text = if op.domain() == Domain::ALL {
        format!("[{value},{slopes}]")
    } else {
        format!("[{value},F.within({slopes})]")
    };
    match text.split("F.").skip(1).filter_map(|call| call.split('(').next()).find(|name| !is_known(name)) {
        Some(name) => Err(Error::new(Kind::Name, format!("a page does not have the function {name}"))),
        None => Ok(text),
    }
}

/// Whether a page has a function.
fn is_known(name: &str) -> bool {
    MATH.split_whitespace().any(|own| own == name) || RUNTIME.contains(&format!("\n  {name}: "))
}

/// A function of these parameters, given what becomes of its results.
fn function(head: &str, printed: Printed<String>, returned: impl Fn(String) -> String) -> String {
    let bound: String = printed.bound.iter().map(|(name, body)| format!("const {name}={body};")).collect();
    let results: Vec<String> = printed.results.into_iter().map(|result| result.body).collect();
    let result = returned(results.join(","));
    if bound.is_empty() { format!("{head}=>{result}") } else { format!("{head}=>{{{bound}return {result}}}") }
}

#[cfg(test)]
mod tests {
    use super::functions;
    use crate::graph::dyn_op;
    use crate::op::{Detach, Op, Reduce, Visitor, visit_special_functions};
    use crate::registry::Registry;
    use std::collections::BTreeSet;

    /// The ops of special functions, by their names.
    struct Special(BTreeSet<&'static str>);
    impl Visitor for Special {
        fn op<const N: usize, O: Op<N>>(&mut self, _: O) {
            self.0.insert(O::NAME);
        }
        fn reduce<O: Reduce>(&mut self, _: O) {}
    }

    #[test]
    fn every_function_that_is_called_is_there_but_special_ones() {
        let mut special = Special(BTreeSet::new());
        visit_special_functions(&mut special);
        // the one op that is in no registry, and that a rule may use
        let detach = dyn_op(Detach);
        for op in Registry::new().iter().chain([&detach]) {
            let args = op.arity().unwrap_or_else(|| op.samples()[0].len());
            match functions(&**op, args) {
                Ok(text) => assert!(!special.0.contains(op.name()), "{text}"),
                Err(error) => assert!(error.is_name() && special.0.contains(op.name()), "{}: {error}", op.name()),
            }
        }
    }
}
