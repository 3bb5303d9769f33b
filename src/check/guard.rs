//! Calls to closures that are not ours: never outside of their domain, and a panic is caught and told.

use super::options::Options;
use super::report::{Report, Verdict, show};
use crate::op::Point;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Watches over calls to closures.
pub(super) struct Guard<'a> {
    options: &'a Options,
    /// The first panic: where, and what it said.
    panic: RefCell<Option<(Point, String)>>,
}

impl<'a> Guard<'a> {
    pub fn new(options: &'a Options) -> Self {
        Guard { options, panic: RefCell::default() }
    }

    /// What a closure gives at a point; `None` outside of the domain, and where it panics.
    pub fn call<T>(&self, x: &[f64], f: impl FnOnce() -> T) -> Option<T> {
        if !self.options.allows(x) {
            return None;
        }
        let answer = catch_unwind(AssertUnwindSafe(f));
        answer.map_err(|panic| self.note(x, &*panic)).ok()
    }

    fn note(&self, x: &[f64], panic: &(dyn std::any::Any + Send)) {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        self.panic.borrow_mut().get_or_insert_with(|| (Point::from_slice(x), text));
    }

    /// Whether there was a panic at this point.
    pub fn panicked_at(&self, x: &[f64]) -> bool {
        self.panic
            .borrow()
            .as_ref()
            .is_some_and(|(at, _)| at.len() == x.len() && at.iter().zip(x).all(|(a, b)| a.to_bits() == b.to_bits()))
    }

    /// Enters the first panic into the report: at a point that was asked for it is a failure; beside one, where differences were
    /// taken, the function may not be defined.
    pub fn tell(&self, asked: &[f64], report: &mut Report) {
        let at_asked = self.panicked_at(asked);
        if let Some((at, text)) = self.panic.borrow_mut().take() {
            let at = show(&at);
            if at_asked {
                // whatever else was found comes of it
                report.verdict = Verdict::Fail;
                report.reason = Some(format!("the closure panics at {at}: {text}"));
                (report.hint, report.worst) = (None, None);
            } else {
                report.unsure(format!(
                    "the closure panics at {at}, near the point: {text}; a domain keeps the check inside of it"
                ));
            }
        }
    }
}
