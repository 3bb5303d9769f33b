//! The checker: every registered op passes, and what is wrong is found.

use gprime::check;
use gprime::registry::Registry;

#[test]
fn every_registered_op_passes() {
    let failed: Vec<_> = check::registry(&Registry::new()).into_iter().filter(|r| !r.passed()).collect();
    assert!(failed.is_empty(), "{}", failed.iter().map(|r| format!("{r}\n")).collect::<String>());
}

#[test]
fn no_seed_raises_a_false_alarm() {
    let registry = Registry::new();
    for seed in 0..20 {
        for op in registry.iter() {
            check::erased_with_seed(&**op, seed).assert_pass();
        }
    }
}
