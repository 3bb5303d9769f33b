//! Programs that are written down and read again: see [`Saved`].

use super::bytes::{Reader, Writer, checksum, not_saved, too_short};
use super::code::{Check, Code, Function, Place, Value};
use super::fused::fused;
use super::live::is_foreign;
use super::program::Program;
use crate::error::Error;
use crate::graph::{DynOp, Relation};
use crate::registry::Registry;
use std::sync::Arc;

/// A program that can be written and read: what was recorded, without what was compiled from it.
///
/// Ops are kept by name, with their parameters, and are looked up again in the [`Registry`] that is given. A program that was loaded gives the bits of
/// the one that was saved, derivatives included, on one version of this crate; only the lines of comparisons are lost.
///
/// With the feature `serde` it can be written and read in any format; [`to_bytes`](Saved::to_bytes) needs no feature.
///
/// ```
/// use gprime::prelude::*;
/// use gprime::program::{Program, Saved};
/// use gprime::Registry;
///
/// let program = Program::trace(&routine!(|x| (x[0] * x[1]).sin()), &[1.0, 2.0])?;
/// let bytes = program.save(&Registry::new())?.to_bytes();
/// let loaded = Saved::from_bytes(&bytes)?.load(&Registry::new())?;
/// let (mut g, mut again) = ([0.0; 2], [0.0; 2]);
/// assert_eq!(program.value_and_gradient(&[0.5, 3.0], &mut g), loaded.value_and_gradient(&[0.5, 3.0], &mut again));
/// assert_eq!(g, again);
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # What is checked
///
/// A `Saved` that was read, in whatever format, may hold anything. [`load`](Saved::load) checks all of it: that every value is made of earlier ones, that
/// every op is known and takes these parameters and so many arguments. What passes is a program that runs, though not the one that was
/// saved if somebody meant to change it: the checksum of the bytes tells damage, not malice. Reading takes O(n) time and memory for n bytes, whatever these
/// claim; loading takes as much as recording and compiling a program of so many statements, which is up to about a kilobyte for each byte, so whoever
/// reads files of strangers bounds their length.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Saved {
    version: u32,
    /// How many of the inputs are variables.
    variables: u32,
    /// The names of the inputs.
    inputs: Vec<String>,
    /// The bits of each constant, and whether it is data.
    constants: Vec<(u64, bool)>,
    functions: Vec<SavedFunction>,
    /// Of each statement the place of its function, and how many arguments it has.
    statements: Vec<(u32, u32)>,
    /// The arguments of all statements. Inputs and results of statements are counted from 0 on, and constants from [`CONSTANT`] on.
    args: Vec<u32>,
    /// The results, as arguments are.
    outputs: Vec<u32>,
}

/// What a statement applies.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum SavedFunction {
    /// An op by its name, with the bits of its parameters; or its slope by the argument of a place, times one more argument.
    Op { name: String, params: Vec<(String, u64)>, slope: Option<u8> },
    /// A comparison, by its place in [`RELATIONS`], and whether it held.
    Guard { relation: u8, held: bool },
    /// The nearest number of single precision.
    Round,
}

/// The version of what is written; others are not read.
const VERSION: u32 = 1;

/// The first bytes.
const MAGIC: [u8; 8] = *b"gprimeP\n";

/// The number of the first constant as an argument.
const CONSTANT: u32 = 1 << 31;

/// The relations in the order of their numbers.
const RELATIONS: [Relation; 6] = [
    Relation::Less,
    Relation::LessEqual,
    Relation::Greater,
    Relation::GreaterEqual,
    Relation::Equal,
    Relation::Unordered,
];

fn number_of(value: Value) -> u32 {
    match value.place() {
        Place::Node(place) => place as u32,
        Place::Constant(place) => CONSTANT | place as u32,
    }
}

