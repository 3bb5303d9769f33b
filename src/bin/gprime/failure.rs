//! Why the program could not do what it was asked.

use gprime::visible;
use std::{fmt, io};

/// A wrong request, in words; it goes to stderr.
#[derive(Debug)]
pub enum Failure {
    /// Something to tell the user.
    Message(String),
    /// Nobody reads the output any more, so there is nobody to tell.
    BrokenPipe,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Failure::Message(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // what the user has written may be in it, and goes to a terminal
            Failure::Message(message) => f.write_str(&shown(message)),
            Failure::BrokenPipe => f.write_str("the reader of the output has gone"),
        }
    }
}

impl From<gprime::Error> for Failure {
    fn from(error: gprime::Error) -> Self {
        Failure::new(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::new(error.to_string()),
        }
    }
}

/// A text of several lines as a terminal may be given it: without what would move the cursor or turn the order of reading.
pub fn shown(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}
