//! The simplest point that fails, and a test of it.

use super::report::Finding;
use crate::op::Point;
use crate::tape::Erased;
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

/// A test that fails as the point does, ready to be pasted.
pub(super) fn test(op: &dyn Erased, x: &[f64], seed: u64) -> String {
    let mut text = format!("#[test]\nfn {}_has_the_right_slope() {{\n", op.name());
    let _ = writeln!(text, "    // found with the seed {seed:#x}");
    let _ = writeln!(text, "    let x = [");
    for x in x {
        let _ = writeln!(text, "        f64::from_bits({:#018x}), // {x:e}", x.to_bits());
    }
    let _ = writeln!(text, "    ];");
    let _ = writeln!(text, "    gprime::check::op_at(&{}, &x).assert_pass();\n}}", type_name(op));
    text
}

/// The op as one would write it, if its type is called as its name says.
fn type_name(op: &dyn Erased) -> String {
    let upper = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    let name: String = op.name().split('_').map(upper).collect();
    let params: Vec<_> = op.params().iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    if params.is_empty() { name } else { format!("{name} {{ {} }}", params.join(", ")) }
}
