//! `gprime step` on a terminal: one screen a step, and keys.

use crate::failure::Failure;
use crate::teach::find;
use console::{Key, Term};
use gprime::teach::{Steps, Style, Trace};
use std::io::{IsTerminal, Write};

/// How many nodes a trace may have so that its table is shown above the step.
const MOST_ROWS: usize = 16;

/// Whether somebody sits there who can press keys.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// What is done at a key.
#[derive(Debug, PartialEq)]
enum Act {
    Next,
    Back,
    GoTo,
    Explain,
    Quit,
    Nothing,
}

fn act(key: &Key) -> Act {
    match key {
        Key::Char(' ' | 'n') | Key::Enter | Key::ArrowRight | Key::ArrowDown => Act::Next,
        Key::Char('b' | 'p') | Key::Backspace | Key::ArrowLeft | Key::ArrowUp => Act::Back,
        Key::Char('g') => Act::GoTo,
        Key::Char('e') => Act::Explain,
        Key::Char('q') | Key::Escape | Key::CtrlC => Act::Quit,
        _ => Act::Nothing,
    }
}

/// Shows the steps until the user has enough.
pub fn interactive(trace: &Trace, steps: &Steps<'_>, mistaken: bool, style: &Style) -> Result<(), Failure> {
    let (term, mut out) = (Term::stdout(), anstream::stdout());
    let (mut at, mut note) = (0, String::new());
    loop {
        // the table is that of the right pass
        let above = if trace.nodes.len() <= MOST_ROWS && !mistaken {
            trace.table_after(style, at + 1) + "\n"
        } else {
            String::new()
        };
        let keys = "[space] next  [b] back  [g] go to  [e] explain  [q] quit";
        term.clear_screen()?;
        write!(out, "{above}{}\n{note}{keys}", steps.show(at, style))?;
        out.flush()?;
        note.clear();
        let key = match term.read_key() {
            // Ctrl-C, or the end of the input
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Key::CtrlC,
            key => key?,
        };
        match act(&key) {
            Act::Next => at = (at + 1).min(steps.len() - 1),
            Act::Back => at = at.saturating_sub(1),
            Act::Explain => note = trace.explain(steps.node(at), style) + "\n",
            Act::GoTo => {
                write!(out, "\ngo to node: ")?;
                out.flush()?;
                let name = term.read_line()?;
                match find(trace, name.trim()) {
                    Ok(id) => match steps.find(id, at + 1) {
                        Some(found) => at = found,
                        None => note = format!("no step is about {id}\n"),
                    },
                    Err(fault) => note = format!("{fault}\n"),
                }
            }
            Act::Quit => {
                writeln!(out)?;
                return Ok(());
            }
            Act::Nothing => {}
        }
    }
}
