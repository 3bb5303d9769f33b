//! A program of one's own, step by step: names and scopes, the table, one node in full, and where an infinity came from.
//!
//! `cargo run --example trace`

use gprime::prelude::*;
use gprime::teach::{Mistake, Style};

fn main() -> Result<(), gprime::Error> {
    let tape = Recorder::new();
    let input = |name, value| tape.named(name, tape.var(value));
    let (w, x, b, target) = (input("w", 0.5), input("x", 2.0), input("b", -1.5), input("target", 1.0));
    let a = tape.scope("neuron", || tape.named("a", (w * x + b).sigmoid()));
    let error = a - target;
    let loss = tape.named("loss", error * error);

    let (trace, style) = (tape.trace(loss)?, Style::default());
    println!("{trace}\n");
    if let Some(a) = trace.find("a") {
        println!("{}", trace.explain(a, &style));
    }
    // error is used twice: what if the second use replaced the first?
    println!("{}", trace.mistaken(Mistake::Overwrite).beside(&trace, &style));

    // a square root at 0 has a slope that is not finite, and the trace knows the line
    let distance = (x - 2.0).square().sqrt();
    if let Some(origin) = tape.first_non_finite(distance)? {
        println!("{origin}");
    }
    Ok(())
}
