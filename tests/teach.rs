//! The account of a recording: it says what the tape did, to the bit, and is written and read without loss.

use gprime::Registry;
use gprime::prelude::*;
use gprime::teach::{Argument, Step, Trace};
use proptest::prelude::*;

/// What a random program is made of: inputs, and for each op its place in the registry and those of its arguments. The first
/// argument may be a constant.
#[derive(Clone, Debug)]
struct Random {
    inputs: Vec<f64>,
    ops: Vec<(usize, [usize; 4], Option<f64>)>,
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -3.0..3.0, 1 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, 6.0, 1e300, f64::INFINITY, f64::NAN])]
}

fn random() -> impl Strategy<Value = Random> {
    let op = (any::<usize>(), any::<[usize; 4]>(), prop::option::weighted(0.2, number()));
    (prop::collection::vec(number(), 1..4), prop::collection::vec(op, 1..30))
        .prop_map(|(inputs, ops)| Random { inputs, ops })
}

impl Random {
    /// Records it; every third variable gets a name. The last variable is the output.
    fn record<'t>(&self, tape: &'t Tape, registry: &Registry) -> Vec<Var<'t>> {
        let mut vars: Vec<_> = self.inputs.iter().map(|&x| tape.var(x)).collect();
        for (op, args, constant) in &self.ops {
            let op = registry.iter().nth(op % registry.iter().count()).unwrap();
            let mut x: Vec<_> = args.iter().map(|arg| vars[arg % vars.len()]).collect();
            x.truncate(op.arity().unwrap_or(4));
            if let (Some(constant), true) = (constant, x.len() > 1) {
                x[0] = Var::from(*constant);
            }
            if op.fault(x.len()).is_none() {
                vars.push(op.apply(&x).unwrap());
            }
        }
        for (i, &x) in vars.iter().enumerate().step_by(3) {
            tape.named(format!("n{i}"), x);
        }
        vars
    }
}

/// Whether two numbers are the same to the bit; the sign of NaN is nobody's.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// The adjoints that follow from the steps alone.
fn adjoints(trace: &Trace) -> Vec<f64> {
    let mut adjoints = vec![0.0; trace.nodes.len()];
    for step in &trace.steps {
        match *step {
            Step::Seed { node } => adjoints[node.index()] = trace.seed,
            Step::Contribute { from, argument, to, upstream, local, amount, sum_after, .. } => {
                let partial = &trace.node(from).partials[argument as usize];
                assert!(same(partial.value, local));
                assert!(same(adjoints[from.index()], upstream), "the adjoint was complete");
                assert!(same(Real::chain(upstream, local), amount));
                adjoints[to.index()] += amount;
                assert!(same(adjoints[to.index()], sum_after));
            }
            Step::Skip { node } => assert_eq!(adjoints[node.index()], 0.0),
            Step::Forward { .. } => {}
        }
    }
    adjoints
}

/// A node passes its adjoint on when nothing more is to come to it, and the count says so.
fn every_node_waits_its_turn(trace: &Trace) {
    for (i, step) in trace.steps.iter().enumerate() {
        let to_come = |node| {
            let later = &trace.steps[i + 1..];
            later.iter().filter(|step| matches!(step, Step::Contribute { to, .. } if *to == node)).count()
        };
        if let Step::Contribute { from, to, waiting, .. } = *step {
            assert_eq!((to_come(to), to_come(from)), (waiting as usize, 0));
        }
    }
}

