//! What a program is read with: the names that it knows, and the bounds that keep it small.

use super::grammar::Cursor;
use super::lexer::{is_name, words};
use super::{Mistake, Program, Step};
use crate::failure::Failure;
use gprime::Registry;
use gprime::vector::table;
use indexmap::IndexMap;

/// The names that numbers have.
pub const CONSTANTS: [(&str, f64); 4] =
    [("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("inf", f64::INFINITY), ("nan", f64::NAN)];

/// The longest text, in bytes.
const LONGEST: usize = 64 << 10;

/// Reads texts one after the other into one program.
pub struct Parser<'r> {
    pub registry: &'r Registry,
    /// What each name stands for: a name means one thing, so that none is given twice.
    pub names: IndexMap<String, Meaning>,
    /// Whether a name that is not known becomes a variable.
    open: bool,
    /// How many names a `let` gave.
    lets: usize,
    /// How much text was read.
    length: usize,
    /// What was read.
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Copy)]
pub enum Meaning {
    Constant(f64),
    Variable(usize),
    Named(usize),
}

impl<'r> Parser<'r> {
    /// A parser of expressions that know these variables.
    pub fn new<'a>(registry: &'r Registry, variables: impl IntoIterator<Item = &'a str>) -> Result<Self, Failure> {
        let names = CONSTANTS.map(|(name, value)| (name.to_owned(), Meaning::Constant(value))).into();
        let mut parser = Parser { registry, names, open: false, lets: 0, length: 0, steps: vec![] };
        for (i, name) in variables.into_iter().enumerate() {
            parser.give(name, Meaning::Variable(i)).map_err(|fault| Failure::new(format!("--at: {fault}")))?;
        }
        Ok(parser)
    }

    /// A parser of expressions with any variables.
    pub fn open(registry: &'r Registry) -> Self {
        let parser = Parser::new(registry, []);
        Parser { open: true, ..parser.expect("no variable is refused") }
    }

    /// Reads an expression and gives it a name, as a leading `let name = text;` does.
    pub fn define(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.read(text, |cursor| cursor.sum())?;
        self.name_last(name).map_err(|fault| Failure::new(format!("--let: {fault}")))
    }

    /// Reads the expression itself, with the `let`s that lead it.
    pub fn finish(mut self, text: &str) -> Result<Program, Failure> {
        self.read(text, |cursor| cursor.program())?;
        let names = self.variables().map(str::to_owned).collect();
        Ok(Program::new(self.steps, names))
    }

    /// Reads a whole text by one rule of the grammar.
    fn read(
        &mut self,
        text: &str,
        rule: impl FnOnce(&mut Cursor<'_, 'r>) -> Result<(), Mistake>,
    ) -> Result<(), Failure> {
        self.length += text.len();
        if self.length > LONGEST {
            return Err(Failure::new(format!("the expression is longer than {LONGEST} bytes")));
        }
        words(text)
            .and_then(|words| {
                let mut cursor = Cursor::new(words, self);
                rule(&mut cursor)?;
                cursor.end()
            })
            .map_err(|mistake| mistake.in_text(text))
    }

    /// Gives a name its meaning; fails, in words, if it is no name or has one already.
    fn give(&mut self, name: &str, meaning: Meaning) -> Result<(), String> {
        if !is_name(name) {
            return Err(format!("{name:?} is no name for a number; a name is of letters, digits and _"));
        }
        let taken = match self.names.insert(name.to_owned(), meaning) {
            None => return Ok(()),
            Some(Meaning::Constant(value)) => format!("the constant {value}"),
            Some(Meaning::Variable(_)) => "a variable".to_owned(),
            Some(Meaning::Named(_)) => "given by another let".to_owned(),
        };
        Err(format!("{name} is already {taken}; choose another name"))
    }

    /// Makes a name that is not known a variable, if it may be one.
    pub(super) fn variable(&mut self, name: &str) -> Option<usize> {
        let index = self.variables().count();
        let is_function = self.registry.get(name).is_some() || table::find(name).is_some();
        (self.open && !is_function && self.give(name, Meaning::Variable(index)).is_ok()).then_some(index)
    }

    /// The variables, in the order in which they were given or found.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter(|(_, meaning)| matches!(meaning, Meaning::Variable(_))).map(|(name, _)| name.as_str())
    }

    /// Gives a name to what was read last.
    pub fn name_last(&mut self, name: &str) -> Result<(), String> {
        self.give(name, Meaning::Named(self.lets))?;
        self.lets += 1;
        self.steps.push(Step::Name(name.to_owned()));
        Ok(())
    }
}
