//! How numbers and points are written in JSON.

use crate::Format;
use gprime::teach::Number;
use gprime::visible;
use serde::Serialize;
use std::io::{self, Write};

/// A point, or slopes at one: a number where there is one argument, else a list.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Point {
    Scalar(Number),
    Vector(Vec<Number>),
}

impl Point {
    /// A point of an op of so many arguments; `None` if it takes any number.
    pub fn new(x: &[f64], arity: Option<usize>) -> Self {
        match (arity, x) {
            (Some(1), &[x]) => Point::Scalar(Number(x)),
            _ => Point::Vector(x.iter().copied().map(Number).collect()),
        }
    }
}

/// A kink, as the contract writes it; `verdict` is there in a check alone.
#[derive(Serialize)]
pub struct Kink {
    at: Point,
    left: Point,
    right: Point,
    slope: Point,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
}

impl Kink {
    pub fn new(kink: &gprime::op::Kink, arity: Option<usize>, verdict: Option<String>) -> Self {
        let point = |x| Point::new(x, arity);
        let [at, left, right, slope] = [&kink.at, &kink.left, &kink.right, &kink.slope].map(|x| point(x));
        Kink { at, left, right, slope, verdict }
    }
}

/// One line of JSON, spaced as the contract writes it: `{"a": 1, "b": [2, 3]}`.
pub fn line(value: &impl Serialize, format: &Format) -> String {
    let mut text = vec![];
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Spaced { ascii: format.ascii });
    value.serialize(&mut serializer).expect("every key is a string");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is UTF-8")
}

struct Spaced {
    ascii: bool,
}

impl serde_json::ser::Formatter for Spaced {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        for c in text.chars() {
            // what a terminal would not show is escaped, which loses nothing
            let plain = if self.ascii { c.is_ascii() } else { visible(c.encode_utf8(&mut [0; 4])).chars().eq([c]) };
            if plain {
                write!(writer, "{c}")?;
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.begin_array_value(writer, first)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
