//! The simplest point that fails, and a test of it.

use super::report::Finding;
use crate::graph::DynOp;
use crate::op::Point;
use std::fmt::Write;

/// Of the points that `fails` still gives a finding for, the simplest near the given one: each number as plain as can be.
pub(super) fn simplest(x: &[f64], fails: impl Fn(&[f64]) -> Option<Finding>) -> Option<Finding> {
    let mut simplest = Point::from_slice(x);
    let mut finding = fails(x)?;
    for i in 0..x.len() {
        for candidate in plainer(x[i]) {
            let mut shrunk = simplest.clone();
            shrunk[i] = candidate;
            if let Some(found) = fails(&shrunk) {
                (simplest, finding) = (shrunk, found);
                break;
            }
        }
    }
    Some(finding)
}

/// Numbers plainer than x, the plainest first: small ones, then x with more and more digits.
fn plainer(x: f64) -> impl Iterator<Item = f64> {
    const PLAIN: [f64; 9] = [1.0, 2.0, 0.5, 3.0, 4.0, 10.0, 0.1, 40.0, 0.0];
    let short = (1..=51).map(move |bits| {
        let keep = !0u64 << (52 - bits);
        f64::from_bits(x.to_bits() & keep)
    });
    let plain = PLAIN.into_iter().flat_map(move |p| [p.copysign(x), -p.copysign(x)]);
    plain.chain(short).filter(move |&p| p != x && p.is_finite())
}

/// A test that fails as the point does, ready to be pasted: it is given the op that was checked, since how that is made is only known to
/// whoever made it.
pub(super) fn test(op: &dyn DynOp, x: &[f64], seed: u64) -> String {
    let (kind, call, at) = match op.arity() {
        _ if op.is_opaque() => ("dyn gprime::graph::DynOp".to_owned(), "dyn_op_at", "&x"),
        Some(n) => (format!("impl gprime::op::Op<{n}>"), "op_at", "&x"),
        None => ("impl gprime::op::Reduce".to_owned(), "reduce_at", "&x"),
    };
    let params: Vec<_> = op.params().iter().map(|(name, value)| format!("{name} = {value:?}")).collect();
    let with = if params.is_empty() { String::new() } else { format!(" with {}", params.join(", ")) };
    let mut text = format!("/// To be called in a test with {}{with}. Found with the seed {seed:#x}.\n", op.name());
    let _ = writeln!(text, "#[track_caller]");
    let _ = writeln!(text, "fn the_slope_of_{}_is_right(op: &{kind}) {{", identifier(op.name()));
    text += &point(x);
    let _ = writeln!(text, "    gprime::check::{call}(op, {at}).assert_pass();\n}}");
    text
}

/// The test that a failure of closures prints: `call` is the check that failed.
pub(super) fn foreign_test(call: &str, x: &[f64]) -> String {
    let [f, df] = match call {
        "rule" => ["f64) -> f64", "f64) -> f64"],
        "gradient" => ["&[f64]) -> f64", "&[f64]) -> Vec<f64>"],
        "jacobian" => ["&[f64]) -> Vec<f64>", "&[f64]) -> Vec<Vec<f64>>"],
        _ => ["&[f64]) -> Vec<f64>", "&[f64], &[f64]) -> Vec<f64>"],
    };
    let mut text = "/// To be called in a test with the two closures that were checked.\n#[track_caller]\n".to_owned();
    let _ = writeln!(text, "fn the_{call}_is_right(f: impl Fn({f}, df: impl Fn({df}) {{");
    text += &point(x);
    let checked = if call == "rule" { "rule(f, df).at(&x)".to_owned() } else { format!("{call}(f, df, &x)") };
    let _ = writeln!(text, "    gprime::check::{checked}.assert_pass();\n}}");
    text
}

/// A point to the bit.
fn point(x: &[f64]) -> String {
    let number = |x: &f64| format!("        f64::from_bits({:#018x}), // {x:e}\n", x.to_bits());
    format!("    let x = [\n{}    ];\n", x.iter().map(number).collect::<String>())
}

/// A name as a part of an identifier.
fn identifier(name: &str) -> String {
    let letter = |c: char| if c.is_alphanumeric() { c.to_lowercase().collect() } else { "_".to_owned() };
    name.chars().map(letter).collect()
}
