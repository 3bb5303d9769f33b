//! Making a failing program small.

use super::judge::Failure;
use super::judged_afresh;
use super::program::{Arg, Body, List, Number, Program, Statement};

/// What is wrong with a program, and a test of it.
pub fn report(program: &Program, failure: Failure) -> String {
    let text = serde_json::to_string(program).expect("a program is JSON");
    format!("{failure}\n{program}\n#[test]\nfn found() {{\n    replay(r#\"{text}\"#);\n}}\n")
}

impl std::fmt::Display for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        writeln!(f, "x = {:?}", self.x())?;
        let mut at = self.x.len();
        for statement in &self.body.code {
            let end = at + statement.len();
            writeln!(f, "v[{at}..{end}] = {}", serde_json::to_string(statement).expect("a statement is JSON"))?;
            at = end;
        }
        write!(f, "outputs {:?}", self.body.outputs)
    }
}

/// The smallest program found that fails in the same way, and what is wrong with it.
pub fn shrink(mut program: Program, mut failure: Failure) -> (Program, Failure) {
    let mut tries = 0;
    let mut fails = |candidate: &Program, kind: &str| {
        tries += 1;
        (tries < 5000).then(|| judged_afresh(candidate).err().filter(|f| f.kind == kind)).flatten()
    };
    if fails(&program, &failure.kind).is_none() {
        return (program, failure); // it needs tapes that were used before
    }
    'again: loop {
        for candidate in smaller(&program) {
            if let Some(f) = fails(&candidate, &failure.kind) {
                (program, failure) = (candidate, f);
                continue 'again;
            }
        }
        return (program, failure);
    }
}

/// Programs that are a little smaller.
fn smaller(program: &Program) -> Vec<Program> {
    let n = program.x.len();
    let values = std::panic::catch_unwind(|| program.body.values(&program.x())).unwrap_or_default();
    let with = |body: Body| Program { x: program.x.clone(), body };
    let mut all: Vec<Program> = bodies(&program.body, n, &values).into_iter().map(with).collect();
    for i in 0..n {
        // an input becomes a constant
        if n > 1 && !uses(&program.body, i) {
            let mut x = program.x.clone();
            x.remove(i);
            let mut body = program.body.clone();
            renumber(&mut body, i, 1);
            all.push(Program { x, body });
        }
        for x in simpler(program.x[i].0) {
            let mut program = program.clone();
            program.x[i] = Number(x);
            all.push(program);
        }
    }
    all
}

/// Bodies that are a little smaller than one of `n` inputs, given its values.
fn bodies(body: &Body, n: usize, values: &[f64]) -> Vec<Body> {
    let mut all = vec![];
    // what nothing uses
    let mut at = n;
    for (i, statement) in body.code.iter().enumerate() {
        let len = statement.len();
        if !(at..at + len).any(|v| uses(body, v)) {
            let mut body = body.clone();
            body.code.remove(i);
            renumber(&mut body, at, len);
            all.push(body);
        } else if !matches!(statement, Statement::Constants(_)) {
            let constants = (at..at + len).map(|v| Number(values.get(v).copied().unwrap_or(0.5))).collect();
            let mut body = body.clone();
            body.code[i] = Statement::Constants(constants);
            all.push(body);
        }
        at += len;
    }
    if body.outputs.len() > 1 {
        for i in 0..body.outputs.len() {
            let mut body = body.clone();
            body.outputs.remove(i);
            all.push(body);
        }
    }
    for (i, statement) in body.code.iter().enumerate() {
        for other in statements(statement, values) {
            // the number of results may not change
            if other.len() == statement.len() {
                let mut body = body.clone();
                body.code[i] = other;
                all.push(body);
            } else if i + 1 == body.code.len() && other.len() > 0 && body.outputs.len() == 1 {
                let mut body = body.clone();
                body.outputs[0] = body.outputs[0].min(at - statement.len() + other.len() - 1);
                body.code[i] = other;
                all.push(body);
            }
        }
    }
    all
}

