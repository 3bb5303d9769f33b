//! Negative control: every wrong rule of every op is caught.

use gprime::{Registry, check};

#[test]
fn every_wrong_rule_of_every_op_is_caught() {
    let mut total = 0;
    let mut survivors = String::new();
    for op in Registry::new().iter() {
        let mutants = check::mutants(op);
        println!("{mutants}");
        total += mutants.total;
        if mutants.killed < mutants.total {
            survivors += &format!("{mutants}\n");
        }
    }
    assert!(survivors.is_empty(), "{survivors}");
    println!("{total} of {total} wrong rules caught");
    assert!(total > 700, "only {total} wrong rules were made");
}
