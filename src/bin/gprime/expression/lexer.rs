//! The words of an expression: numbers, names and symbols, each with its place.

use super::Mistake;
use crate::float;
use std::fmt;
use winnow::ascii::{Caseless, digit0, digit1, hex_digit0, multispace0};
use winnow::combinator::{alt, opt};
use winnow::error::EmptyError;
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{one_of, take_while};

/// A word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Word<'a> {
    Number(f64),
    Name(&'a str),
    Symbol(char),
    End,
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Word::Number(x) => write!(f, "the number {x}"),
            Word::Name(name) => write!(f, "the name {name}"),
            Word::Symbol(symbol) => write!(f, "`{symbol}`"),
            Word::End => f.write_str("the end"),
        }
    }
}

const SYMBOLS: [char; 12] = ['+', '-', '*', '/', '^', '(', ')', '[', ']', ',', ';', '='];

type Input<'a> = LocatingSlice<&'a str>;

/// The words of a text, the last of which is the end.
pub fn words(text: &str) -> Result<Vec<(Word<'_>, usize)>, Mistake> {
    let mut input = Input::new(text);
    let mut words = vec![];
    loop {
        blanks(&mut input);
        let at = input.current_token_start();
        if input.is_empty() {
            words.push((Word::End, at));
            return Ok(words);
        }
        match word(&mut input) {
            Ok(word) => words.push((word, at)),
            Err(_) => return Err(Mistake::new(at, format!("{:?} means nothing here", input.chars().next().unwrap()))),
        }
    }
}

/// Whether a text is a name, as a variable may have it.
pub fn is_name(text: &str) -> bool {
    text != "let" && name.parse(Input::new(text)).is_ok()
}

fn blanks(input: &mut Input<'_>) {
    let _: Result<_, EmptyError> = multispace0.parse_next(input);
}

fn word<'a>(input: &mut Input<'a>) -> Result<Word<'a>, EmptyError> {
    alt((
        alt((hexadecimal, decimal)).verify_map(float::read).map(Word::Number),
        name.map(Word::Name),
        one_of(SYMBOLS).map(Word::Symbol),
    ))
    .parse_next(input)
}

fn name<'a>(input: &mut Input<'a>) -> Result<&'a str, EmptyError> {
    (one_of(('a'..='z', 'A'..='Z', '_')), take_while(0.., ('a'..='z', 'A'..='Z', '0'..='9', '_')))
        .take()
        .parse_next(input)
}

fn decimal<'a>(input: &mut Input<'a>) -> Result<&'a str, EmptyError> {
    let digits = alt(((digit1, opt(('.', digit0))).void(), ('.', digit1).void()));
    (digits, opt((one_of(['e', 'E']), sign, digit1))).take().parse_next(input)
}

fn hexadecimal<'a>(input: &mut Input<'a>) -> Result<&'a str, EmptyError> {
    let exponent = (one_of(['p', 'P']), sign, digit1);
    (Caseless("0x"), hex_digit0, opt(('.', hex_digit0)), opt(exponent)).take().parse_next(input)
}

fn sign(input: &mut Input<'_>) -> Result<(), EmptyError> {
    opt(one_of(['+', '-'])).void().parse_next(input)
}