/// Statements that are a little smaller.
fn statements(statement: &Statement, values: &[f64]) -> Vec<Statement> {
    let mut all = vec![];
    let mut add = |change: &dyn Fn(&mut Statement)| {
        let mut other = statement.clone();
        change(&mut other);
        if other != *statement {
            all.push(other);
        }
    };
    // lists become shorter, together where they must be as long as each other
    let longest = lists(&mut statement.clone()).iter().map(|list| list.len()).max().unwrap_or(0);
    for part in [2, 4, 8, longest.max(1)] {
        for k in 0..part {
            add(&|s| {
                let keep = |i: usize, len: usize| i * part / len.max(1) != k;
                for list in lists(s) {
                    if list.len() == longest {
                        let mut i = 0;
                        let mut args = list.args();
                        args.retain(|_| {
                            i += 1;
                            keep(i - 1, longest)
                        });
                        *list = List::Args(args);
                    }
                }
                match s {
                    Statement::WeightedSum(list, weights) => weights.truncate(list.len()),
                    Statement::ReduceEach { lists, data, .. } if data.len() == longest => {
                        data.truncate(lists.iter().map(List::len).max().unwrap_or(0));
                    }
                    Statement::Vector { matrix, x } if x.len() == 0 || matrix.len() % x.len() != 0 => {
                        *s = statement.clone();
                    }
                    Statement::MatMul { a, b, inner } if (a.len() % *inner != 0 || b.len() % *inner != 0) => {
                        *s = statement.clone();
                    }
                    _ => {}
                }
            });
        }
    }
    for i in 0..args(&mut statement.clone()).len() {
        add(&|s| {
            let arg = &mut *args(s)[i];
            if let Arg::Value(v) = *arg {
                *arg = Arg::Constant(Number(values.get(v).copied().unwrap_or(0.5)));
            }
        });
        for k in 0..8 {
            add(&|s| {
                let arg = &mut *args(s)[i];
                if let Arg::Constant(c) = *arg
                    && let Some(&x) = simpler(c.0).get(k)
                {
                    *arg = Arg::Constant(Number(x));
                }
            });
        }
    }
    match statement {
        Statement::Block { steps, .. }
        | Statement::Map { steps, .. }
        | Statement::ReduceEach { steps, .. }
        | Statement::Scan { steps, .. } => {
            let inputs = match statement {
                Statement::Block { args, .. } => args.len(),
                Statement::Map { lists, .. } => lists.len(),
                _ => 3,
            };
            for i in 0..steps.len() {
                add(&|s| {
                    let steps = steps_of(s);
                    if steps.len() > 1 {
                        steps.remove(i);
                        for step in steps.iter_mut().skip(i) {
                            for v in [&mut step.a, &mut step.b] {
                                if *v >= inputs + i {
                                    *v = (*v).saturating_sub(1);
                                }
                            }
                        }
                    }
                });
                for k in 0..8 {
                    add(&|s| {
                        let c = &mut steps_of(s)[i].c;
                        if let Some(&x) = simpler(c.0).get(k) {
                            *c = Number(x);
                        }
                    });
                }
            }
        }
        _ => {}
    }
    for number in [0, 1, 2, 3, 5] {
        add(&|s| match s {
            Statement::Scan { passes: n, .. }
            | Statement::SumTerms { n, .. }
            | Statement::Checkpoint { steps: n, .. } => *n = number.min(*n),
            _ => {}
        });
    }
    if let Statement::Preaccumulate { body, .. }
    | Statement::SumTerms { body, .. }
    | Statement::Checkpoint { body, .. } = statement
    {
        let inputs = match statement {
            Statement::Preaccumulate { .. } => 3,
            Statement::SumTerms { args, .. } => args.len() + 1,
            Statement::Checkpoint { params, .. } => params.len() + 3,
            _ => unreachable!(),
        };
        for smaller in bodies(body, inputs, &[]) {
            if smaller.outputs.len() == body.outputs.len() {
                add(&|s| match s {
                    Statement::Preaccumulate { body, .. }
                    | Statement::SumTerms { body, .. }
                    | Statement::Checkpoint { body, .. } => *body = smaller.clone(),
                    _ => {}
                });
            }
        }
    }
    add(&|s| match s {
        Statement::Op { param, .. } => *param = None,
        Statement::Constants(numbers) => {
            for x in numbers {
                if let Some(&simple) = simpler(x.0).first() {
                    *x = Number(simple);
                }
            }
        }
        Statement::WeightedSum(_, numbers) => numbers.fill(Number(1.0)),
        _ => {}
    });
    all
}

