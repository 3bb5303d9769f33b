//! From a recording to a program: the statements of the graph, with what functions do in place of their calls.

use super::code::{Check, Code, Function, Map, Value, Values};
use super::primitive::Primitive;
use crate::error::{Error, Kind};
use crate::graph::{Expr, Operand, Recorded, Recorder, Relation};

/// What is made of the constants of a recording.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Constants {
    /// Each is known, and what it makes simpler is written so.
    Known,
    /// Those that an op of one line of the program has in several values are data, as the numbers of a table are that a loop goes through: what is
    /// done to one is done to all, 0 and 1 included.
    OrData,
}

/// The program that a recorder holds, and the values in it of some outputs. The inputs of the program are the given ones, in this order.
///
/// A comparison that the recorded program branched on is a guard, and so is a number that it read: it must be the same number again.
///
/// # Errors
/// If an input or an output is of another recorder, if an input is listed twice or is none, if the recording has an input that is not listed, or if
/// the program is too large.
pub(super) fn record(
    recorder: &Recorder,
    inputs: &[Expr<'_>],
    outputs: &[Expr<'_>],
    constants: Constants,
) -> Result<(Code, Vec<Value>), Error> {
    let Some(opened) = recorder.opened_calls() else { return record_opened(recorder, inputs, outputs, constants) };
    let here = |x: &[Expr<'_>]| x.iter().map(|&x| opened.get(x)).collect::<Result<Vec<_>, _>>();
    record_opened(opened.recorder(), &here(inputs)?, &here(outputs)?, constants)
}

/// As [`record`], of a recording without calls.
fn record_opened(
    recorder: &Recorder,
    inputs: &[Expr<'_>],
    outputs: &[Expr<'_>],
    constants: Constants,
) -> Result<(Code, Vec<Value>), Error> {
    let data = if constants == Constants::OrData { data(recorder)? } else { vec![false; recorder.len()] };
    let mut code = Code::new(inputs.len());
    code.reserve(recorder.len().saturating_sub(inputs.len()));
    // for each node of the recording its value in the program
    let mut values: Vec<Option<Value>> = vec![None; recorder.len()];
    for (k, node) in recorder.indices(inputs)?.into_iter().enumerate() {
        if values[node].replace(Value::node(k)).is_some() {
            return Err(Error::new(Kind::Arity, format!("input {k} of the program is listed twice")));
        }
    }
    let (mut functions, mut node, mut own) = (vec![], 0, Values::new());
    recorder.each_node(|recorded, args| {
        let value = match recorded {
            Recorded::Input if values[node].is_none() => {
                return Err(Error::new(
                    Kind::Arity,
                    "the recording has an input that is not listed as one of the program; list it, or record it as a constant",
                ));
            }
            Recorded::Input => values[node],
            _ if values[node].is_some() => {
                return Err(Error::new(Kind::Intermediate, "an input of the program is no input of the recording"));
            }
            Recorded::Constant(x) if data[node] => Some(code.datum(x)),
            Recorded::Constant(x) => Some(code.constant(x)),
            Recorded::Op(op, place, _) => {
                let function = match place {
                    None => code.function_of(op),
                    Some(place) => {
                        functions.resize(functions.len().max(place + 1), None);
                        *functions[place].get_or_insert_with(|| code.function_of(op))
                    }
                };
                own.clear();
                args.iter().for_each(|&arg| own.push(values[arg].expect("an argument is recorded before its use")));
                Some(code.apply(function, &own)?)
            }
        };
        values[node] = value;
        node += 1;
        Ok(())
    })?;
    let side = |code: &mut Code, side| match side {
        Operand::Node(node) => values[node].expect("all nodes were told"),
        Operand::Constant(x) => code.constant(x),
    };
    for guard in recorder.comparisons() {
        let sides = guard.sides.map(|x| side(&mut code, x));
        let check = Check { relation: guard.relation, held: guard.held, line: Some(guard.line) };
        let function = code.function(Function::Guard(check));
        code.guard(function, sides)?;
    }
    for read in recorder.primals() {
        let value = recorder.value_of(read.node);
        let relation = if value.is_nan() { Relation::Unordered } else { Relation::Equal };
        let sides = [Operand::Node(read.node), Operand::Constant(value)].map(|x| side(&mut code, x));
        // a NaN is there again if one of two is, and the other one is a number
        let sides = if value.is_nan() { [sides[0], sides[0]] } else { sides };
        let function = code.function(Function::Guard(Check { relation, held: true, line: Some(read.line) }));
        code.guard(function, sides)?;
        if value == 0.0 {
            // the zeros are equal, and two numbers: 1 / −0 is below 0
            let [one, zero] = [1.0, 0.0].map(|x| code.constant(x));
            let inverse = code.primitive_of(Primitive::Div, &[one, sides[0]])?;
            let held = value.is_sign_negative();
            let check = Check { relation: Relation::Less, held, line: Some(read.line) };
            let function = code.function(Function::Guard(check));
            code.guard(function, [inverse, zero])?;
        }
    }
    let outputs = outputs.iter().map(|&y| match recorder.output(y)? {
        Some(node) => Ok(values[node].expect("all nodes were told")),
        None => Ok(code.constant(y.value())),
    });
    let outputs = outputs.collect::<Result<Vec<_>, Error>>()?;
    code.complete();
    Ok((code, outputs))
}

/// For each node of a recording whether it is a constant that is data: see [`Constants::OrData`].
fn data(recorder: &Recorder) -> Result<Vec<bool>, Error> {
    /// The constants that an op of a line has in one of its arguments.
    struct Group {
        first: u64,
        has_others: bool,
    }
    let mut groups: Vec<Group> = vec![];
    let mut group_of: Map<(usize, usize, usize), u32> = Map::default();
    let mut uses = vec![];
    let mut constants = vec![None; recorder.len()];
    let mut node = 0;
    recorder.each_node(|recorded, args| {
        match recorded {
            Recorded::Constant(x) => constants[node] = Some(x.to_bits()),
            Recorded::Op(_, place, line) => {
                for (k, &arg) in args.iter().enumerate() {
                    let Some(bits) = constants[arg] else { continue };
                    let key = (place.unwrap_or(usize::MAX), std::ptr::from_ref(line) as usize, k.min(4));
                    let group = *group_of.entry(key).or_insert_with(|| {
                        groups.push(Group { first: bits, has_others: false });
                        groups.len() as u32 - 1
                    });
                    let own = &mut groups[group as usize];
                    own.has_others |= own.first != bits;
                    uses.push((arg as u32, group));
                }
            }
            Recorded::Input => {}
        }
        node += 1;
        Ok(())
    })?;
    let mut data = vec![false; recorder.len()];
    // of several uses the last one decides
    uses.into_iter().for_each(|(constant, group)| data[constant as usize] = groups[group as usize].has_others);
    Ok(data)
}