proptest! {
    #[test]
    fn the_steps_give_the_adjoints_of_backward_to_the_bit(program in random()) {
        let registry = Registry::new();
        let tape = Tape::new();
        let vars = program.record(&tape, &registry);
        let y = *vars.last().unwrap();
        prop_assume!(tape.index(y).is_some());
        let (trace, gradient) = (tape.trace(y).unwrap(), tape.backward(y));
        let from_steps = adjoints(&trace);
        every_node_waits_its_turn(&trace);
        let constants = (0..tape.len()).filter(|&i| tape.node(i).op.is_none() && !tape.node(i).is_input);
        prop_assert_eq!(trace.nodes.len(), tape.len() - constants.clone().count());
        for &x in vars.iter().filter(|&&x| tape.index(x).is_some()) {
            let index = tape.index(x).unwrap();
            let place = index - constants.clone().filter(|&i| i < index).count();
            let node = &trace.nodes[place];
            let expected = gradient.get(x).unwrap_or(0.0);
            prop_assert!(same(from_steps[place], expected));
            prop_assert!(same(node.adjoint.unwrap_or(0.0), expected));
            prop_assert!(same(node.value, x.value()));
            prop_assert!(node.adjoint.is_some() || index != tape.index(y).unwrap());
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn what_is_written_is_read(program in random()) {
        let (registry, tape) = (Registry::new(), Tape::new());
        let y = *program.record(&tape, &registry).last().unwrap();
        prop_assume!(tape.index(y).is_some());
        let trace = tape.trace(y).unwrap();
        let text = serde_json::to_string(&trace).unwrap();
        let again: Trace = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&serde_json::to_string(&again).unwrap(), &text);
        // NaN is not equal to itself
        prop_assert!(again == trace || text.contains("\"nan\""));
    }
}

fn baydin(tape: &Tape) -> Trace {
    let (x1, x2) = (tape.named("x1", tape.var(2.0)), tape.named("x2", tape.var(5.0)));
    tape.trace(x1.ln() + x1 * x2 - x2.sin()).unwrap()
}

#[test]
fn rules_and_partials_are_written_as_people_do() {
    let trace = baydin(&Tape::new());
    assert_eq!(trace.source, "ln(x1) + x1·x2 − sin(x2)");
    let rules: Vec<_> = trace.nodes.iter().map(|node| node.rule.as_str()).collect();
    assert_eq!(rules, ["x1", "x2", "ln v1", "v1·v2", "v3 + v4", "sin v2", "v5 − v6"]);
    let formulas: Vec<_> = trace.nodes.iter().flat_map(|node| &node.partials).map(|p| p.formula.as_str()).collect();
    assert_eq!(formulas, ["1/v1", "v2", "v1", "1", "1", "cos(v2)", "1", "−1"]);
    let tape = Tape::new();
    let x = tape.var(-1.0);
    let trace = tape.trace((x * -2.0).sigmoid().relu() / 4.0).unwrap();
    assert_eq!(trace.nodes[1].rule, "v1·(−2)");
    assert_eq!(trace.nodes[1].args, [Argument::Node(trace.nodes[0].id), Argument::Constant(-2.0)]);
    assert_eq!(trace.nodes[1].partials[0].formula, "−2");
    assert_eq!(trace.nodes[2].partials[0].formula, "v3·(1 − v3)");
    assert_eq!(trace.nodes[3].partials[0].formula, "1 if 0 < v3 else 0");
    assert_eq!(trace.nodes[0].loc.as_ref().unwrap().file, file!());
}

#[test]
fn a_trace_of_something_else_is_an_error() {
    let (tape, other) = (Tape::new(), Tape::new());
    assert!(tape.trace(Var::from(1.0)).unwrap_err().is_foreign_variable());
    assert!(tape.trace(other.var(1.0)).unwrap_err().is_foreign_variable());
}

#[test]
fn what_the_output_does_not_depend_on_has_no_adjoint() {
    let tape = Tape::new();
    let (x, unused, gated) = (tape.var(2.0), tape.var(3.0), tape.var(-1.0));
    let y = x * (gated * 2.0).relu();
    let _ = unused * y;
    let trace = tape.trace(y).unwrap();
    // the gate is closed: its input's adjoint is 0, and it passes nothing on
    let adjoints: Vec<_> = trace.nodes.iter().map(|node| node.adjoint).collect();
    assert_eq!(adjoints, [Some(0.0), None, Some(0.0), Some(0.0), Some(2.0), Some(1.0), None]);
    assert!(trace.steps.contains(&Step::Skip { node: trace.nodes[3].id }));
}

#[test]
fn kinks_are_noted() {
    let tape = Tape::new();
    let (x, y) = (tape.var(0.0), tape.var(3.25));
    let out = x.relu() + y.max(y) + y.min(x) + (x + 6.0).relu();
    let trace = tape.trace(out).unwrap();
    let kinks: Vec<_> = trace.nodes.iter().filter(|node| node.kink.is_some()).map(|n| n.rule.as_str()).collect();
    assert_eq!(kinks, ["relu v1", "max(v2, v2)"]);
    let kink = trace.nodes[3].kink.as_ref().unwrap();
    assert_eq!((&kink.at[..], &kink.slope[..]), (&[3.25, 3.25][..], &[0.5, 0.5][..]));
}

#[test]
fn scopes_and_names() {
    let tape = Tape::new();
    let x = tape.named("a\tb", tape.var(1.0));
    let y = tape.scope("outer", || {
        let u = x * x;
        let v = tape.scope("inner", || u.exp());
        v + u
    });
    let trace = tape.trace(y + 1.0).unwrap();
    let scopes: Vec<_> = trace.nodes.iter().map(|node| node.scope.as_deref()).collect();
    assert_eq!(scopes, [None, Some("outer"), Some("outer/inner"), Some("outer"), None]);
    assert_eq!(trace.nodes[0].rule, "a\\tb");
    assert_eq!((trace.find("v3"), trace.find("v9"), trace.find("v0")), (Some(trace.nodes[2].id), None, None));
}

#[cfg(feature = "serde")]
#[test]
fn a_trace_that_no_tape_made_is_refused() {
    let trace = baydin(&Tape::new());
    let text = serde_json::to_string(&trace).unwrap();
    let refuses = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        assert!(serde_json::from_str::<Trace>(&text.replacen(from, to, 1)).is_err(), "{from} -> {to}");
    };
    refuses("\"version\":1", "\"version\":2");
    refuses("\"output\":\"v7\"", "\"output\":\"v8\"");
    refuses("\"output\":\"v7\"", "\"output\":\"7\"");
    refuses("\"id\":\"v3\"", "\"id\":\"v4\"");
    refuses("{\"node\":\"v1\"}", "{\"node\":\"v7\"}");
    refuses("\"op\":0", "\"op\":17");
    refuses("\"argument\":0", "\"argument\":2");
    refuses("\"value\":2.0", "\"value\":\"two\"");
}