fn steps_of(statement: &mut Statement) -> &mut Vec<super::program::Step> {
    match statement {
        Statement::Block { steps, .. }
        | Statement::Map { steps, .. }
        | Statement::ReduceEach { steps, .. }
        | Statement::Scan { steps, .. } => steps,
        _ => unreachable!("it has steps"),
    }
}

/// The lists of arguments of a statement.
fn lists(statement: &mut Statement) -> Vec<&mut List> {
    match statement {
        Statement::Reduce { parts, .. } => parts.iter_mut().collect(),
        Statement::Sum(list) | Statement::WeightedSum(list, _) | Statement::SumTerms { args: list, .. } => vec![list],
        Statement::Checkpoint { params, .. } => vec![params],
        Statement::Dot(x, y) => vec![x, y],
        Statement::MatMul { a, b, .. } | Statement::Vector { matrix: a, x: b } => vec![a, b],
        Statement::Map { lists, .. } | Statement::ReduceEach { lists, .. } => lists.iter_mut().collect(),
        Statement::Scan { state, params, .. } => state.iter_mut().chain(params).collect(),
        _ => vec![],
    }
}

/// All arguments of a statement that are not in a slice.
fn args(statement: &mut Statement) -> Vec<&mut Arg> {
    let mut all: Vec<&mut Arg> = vec![];
    match statement {
        Statement::Op { args, .. } | Statement::Block { args, .. } => all.extend(args),
        Statement::Scan { carry, state, params, .. } => {
            all.extend(carry);
            for list in state.iter_mut().chain(params) {
                if let List::Args(args) = list {
                    all.extend(args);
                }
            }
        }
        Statement::Preaccumulate { args, .. } => all.extend(args),
        Statement::Checkpoint { state, params, .. } => {
            all.extend(state);
            if let List::Args(args) = params {
                all.extend(args);
            }
        }
        other => {
            for list in lists(other) {
                if let List::Args(args) = list {
                    all.extend(args);
                }
            }
        }
    }
    all
}

/// Whether a value is an argument of something, or an output.
fn uses(body: &Body, value: usize) -> bool {
    let in_statement = |statement: &Statement| {
        let mut statement = statement.clone();
        if let Statement::Step(step) = &statement
            && (step.a == value || step.b == value)
        {
            return true;
        }
        let in_slice = lists(&mut statement)
            .iter()
            .any(|list| matches!(list, List::Slice { from, to } if (from..to).contains(&&value)));
        in_slice || args(&mut statement).iter().any(|arg| **arg == Arg::Value(value))
    };
    body.outputs.contains(&value) || body.code.iter().any(in_statement)
}

/// Moves the indices behind `len` values that are no more.
fn renumber(body: &mut Body, at: usize, len: usize) {
    let less = |v: &mut usize| {
        if *v > at {
            *v = (*v - len).max(at.min(*v - len));
        }
    };
    for statement in &mut body.code {
        if let Statement::Step(step) = statement {
            less(&mut step.a);
            less(&mut step.b);
        }
        for arg in args(statement) {
            if let Arg::Value(v) = arg {
                less(v);
            }
        }
        for list in lists(statement) {
            if let List::Slice { from, to } = list {
                less(from);
                less(to);
            }
        }
    }
    body.outputs.iter_mut().for_each(less);
}

/// Simpler numbers.
fn simpler(x: f64) -> Vec<f64> {
    let size = |x: f64| serde_json::to_string(&Number(x)).expect("a number is JSON").len();
    let candidates = [0.0, 1.0, -1.0, 2.0, 0.5, x.round(), (x * 16.0).round() / 16.0, (x * 1024.0).round() / 1024.0];
    let rank = |x: f64| {
        [0.0, 1.0, 2.0, 0.5, -1.0]
            .iter()
            .position(|&c| c == x && c.is_sign_negative() == x.is_sign_negative())
            .unwrap_or(9)
    };
    candidates.into_iter().filter(|&c| (rank(c), size(c)) < (rank(x), size(x))).collect()
}
