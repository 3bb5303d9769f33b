//! The gradient table in words: the gradient beside other ways to find it, as `check/table.rs` has computed them.

use super::style::{Cell, Style, Tint, ends, widths};
use crate::check::{Agreement, Check, CheckLine};

impl CheckLine {
    /// What is said after the verdict of a step that crosses a kink.
    pub(crate) fn crossing(&self) -> String {
        self.crossed.map_or(String::new(), |node| format!(": kink crossed at {node}"))
    }
}

/// How many inputs are shown in the table.
const MOST_INPUTS: usize = 20;

/// An error with two digits.
pub(crate) fn small(error: f64) -> String {
    if error == 0.0 { "0".to_owned() } else { format!("{error:.1e}") }
}

impl Check {
    /// The table of derivatives, and how the error depends on the step.
    pub fn table(&self, style: &Style) -> String {
        let wide = style.doubled();
        let numeric = format!("numeric h={:.1e}", self.step);
        let mut rows = vec![["", "reverse", "forward (dual)", &numeric].map(Cell::new).to_vec()];
        rows[0].push(Cell::wide("rel. error"));
        let (first, last) = ends(self.inputs.len(), MOST_INPUTS);
        let row = |line: &CheckLine| {
            let tint = if line.verdict == Agreement::Wrong { Tint::Bad } else { Tint::Forward };
            let sides = match line.sides[..] {
                [left, right] => format!(": {} on the left, {} on the right", style.short(left), style.short(right)),
                _ => String::new(),
            };
            let word = match line.verdict {
                Agreement::Good => format!("good{}", line.crossing()),
                Agreement::Kink => format!("kink{sides}"),
                Agreement::Jump => "the value jumps here: there is no derivative".to_owned(),
                Agreement::Undefined => "the value is not finite here".to_owned(),
                Agreement::Doubtful => "doubtful: the differences are too rough".to_owned(),
                Agreement::Wrong => format!("wrong{sides}"),
            };
            let name = style.text(&format!("∂{}/∂{}", self.output, line.input)).into_owned();
            vec![
                Cell::new(name),
                Cell::new(wide.number(line.reverse)),
                Cell::new(line.forward.map_or("-".to_owned(), |x| wide.number(x))),
                Cell::new(wide.number(line.numeric)),
                Cell::new(small(line.error)),
                Cell::new(word).tint(tint),
            ]
        };
        rows.extend(self.inputs[first.clone()].iter().map(row));
        if last.start > first.end {
            rows.push(vec![Cell::wide(format!("{} here", style.count(last.start - first.end, "more input")))]);
        }
        rows.extend(self.inputs[last.clone()].iter().map(row));
        style.columns(&rows, &[6, 3, 3, 3, 3]) + &self.sweep_rows(style, first.chain(last))
    }

    fn sweep_rows(&self, style: &Style, inputs: impl Iterator<Item = usize>) -> String {
        let mut rows = vec![vec![Cell::new("step h")]];
        rows[0].extend(self.sweep.iter().map(|line| Cell::new(format!("{:e}", line.step))));
        for input in inputs {
            let errors: Vec<f64> = self.sweep.iter().map(|line| line.errors[input]).collect();
            let mut row = vec![Cell::new(style.text(&format!("error {}", self.inputs[input].input)))];
            row.extend(errors.iter().map(|error| Cell::new(small(*error))));
            let best = errors.iter().copied().fold(f64::INFINITY, f64::min);
            if matches!(errors[..], [first, .., last] if first > best && last > best) {
                row.push(Cell::wide(style.text("  too big ← best → rounding")));
            }
            rows.push(row);
        }
        let gaps = widths(&rows).into_iter().enumerate();
        let gaps: Vec<usize> =
            gaps.map(|(i, width)| if i == 0 { 2 } else { 9usize.saturating_sub(width).max(2) }).collect();
        style.columns(&rows, &gaps)
    }
}