impl Program {
    /// The program in a form that can be written and read, given the registry that its ops are looked up in again.
    ///
    /// # Errors
    /// If an op is not in the registry, or is another one there: one that is known only as closures, a vector rule, or one with fields that are no
    /// parameters. The message names it.
    pub fn save(&self, registry: &Registry) -> Result<Saved, Error> {
        let code = &self.source;
        let mut places = vec![None; code.functions.len()];
        let (mut functions, mut statements, mut args) = (vec![], vec![], vec![]);
        for node in code.inputs..code.len() {
            let (function, own) = code.statement(node).expect("the node is no input");
            let place = &mut places[function as usize];
            let place = match *place {
                Some(place) => place,
                None => {
                    let saved = saved_function(&code.functions[function as usize], registry)?;
                    // comparisons of several lines are one without them
                    let is_guard = matches!(saved, SavedFunction::Guard { .. });
                    let known = is_guard.then(|| functions.iter().position(|known| *known == saved)).flatten();
                    *place.insert(known.unwrap_or_else(|| {
                        functions.push(saved);
                        functions.len() - 1
                    }) as u32)
                }
            };
            statements.push((place, own.len() as u32));
            args.extend(own.iter().copied().map(number_of));
        }
        Ok(Saved {
            version: VERSION,
            variables: self.variables as u32,
            inputs: self.names.clone(),
            constants: (0..code.constants.len()).map(|k| (code.constants[k].to_bits(), code.is_datum(k))).collect(),
            functions,
            statements,
            args,
            outputs: self.outputs.iter().copied().map(number_of).collect(),
        })
    }
}

/// What a statement applies, in a form that is read again with the registry.
fn saved_function(function: &Function, registry: &Registry) -> Result<SavedFunction, Error> {
    let mut slope = None;
    let op = match function {
        Function::Guard(Check { relation, held, .. }) => {
            let relation = RELATIONS.iter().position(|known| known == relation).expect("all are listed") as u8;
            return Ok(SavedFunction::Guard { relation, held: *held });
        }
        Function::Round => return Ok(SavedFunction::Round),
        Function::Primitive(primitive) => primitive.op(),
        Function::Op(op) => op.clone(),
        Function::Along(op, argument) => {
            slope = Some(*argument as u8);
            op.clone()
        }
        Function::Sum => crate::graph::dyn_reduce(crate::op::Sum),
    };
    let name = op.name();
    if is_foreign(&*op) {
        return Err(not_saved(format!(
            "a program with {name} cannot be saved: it is a vector rule or known only as closures, which no registry has by name"
        )));
    }
    let params = op.params();
    let known = registry
        .find(name, &params)
        .map_err(|error| not_saved(format!("a program with {name} cannot be saved: {error}")))?;
    if !known.is(&*op) {
        return Err(not_saved(format!(
            "a program with {name} cannot be saved: the registry has another op of this name, or the op has fields that are no parameters"
        )));
    }
    let params = params.iter().map(|&(name, value)| (name.to_owned(), value.to_bits())).collect();
    Ok(SavedFunction::Op { name: name.to_owned(), params, slope })
}

/// A function as it is loaded.
enum Loaded {
    Op(Arc<dyn DynOp>),
    /// The slope of an op of so many arguments by one of them, times one more argument.
    Slope(Arc<dyn DynOp>, usize, usize),
    Guard(Check),
    Round,
}

impl Loaded {
    /// What is wrong with so many arguments, if anything.
    fn what_is_wrong(&self, count: usize) -> Option<String> {
        match self {
            _ if count == 0 => Some("a statement has no arguments".to_owned()),
            Loaded::Op(op) => op.validate(count).map(|what| format!("{} {what}", op.name())),
            Loaded::Slope(op, arity, _) => {
                (count != arity + 1).then(|| format!("a slope of {} has {count} arguments", op.name()))
            }
            Loaded::Guard(_) => (count != 2).then(|| format!("a comparison has {count} sides")),
            Loaded::Round => (count != 1).then(|| format!("{count} numbers are rounded to one")),
        }
    }
}

/// A function as it is loaded, with the op that it is, unless it is a guard.
fn loaded_function(saved: &SavedFunction, registry: &Registry) -> Result<Loaded, Error> {
    match saved {
        SavedFunction::Op { name, params, slope } => {
            let params: Vec<(&str, f64)> =
                params.iter().map(|(name, bits)| (name.as_str(), f64::from_bits(*bits))).collect();
            let op = registry.find(name, &params)?;
            if is_foreign(&*op) {
                return Err(not_saved(format!("{name} is known only as closures here, and was not in the program")));
            }
            let Some(argument) = slope.map(usize::from) else { return Ok(Loaded::Op(op)) };
            match op.arity().filter(|&arity| argument < arity && fused(&*op).is_some()) {
                Some(arity) => Ok(Loaded::Slope(op, arity, argument)),
                None => Err(not_saved(format!("{name} has no slope {argument} of its own"))),
            }
        }
        SavedFunction::Guard { relation, held } => match RELATIONS.get(usize::from(*relation)) {
            Some(&relation) => Ok(Loaded::Guard(Check { relation, held: *held, line: None })),
            None => Err(not_saved(format!("there is no relation {relation}"))),
        },
        SavedFunction::Round => Ok(Loaded::Round),
    }
}

