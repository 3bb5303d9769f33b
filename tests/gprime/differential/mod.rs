//! Random programs through every mode: nothing panics, values are the same bits, derivatives are right within bounds that are derived.
//!
//! `GPRIME_PROGRAMS=1000000 GPRIME_SEED=7 cargo test --release --test gprime differential -- --nocapture` makes more of them.

pub mod generate;
mod judge;
pub mod program;
mod reference;
mod shrink;

use generate::{Generator, Ops, Random};
use judge::{Failure, Judge};
use program::Program;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

/// What is wrong with a program on tapes that were not used before.
fn judged_afresh(program: &Program) -> Result<(), Failure> {
    Judge::new().judge(program)
}

#[test]
fn modes_agree_on_random_programs() {
    let (programs, seed) = (setting("GPRIME_PROGRAMS", 20_000), setting("GPRIME_SEED", 12));
    let most = setting("GPRIME_FAILURES", 1) as usize;
    let ops = Ops::new();
    let mut judge = Judge::new();
    let mut kinds: Vec<String> = vec![];
    for i in 0..programs {
        let mut random = Random(seed << 32 ^ i);
        let program = Generator::program(&mut random, &ops);
        if let Err(failure) = judge.judge(&program) {
            judge = judge.with_new_tapes();
            let (program, failure) = shrink::shrink(program, failure);
            // one mistake is told once
            let kind = format!("{} in {}", failure.kind, program.calls());
            if kinds.contains(&kind) {
                continue;
            }
            kinds.push(kind);
            println!("program {i}: {}", shrink::report(&program, failure));
            if kinds.len() >= most {
                break;
            }
        }
    }
    println!("{programs} programs from the seed {seed}: {:?}", judge.counts);
    assert!(kinds.is_empty(), "{kinds:#?}");
}

/// Runs a program that a failure printed.
fn replay(text: &str) {
    let program: Program = serde_json::from_str(text).expect("a program as it was printed");
    if let Err(failure) = judged_afresh(&program) {
        panic!("{failure}");
    }
}

#[test]
fn replay_of_the_environment() {
    if let Ok(text) = std::env::var("GPRIME_REPLAY") {
        replay(&text);
    }
}

/// Sums in a loop, of which the first term is the same constant in each repetition and the others are not: an operand that stands still is the first
/// term alone.
#[test]
fn terms_behind_a_constant() {
    let zeros = vec!["0.0"; 49].join(",");
    let rest = vec!["0.0"; 15].join(",");
    replay(&format!(
        r#"{{"x":[0.0],"body":{{"code":[
            {{"sum_terms":{{"n":5,"body":{{"code":[
                {{"constants":[0.0]}},
                {{"scan":{{"steps":[{{"op":"c","a":2,"b":2,"c":0.0}}],"passes":1,"state":[[{zeros}],[{zeros}]],"carry":[],"params":[[1]]}}}},
                {{"sum":[0,0.0,1.0,2,{rest},62]}}
            ],"outputs":[101]}},"args":[0]}}}},
            {{"mat_mul":{{"a":[0.0,1,0.0],"b":[0.0,1.0,0.0],"inner":3}}}}
        ],"outputs":[2]}}}}"#
    ));
}
