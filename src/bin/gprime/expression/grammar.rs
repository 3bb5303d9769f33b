//! The grammar, by precedence climbing, straight into postfix.
//!
//! ```text
//! program = { "let" name "=" sum ";" } sum
//! sum     = product { ("+" | "-") product }
//! product = power { ("*" | "/") power }
//! power   = ("-" | "+") power | atom [ "^" power ]
//! atom    = number | name | "(" sum ")" | op arguments | vector "[" index "]" arguments
//! arguments = "(" [ argument { "," argument } ] ")"
//! argument = sum | parameter "=" [ "-" | "+" ] (number | constant)
//! ```
//! `softmax[0](x, y, z)` is the result of index 0 of a vector function; the index is a whole number.
//!
//! It recurses only as deep as the text nests, which is bounded.

use super::lexer::Word;
use super::parser::{CONSTANTS, Meaning, Parser};
use super::{Applied, Mistake, Step, one_result};
use gprime::registry::nearest;
use gprime::vector::table;

/// Parameters as they are given, each by its name.
type Params<'p> = Vec<(&'p str, f64)>;

/// The deepest nesting.
const DEEPEST: usize = 200;

/// How tightly operators bind. Those that bind equally go from left to right, powers from right to left.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const POWER: u8 = 3;

/// The operators, how tightly each binds, and the op that it is.
const OPERATORS: [(char, u8, &str); 5] =
    [('+', SUM, "add"), ('-', SUM, "sub"), ('*', PRODUCT, "mul"), ('/', PRODUCT, "div"), ('^', POWER, "pow")];

