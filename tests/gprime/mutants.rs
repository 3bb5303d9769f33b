//! Negative control: every wrong rule of every op is caught.

use gprime::prelude::*;
use gprime::{Registry, check, graph::dyn_op};

#[test]
fn every_wrong_rule_of_every_op_is_caught() {
    let scores: Vec<_> = Registry::new().iter().map(|op| check::mutants(&**op)).collect();
    let killed: usize = scores.iter().map(|score| score.killed).sum();
    let total: usize = scores.iter().map(|score| score.total).sum();
    scores.iter().for_each(|score| println!("{score}"));
    println!("{killed} of {total} wrong rules caught");
    assert_eq!(killed, total);
    assert!(total > 1000, "only {total} wrong rules were made");
}

/// Every change of a rule that is wrong is caught, and that is no merit.
#[test]
#[should_panic(expected = "no wrong rules can be made of a wrong one")]
fn a_wrong_rule_has_no_score() {
    #[derive(Clone, PartialEq)]
    struct Wrong;
    impl Op<1> for Wrong {
        const NAME: &'static str = "wrong";
        fn value<R: Real>(&self, [z]: [R; 1]) -> R {
            z.sin()
        }
        fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
            [-z.cos()]
        }
    }
    let _ = check::mutants(&*dyn_op(Wrong));
}