impl Saved {
    /// The program, compiled, with ops of a registry.
    ///
    /// # Errors
    /// If an op [is not in the registry](Error::is_name) or [cannot have its parameters](Error::is_parameter), if what is saved
    /// [is no program](Error::is_file) of this version, or if the program is [too large](Error::is_too_large).
    pub fn load(&self, registry: &Registry) -> Result<Program, Error> {
        if self.version != VERSION {
            let version = self.version;
            return Err(not_saved(format!("the program is saved in version {version}, and version {VERSION} is read")));
        }
        let (inputs, nodes) = (self.inputs.len(), self.inputs.len().saturating_add(self.statements.len()));
        if nodes.max(self.constants.len()).max(self.args.len()) >= CONSTANT as usize {
            return Err(super::too_large(format!("a program holds less than {CONSTANT} values and arguments")));
        }
        if self.variables as usize > inputs {
            return Err(not_saved(format!("{} of {inputs} inputs are variables", self.variables)));
        }
        let mut code = Code::new(inputs);
        let constant = |&(bits, is_data): &(u64, bool)| {
            let x = f64::from_bits(bits);
            if is_data { code.datum(x) } else { code.constant(x) }
        };
        let constants: Vec<Value> = self.constants.iter().map(constant).collect();
        let functions = self.functions.iter().map(|saved| {
            let function = loaded_function(saved, registry)?;
            let place = match &function {
                Loaded::Op(op) => code.function_of(op),
                Loaded::Slope(op, _, argument) => code.function(Function::Along(op.clone(), *argument)),
                Loaded::Guard(check) => code.function(Function::Guard(*check)),
                Loaded::Round => code.function(Function::Round),
            };
            Ok((place, function))
        });
        let functions: Vec<(u32, Loaded)> = functions.collect::<Result<_, Error>>()?;
        // for each node its value; a guard has none
        let mut values: Vec<Option<Value>> = (0..inputs).map(|k| Some(Value::node(k))).collect();
        let value = |values: &[Option<Value>], number: u32| {
            let known = match number.checked_sub(CONSTANT) {
                Some(place) => constants.get(place as usize).copied(),
                None => values.get(number as usize).copied().flatten(),
            };
            known.ok_or_else(|| {
                not_saved(format!("value {number} is used where it is not there yet, or is a comparison"))
            })
        };
        let (mut rest, mut own) = (&self.args[..], vec![]);
        for &(function, count) in &self.statements {
            let Some((place, loaded)) = functions.get(function as usize) else {
                return Err(not_saved(format!("there is no function {function}")));
            };
            let Some((numbers, others)) = rest.split_at_checked(count as usize) else {
                return Err(not_saved("there are fewer arguments than statements ask for"));
            };
            rest = others;
            if let Some(wrong) = loaded.what_is_wrong(numbers.len()) {
                return Err(not_saved(wrong));
            }
            own.clear();
            for &number in numbers {
                own.push(value(&values, number)?);
            }
            let result = code.push(*place, &own)?;
            let is_guard = matches!(loaded, Loaded::Guard(_));
            if is_guard {
                code.guards.push(result);
            }
            values.push((!is_guard).then_some(result));
        }
        if !rest.is_empty() {
            return Err(not_saved("there are more arguments than statements ask for"));
        }
        let outputs = self.outputs.iter().map(|&number| value(&values, number)).collect::<Result<_, Error>>()?;
        Program::compile(code, outputs, 0, self.variables as usize, self.inputs.clone())
    }