/// A place in one text.
pub struct Cursor<'p, 'r> {
    words: Vec<(Word<'p>, usize)>,
    next: usize,
    depth: usize,
    parser: &'p mut Parser<'r>,
}

impl<'p, 'r> Cursor<'p, 'r> {
    /// The start of a text.
    pub fn new(words: Vec<(Word<'p>, usize)>, parser: &'p mut Parser<'r>) -> Self {
        Cursor { words, next: 0, depth: 0, parser }
    }

    pub fn program(&mut self) -> Result<(), Mistake> {
        while self.take(Word::Name("let")) {
            let at = self.at();
            let Word::Name(name) = self.peek() else { return Err(self.expected("a name")) };
            self.advance();
            self.expect('=')?;
            self.sum()?;
            self.expect(';')?;
            self.parser.name_last(name).map_err(|fault| Mistake::new(at, fault))?;
        }
        self.sum()
    }

    pub fn sum(&mut self) -> Result<(), Mistake> {
        self.expression(SUM)
    }

    /// An operand and the operators after it that bind at least so tightly, with theirs.
    fn expression(&mut self, least: u8) -> Result<(), Mistake> {
        if self.depth == DEEPEST {
            return Err(Mistake::new(self.at(), format!("this is nested more than {DEEPEST} deep")));
        }
        self.depth += 1;
        self.operand()?;
        while let Some((symbol, binding, op)) = self.operator().filter(|o| o.1 >= least) {
            let at = self.at();
            self.expect(symbol)?;
            self.expression((binding + 1).min(POWER))?;
            self.apply(op, &[], 2, at)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn operator(&self) -> Option<(char, u8, &'static str)> {
        OPERATORS.into_iter().find(|o| self.peek() == Word::Symbol(o.0))
    }

    fn operand(&mut self) -> Result<(), Mistake> {
        let at = self.at();
        match self.peek() {
            Word::Number(value) => {
                self.advance();
                self.push(Step::Number(value));
                Ok(())
            }
            Word::Name(name) => {
                self.advance();
                match self.peek() {
                    Word::Symbol('(') => self.call(name, at),
                    Word::Symbol('[') => self.result(name, at),
                    _ => self.name(name, at),
                }
            }
            Word::Symbol('(') => {
                self.advance();
                self.sum()?;
                self.expect(')')
            }
            Word::Symbol('+') => {
                self.advance();
                self.expression(POWER)
            }
            Word::Symbol('-') => {
                self.advance();
                self.expression(POWER)?;
                self.apply("neg", &[], 1, at)
            }
            _ => Err(self.expected("a number, a name or `(`")),
        }
    }

    fn name(&mut self, name: &str, at: usize) -> Result<(), Mistake> {
        let step = match self.parser.names.get(name) {
            Some(Meaning::Constant(value)) => Step::Number(*value),
            Some(Meaning::Variable(index)) => Step::Variable(*index),
            Some(Meaning::Named(index)) => Step::Named(*index),
            None => match self.parser.variable(name) {
                Some(index) => Step::Variable(index),
                None => return Err(Mistake::new(at, self.unknown(name))),
            },
        };
        self.push(step);
        Ok(())
    }

    /// What to say of a name that stands for nothing.
    fn unknown(&self, name: &str) -> String {
        if name == "let" {
            return "a let comes before the expression".to_owned();
        }
        if self.parser.registry.get(name).is_some() {
            return format!("{name} is an op: its arguments follow in parentheses");
        }
        if table::find(name).is_some() {
            return one_result(name);
        }
        // any other letter is one letter away
        let near = nearest(name, self.parser.names.keys().map(String::as_str)).filter(|_| name.len() > 1);
        let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
        format!("{name} has no value: give it one with --at, or with a let{hint}")
    }

    /// What follows the name of an op.
    fn call(&mut self, name: &str, at: usize) -> Result<(), Mistake> {
        if self.parser.registry.get(name).is_none() {
            return match table::find(name) {
                Some(_) => Err(Mistake::new(at, one_result(name))),
                None => self.apply(name, &[], 0, at),
            };
        }
        let (count, params) = self.arguments()?;
        self.apply(name, &params, count, at)
    }

    /// What follows the name of a vector function: the index of a result, and the arguments.
    fn result(&mut self, name: &str, at: usize) -> Result<(), Mistake> {
        let Some(entry) = table::find(name) else { return Err(Mistake::new(at, self.no_vector(name))) };
        self.expect('[')?;
        let index_at = self.at();
        let index = match self.peek() {
            Word::Number(value) if value as usize as f64 == value => value as usize,
            _ => return Err(self.expected("the index of a result, a whole number from 0 on")),
        };
        self.advance();
        self.expect(']')?;
        let (count, params) = self.arguments()?;
        let in_words = |error: gprime::Error| Mistake::new(at, error.to_string());
        let function = entry.with_params(&params).map_err(in_words)?;
        match function.results(count).map_err(in_words)? {
            0 => Err(Mistake::new(at, format!("{name} of no arguments has no results"))),
            results if index >= results => {
                let last = results - 1;
                Err(Mistake::new(
                    index_at,
                    format!("{name} has the results 0 to {last} here, and none of index {index}"),
                ))
            }
            _ => {
                self.push(Step::Apply(Applied::Result(function, index), count));
                Ok(())
            }
        }
    }

    /// What to say of a name before an index that is no vector function's.
    fn no_vector(&self, name: &str) -> String {
        if self.parser.registry.get(name).is_some() {
            return format!("{name} has one result, so it takes no index");
        }
        let near = nearest(name, table::TABLE.iter().map(|entry| entry.name));
        let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
        format!("there is no vector function named {name}{hint}")
    }

    /// The arguments in parentheses: how many are pushed, and the parameters.
    fn arguments(&mut self) -> Result<(usize, Params<'p>), Mistake> {
        self.expect('(')?;
        let (mut count, mut params) = (0, vec![]);
        if !self.take(Word::Symbol(')')) {
            loop {
                match self.parameter() {
                    Some(param) => params.push((param, self.number()?)),
                    None => {
                        self.sum()?;
                        count += 1;
                    }
                }
                if !self.take(Word::Symbol(',')) {
                    break;
                }
            }
            self.expect(')')?;
        }
        Ok((count, params))
    }

    /// Passes `parameter =`, if that is what follows.
    fn parameter(&mut self) -> Option<&'p str> {
        match (self.peek(), self.words.get(self.next + 1)) {
            (Word::Name(name), Some((Word::Symbol('='), _))) => {
                self.next += 2;
                Some(name)
            }
            _ => None,
        }
    }

    /// The value of a parameter.
    fn number(&mut self) -> Result<f64, Mistake> {
        let negative = self.take(Word::Symbol('-'));
        if !negative {
            self.take(Word::Symbol('+'));
        }
        let constant = |name| CONSTANTS.into_iter().find(|c| c.0 == name).map(|c| c.1);
        let value = match self.peek() {
            Word::Number(value) => Some(value),
            Word::Name(name) => constant(name),
            _ => None,
        };
        let value = value.ok_or_else(|| self.expected("a number, since a parameter is one"))?;
        self.advance();
        Ok(if negative { -value } else { value })
    }

    /// Applies an op to what was read last.
    fn apply(&mut self, name: &str, params: &[(&str, f64)], count: usize, at: usize) -> Result<(), Mistake> {
        let op = self.parser.registry.find(name, params).map_err(|error| Mistake::new(at, error.to_string()))?;
        if let Some(fault) = op.validate(count) {
            return Err(Mistake::new(at, format!("{name} {fault}")));
        }
        self.push(Step::Apply(Applied::Op(op), count));
        Ok(())
    }

    fn push(&mut self, step: Step) {
        self.parser.steps.push(step);
    }

    fn peek(&self) -> Word<'p> {
        self.words[self.next].0
    }

    /// Where the next word stands.
    fn at(&self) -> usize {
        self.words[self.next].1
    }

    /// Passes the next word, which is not the end.
    fn advance(&mut self) {
        self.next += 1;
    }

    /// Passes the next word if it is this one.
    fn take(&mut self, word: Word<'_>) -> bool {
        let taken = self.peek() == word;
        self.next += usize::from(taken);
        taken
    }

    fn expect(&mut self, symbol: char) -> Result<(), Mistake> {
        if self.take(Word::Symbol(symbol)) { Ok(()) } else { Err(self.expected(&format!("`{symbol}`"))) }
    }

    fn expected(&self, what: &str) -> Mistake {
        Mistake::new(self.at(), format!("expected {what}, found {}", self.peek()))
    }

    pub fn end(&self) -> Result<(), Mistake> {
        match self.peek() {
            Word::End => Ok(()),
            Word::Symbol(')') => Err(Mistake::new(self.at(), "this `)` closes nothing")),
            _ => Err(self.expected("an operator or the end")),
        }
    }
}
