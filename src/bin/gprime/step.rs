//! `gprime step` on a terminal: one screen a step, and keys.

use crate::failure::Failure;
use crate::teach::find;
use console::{Key, Term};
use gprime::teach::{Steps, Style, Trace};
use std::io::{self, IsTerminal, Write};
use std::thread;
use std::time::Duration;

/// How many nodes a trace may have so that its table is shown above the step.
const MOST_ROWS: usize = 16;

/// Whether somebody sits there who can press keys.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Shows the steps until the user has enough.
pub fn interactive(trace: &Trace, steps: &Steps<'_>, mistaken: bool, style: &Style) -> Result<(), Failure> {
    #[cfg(unix)]
    leave_the_terminal_as_it_is()?;
    let (term, mut out) = (Term::stdout(), anstream::stdout());
    let mut session = Session { trace, steps, mistaken, style, at: 0, note: String::new() };
    loop {
        term.clear_screen()?;
        write!(out, "{}", session.screen())?;
        out.flush()?;
        let key = term.read_key().unwrap_or_else(|fault| {
            // a signal ends the program at once, from the thread that waits for it
            if fault.kind() == io::ErrorKind::Interrupted {
                thread::park_timeout(Duration::from_secs(1));
            }
            // the end of the input is as good as q
            Key::CtrlC
        });
        let ask = || {
            write!(out, "\ngo to node: ")?;
            out.flush()?;
            term.read_line()
        };
        if session.press(&key, ask)? {
            writeln!(out)?;
            return Ok(());
        }
    }
}

/// Sees to it that a signal that ends the program leaves the terminal as it is now. A key is read in raw mode, in which whoever types next
/// would see nothing.
#[cfg(unix)]
fn leave_the_terminal_as_it_is() -> io::Result<()> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::{iterator::Signals, low_level::emulate_default_handler};

    let now = tcgetattr(io::stdin())?;
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    thread::spawn(move || {
        loop {
            // whatever interrupts the wait for a key is made a SIGINT too
            let Some(signal) = signals.wait().max_by_key(|signal| *signal != SIGINT) else { continue };
            // whatever comes of this, the program ends as the signal says
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &now);
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(())
}

/// Where the user is.
struct Session<'a> {
    trace: &'a Trace,
    steps: &'a Steps<'a>,
    /// Whether the steps are those of a mistake.
    mistaken: bool,
    style: &'a Style,
    at: usize,
    /// What is said below the step, once.
    note: String,
}

impl Session<'_> {
    fn screen(&self) -> String {
        // the table is that of the right pass
        let above = if self.trace.nodes.len() <= MOST_ROWS && !self.mistaken {
            self.trace.table_after(self.style, self.at + 1) + "\n"
        } else {
            String::new()
        };
        let keys = "[space] next  [b] back  [g] go to  [e] explain  [q] quit";
        format!("{above}{}\n{}{keys}", self.steps.show(self.at, self.style), self.note)
    }

    /// Does what a key is for, and says whether that was to quit; `ask` asks for the name of a node.
    fn press(&mut self, key: &Key, ask: impl FnOnce() -> io::Result<String>) -> Result<bool, Failure> {
        self.note.clear();
        match key {
            Key::Char(' ' | 'n') | Key::Enter | Key::ArrowRight | Key::ArrowDown => {
                self.at = (self.at + 1).min(self.steps.len() - 1);
            }
            Key::Char('b' | 'p') | Key::Backspace | Key::ArrowLeft | Key::ArrowUp => {
                self.at = self.at.saturating_sub(1);
            }
            Key::Char('e') => self.note = self.trace.explain(self.steps.node(self.at), self.style) + "\n",
            Key::Char('g') => match find(self.trace, ask()?.trim()) {
                Ok(id) => match self.steps.find(id, self.at + 1) {
                    Some(found) => self.at = found,
                    None => self.note = format!("no step is about {id}\n"),
                },
                Err(fault) => self.note = format!("{fault}\n"),
            },
            Key::Char('q') | Key::Escape | Key::CtrlC => return Ok(true),
            _ => {}
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gprime::Recorder;

    #[test]
    fn keys_do_what_the_screen_says() {
        let tape = Recorder::new();
        let (x, y) = (tape.named("x", tape.var(2.0)), tape.named("y", tape.var(5.0)));
        let trace = tape.trace(x * y + x).unwrap();
        let (steps, style) = (trace.stepper(), Style::default());
        let mut session =
            Session { trace: &trace, steps: &steps, mistaken: false, style: &style, at: 0, note: String::new() };
        let mut press = |key: char, node: &str| {
            let quit = session.press(&Key::Char(key), || Ok(node.to_owned())).unwrap();
            (quit, session.at, session.screen())
        };
        assert_eq!(press('b', "").1, 0);
        assert_eq!(press(' ', "").1, 1);
        let (_, at, screen) = press('g', "y\n");
        assert!(at > 4 && screen.contains("to v2:"), "{screen}");
        assert!(press('e', "").2.contains("slopes y | x"));
        assert!(press('g', "z").2.contains("there is no node \"z\""));
        for _ in 0..100 {
            press(' ', "");
        }
        let (quit, at, screen) = press('?', "");
        assert!(!quit && at == steps.len() - 1 && screen.contains("backward 5 of 5"), "{screen}");
        assert!(press('q', "").0);
    }
}