    /// The bytes, which are the same for the same program on any machine. Numbers are little-endian, and lists have their length before them:
    ///
    /// ```text
    /// "gprimeP\n"  version: u32  variables: u32
    /// inputs:     list of names
    /// constants:  list of (bits: u64, is data: u8)
    /// functions:  list of (0: u8, name, list of (name, bits: u64)), (1: u8, relation: u8, held: u8),
    ///             (2: u8, argument: u8, name, list of (name, bits: u64)), a slope, or (3: u8), rounding
    /// statements: list of (function: u32, arguments: u32)
    /// arguments:  list of u32
    /// outputs:    list of u32
    /// checksum:   u64, FNV-1a of all bytes before
    /// ```
    ///
    /// where a list is its length, u32, and its items; a name is such a list of the bytes of UTF-8; and a truth value is 0 or 1.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Writer(MAGIC.to_vec());
        bytes.u32(self.version);
        bytes.u32(self.variables);
        bytes.list(&self.inputs, |bytes, name| bytes.name(name));
        bytes.list(&self.constants, |bytes, &(bits, is_data)| {
            bytes.u64(bits);
            bytes.u8(is_data.into());
        });
        bytes.list(&self.functions, |bytes, function| match function {
            SavedFunction::Op { name, params, slope } => {
                match slope {
                    None => bytes.u8(0),
                    Some(argument) => bytes.0.extend([2, *argument]),
                }
                bytes.name(name);
                bytes.list(params, |bytes, (name, bits)| {
                    bytes.name(name);
                    bytes.u64(*bits);
                });
            }
            SavedFunction::Guard { relation, held } => bytes.0.extend([1, *relation, (*held).into()]),
            SavedFunction::Round => bytes.u8(3),
        });
        bytes.list(&self.statements, |bytes, &(function, count)| {
            bytes.u32(function);
            bytes.u32(count);
        });
        for numbers in [&self.args, &self.outputs] {
            bytes.list(numbers, |bytes, &number| bytes.u32(number));
        }
        let checksum = checksum(&bytes.0);
        bytes.u64(checksum);
        bytes.0
    }

    /// Reads what [`to_bytes`](Saved::to_bytes) wrote. At most 20 times as much memory is taken as there are bytes, whatever these
    /// claim.
    ///
    /// # Errors
    /// If the bytes [are not those](Error::is_file) of a saved program of this version, or were damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Saved, Error> {
        let Some(rest) = bytes.strip_prefix(&MAGIC) else {
            return Err(not_saved("these are no bytes of a saved program: they begin otherwise"));
        };
        let mut head = Reader(rest);
        let version = head.u32()?;
        if version != VERSION {
            return Err(not_saved(format!("the program is saved in version {version}, and version {VERSION} is read")));
        }
        let Some((rest, sum)) = head.0.split_last_chunk() else { return Err(too_short()) };
        if u64::from_le_bytes(*sum) != checksum(&bytes[..bytes.len() - sum.len()]) {
            return Err(not_saved("the bytes of the saved program were damaged: their checksum is another one"));
        }
        let mut bytes = Reader(rest);
        let saved = Saved {
            version,
            variables: bytes.u32()?,
            inputs: bytes.list(4, Reader::name)?,
            constants: bytes.list(9, |bytes| Ok((bytes.u64()?, bytes.bool()?)))?,
            // of functions only rounding, which is there once, has less than three bytes, and other lists follow
            functions: bytes.list(3, |bytes| match bytes.u8()? {
                kind @ (0 | 2) => {
                    let slope = if kind == 2 { Some(bytes.u8()?) } else { None };
                    let name = bytes.name()?;
                    let params = bytes.list(12, |bytes| Ok((bytes.name()?, bytes.u64()?)))?;
                    Ok(SavedFunction::Op { name, params, slope })
                }
                1 => Ok(SavedFunction::Guard { relation: bytes.u8()?, held: bytes.bool()? }),
                3 => Ok(SavedFunction::Round),
                kind => Err(not_saved(format!("there is no kind {kind} of functions"))),
            })?,
            statements: bytes.list(8, |bytes| Ok((bytes.u32()?, bytes.u32()?)))?,
            args: bytes.list(4, Reader::u32)?,
            outputs: bytes.list(4, Reader::u32)?,
        };
        if !bytes.0.is_empty() {
            return Err(not_saved("the saved program is followed by other bytes"));
        }
        Ok(saved)
    }
}
