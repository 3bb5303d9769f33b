//! The account of a recording: it says what the tape did, to the bit, and is written and read without loss.

use crate::common::same;
use gprime::Registry;
use gprime::prelude::*;
use gprime::teach::{Agreement, Argument, Mistake, Step, Style, Trace};
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
    fn record<'t>(&self, tape: &'t Recorder, registry: &Registry) -> Vec<Expr<'t>> {
        let mut vars: Vec<_> = self.inputs.iter().map(|&x| tape.var(x)).collect();
        for (op, args, constant) in &self.ops {
            let op = registry.iter().nth(op % registry.iter().count()).unwrap();
            let mut x: Vec<_> = args.iter().map(|arg| vars[arg % vars.len()]).collect();
            x.truncate(op.arity().unwrap_or(4));
            if let (Some(constant), true) = (constant, x.len() > 1) {
                x[0] = Expr::from(*constant);
            }
            if op.validate(x.len()).is_none() {
                vars.push(op.apply(&x).unwrap());
            }
        }
        for (i, &x) in vars.iter().enumerate().step_by(3) {
            tape.named(format!("n{i}"), x);
        }
        vars
    }
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
                assert!(same(Real::mul_strong_zero(upstream, local), amount));
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
        let tape = Recorder::new();
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
        let (registry, tape) = (Registry::new(), Recorder::new());
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

fn baydin(tape: &Recorder) -> Trace {
    let (x1, x2) = (tape.named("x1", tape.var(2.0)), tape.named("x2", tape.var(5.0)));
    tape.trace(x1.ln() + x1 * x2 - x2.sin()).unwrap()
}

#[test]
fn rules_and_partials_are_written_as_people_do() {
    let trace = baydin(&Recorder::new());
    assert_eq!(trace.source, "ln(x1) + x1·x2 − sin(x2)");
    let rules: Vec<_> = trace.nodes.iter().map(|node| node.rule.as_str()).collect();
    assert_eq!(rules, ["x1", "x2", "ln v1", "v1·v2", "v3 + v4", "sin v2", "v5 − v6"]);
    let formulas: Vec<_> = trace.nodes.iter().flat_map(|node| &node.partials).map(|p| p.formula.as_str()).collect();
    assert_eq!(formulas, ["1/v1", "v2", "v1", "1", "1", "cos(v2)", "1", "−1"]);
    let tape = Recorder::new();
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
    let (tape, other) = (Recorder::new(), Recorder::new());
    assert!(tape.trace(Expr::from(1.0)).unwrap_err().is_foreign_variable());
    assert!(tape.trace(other.var(1.0)).unwrap_err().is_foreign_variable());
}

#[test]
fn what_the_output_does_not_depend_on_has_no_adjoint() {
    let tape = Recorder::new();
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
    let tape = Recorder::new();
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
    let tape = Recorder::new();
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
    let trace = baydin(&Recorder::new());
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

/// Every view of a trace, as one text.
fn views(trace: &Trace, style: &Style) -> String {
    let mut text = trace.table(style) + &trace.values(style);
    for node in &trace.nodes {
        text += &trace.explain(node.id, style);
        if node.op.is_none() {
            text += &trace.forward(node.id, style);
        }
    }
    for done in 0..=trace.steps.len() {
        text += &trace.table_after(style, done);
    }
    text += &trace.stepper().show_all(style);
    for mistake in Mistake::ALL {
        let mistaken = trace.mistaken(mistake);
        text += &mistaken.beside(trace, style);
        text += &mistaken.stepper(trace).show_all(style);
    }
    if let Some(origin) = trace.first_non_finite(style) {
        text += &origin.to_string();
    }
    let quiz = trace.quiz();
    text += &quiz.table(style);
    for blank in 0..quiz.blanks.len() {
        text += &quiz.question(blank, style);
        text += &quiz.answer(blank, style);
        let right = trace.node(quiz.blanks[blank]).adjoint.unwrap();
        assert!(quiz.is_right(blank, right));
    }
    text
}

/// A recursive backward pass that does not wait, as it is often written.
fn recursive(trace: &Trace, node: usize, adjoints: &mut [f64], visits: &mut usize) {
    let node = &trace.nodes[node];
    for (arg, partial) in node.args.iter().zip(&node.partials) {
        if let Argument::Node(arg) = *arg {
            *visits += 1;
            if *visits > 50_000 {
                return;
            }
            adjoints[arg.index()] += Real::mul_strong_zero(adjoints[node.id.index()], partial.value);
            recursive(trace, arg.index(), adjoints, visits);
        }
    }
}

proptest! {
    #[test]
    fn every_view_shows_every_program(program in random(), digits in 1usize..18) {
        let (registry, tape) = (Registry::new(), Recorder::new());
        let y = *program.record(&tape, &registry).last().unwrap();
        prop_assume!(tape.index(y).is_some());
        for trace in [tape.trace(y).unwrap(), tape.trace_in::<Single>(y).unwrap()] {
            let text = views(&trace, &Style { digits, ..Style::default() });
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "a control character");
            prop_assert!(text.chars().all(|c| (c as u32) < 0xf_0000), "a placeholder was left");
            let ascii = views(&trace, &Style { ascii: true, ..Style::default() });
            prop_assert!(ascii.is_ascii(), "not ASCII");
        }
    }

    #[test]
    fn forward_mode_is_that_of_the_tape(program in random()) {
        let (registry, tape) = (Registry::new(), Recorder::new());
        let vars = program.record(&tape, &registry);
        let y = *vars.last().unwrap();
        prop_assume!(tape.index(y).is_some());
        let trace = tape.trace(y).unwrap();
        let expected = tape.jvp(y, &[vars[0]], &[1.0]).unwrap();
        prop_assert!(same(trace.tangents(trace.nodes[0].id)[trace.output.index()], expected));
    }

    #[test]
    fn mistakes_are_really_made(program in random()) {
        let (registry, tape) = (Registry::new(), Recorder::new());
        let y = *program.record(&tape, &registry).last().unwrap();
        prop_assume!(tape.index(y).is_some());
        let trace = tape.trace(y).unwrap();
        let zero = || { let mut zero = vec![0.0; trace.nodes.len()]; zero[trace.output.index()] = 1.0; zero };
        // without waiting
        let (mut adjoints, mut visits) = (zero(), 0);
        recursive(&trace, trace.output.index(), &mut adjoints, &mut visits);
        let order = trace.mistaken(Mistake::Order);
        if visits <= 50_000 {
            prop_assert!(!order.stopped);
            for (node, expected) in trace.nodes.iter().zip(&adjoints).filter(|(node, _)| node.adjoint.is_some()) {
                prop_assert!(same(order.adjoints[node.id.index()].unwrap(), *expected), "{}", node.id);
            }
        }
        // the others, from the order of the right steps
        let (mut replaced, mut local_only) = (zero(), zero());
        for step in &trace.steps {
            if let Step::Contribute { from, to, argument, .. } = *step {
                let slope = trace.node(from).partials[argument as usize].value;
                replaced[to.index()] = Real::mul_strong_zero(replaced[from.index()], slope);
                local_only[to.index()] += slope;
            }
        }
        // what is 0 is not passed on, so that the right steps do not tell what a mistake comes to where one of the two is 0
        let none_skipped = !trace.steps.iter().any(|step| matches!(step, Step::Skip { .. }));
        let nowhere_zero = |x: &[f64]| {
            none_skipped && trace.nodes.iter().all(|node| node.adjoint.is_none() || x[node.id.index()] != 0.0)
        };
        for (mistake, expected) in [(Mistake::Overwrite, replaced), (Mistake::LocalOnly, local_only)] {
            let wrong = trace.mistaken(mistake);
            for node in trace.nodes.iter().filter(|node| node.adjoint.is_some() && nowhere_zero(&expected)) {
                prop_assert!(same(wrong.adjoints[node.id.index()].unwrap(), expected[node.id.index()]), "{}", node.id);
            }
        }
    }

    #[test]
    fn single_precision_is_single(program in random()) {
        let (registry, tape) = (Registry::new(), Recorder::new());
        let y = *program.record(&tape, &registry).last().unwrap();
        prop_assume!(tape.index(y).is_some());
        let trace = tape.trace_in::<Single>(y).unwrap();
        let single = |x: f64| same(f64::from(x as f32), x);
        for node in &trace.nodes {
            prop_assert!(single(node.value) && single(node.adjoint.unwrap_or(0.0)));
            prop_assert!(node.partials.iter().all(|partial| single(partial.value)));
        }
        for step in &trace.steps {
            if let Step::Contribute { upstream, local, amount, sum_after, .. } = *step {
                prop_assert!([upstream, local, amount, sum_after].into_iter().all(single));
            }
        }
    }
}

#[test]
fn a_second_pass_on_top_of_the_first() {
    let tape = Recorder::new();
    let x = tape.var(1.0);
    let u = x * x;
    let trace = tape.trace(u + u.sin()).unwrap();
    let c = 1f64.cos();
    // ū = 1 + c was left there, and the sine's adjoint 1 became 2
    let expected = 2.0 * (1.0 + c) + 2.0 * ((1.0 + c) + 2.0 * c + 1.0);
    approx::assert_relative_eq!(trace.mistaken(Mistake::Stale).adjoints[0].unwrap(), expected, max_relative = 1e-14);
}

#[test]
fn single_precision_alone_is_no_mistake() {
    let tape = Recorder::new();
    let (x, y) = (tape.var(0.1), tape.var(0.7));
    let trace = tape.trace_in::<Single>((x * y).sin().exp() / 3.0).unwrap();
    for mistake in [Mistake::Order, Mistake::Overwrite] {
        let mistaken = trace.mistaken(mistake);
        assert!(trace.nodes.iter().all(|node| !mistaken.is_wrong(node)), "{mistake}");
    }
    let order: Vec<_> = trace.mistaken(Mistake::Order).adjoints;
    assert_eq!(order, trace.nodes.iter().map(|node| node.adjoint).collect::<Vec<_>>());
}

#[test]
fn without_waiting_the_work_is_bounded() {
    let tape = Recorder::new();
    let x = tape.var(1.0);
    let y = (0..200).fold(x, |u, _| u + u);
    let trace = tape.trace(y).unwrap();
    let order = trace.mistaken(Mistake::Order);
    assert!(order.stopped && order.beside(&trace, &Style::default()).contains("stopped after 100 000 contributions"));
    // 2²⁰⁰ paths
    assert!(trace.explain(trace.nodes[0].id, &Style::default()).contains("about 1.6e60 paths to v201"));
}

#[test]
fn a_long_chain_is_shown_from_both_ends() {
    const LENGTH: usize = 1_000_000;
    let tape = Recorder::new();
    let x = tape.named("x", tape.var(0.5));
    let y = (1..LENGTH).fold(x, |u, _| u.sin());
    let trace = tape.trace(y).unwrap();
    assert_eq!(trace.nodes.len(), LENGTH);
    let style = Style::default();
    let table = trace.to_string();
    assert!(table.lines().count() < 210 && table.contains("999 800 more nodes"), "{}", table.lines().count());
    assert!(table.contains("v1000000") && table.contains("v1 "));
    let steps = trace.stepper().show_all(&style);
    assert!(steps.contains("more steps") && steps.lines().count() < 1200);
    let explained = trace.explain(trace.nodes[0].id, &style);
    assert!(explained.contains("1 path to v1000000") && explained.lines().count() < 20, "{explained}");
    for mistake in Mistake::ALL {
        assert!(trace.mistaken(mistake).beside(&trace, &style).lines().count() < 40);
    }
    assert!(trace.first_non_finite(&style).is_none());
    assert!(trace.quiz().table(&style).lines().count() < 210);
}

#[test]
fn a_value_used_by_everything_is_shown_from_both_ends() {
    let tape = Recorder::new();
    let x = tape.var(0.5);
    let terms: Vec<_> = (0..20_000).map(|i| x * f64::from(i)).collect();
    let y: Expr<'_> = terms.iter().sum();
    let trace = tape.trace(y).unwrap();
    let style = Style::default();
    assert!(trace.table(&style).contains("19 992 more contributions"));
    assert_eq!(trace.nodes[20_001].rule, "sum(v2, v3, …, v20001)");
    assert_eq!(trace.nodes[20_001].partials[7].formula, "∂v20002/∂v9");
    let explained = trace.explain(trace.nodes[0].id, &style);
    assert!(explained.lines().count() < 40 && explained.contains("20000 paths"), "{explained}");
    assert!(trace.explain(trace.output, &style).lines().count() < 40);
}

#[test]
fn names_are_shown_as_they_are_but_for_what_moves_the_cursor() {
    let tape = Recorder::new();
    let x = tape.named("<a href=\"x\">&'</a>", tape.var(1.0));
    let y = tape.scope("esc\u{1b}[31m", || tape.named("new\nline\u{7}", x * x));
    let trace = tape.trace(y).unwrap();
    let table = trace.to_string();
    assert!(table.contains("<a href=\"x\">&'</a>") && table.contains("new\\nline\\u{7} = v1·v1"), "{table}");
    assert_eq!(trace.nodes[1].scope.as_deref(), Some("esc\\u{1b}[31m"));
    assert!(!views(&trace, &Style::default()).contains(['\u{1b}', '\u{7}']));
}

#[test]
fn what_is_not_known_is_no_zero() {
    let trace = baydin(&Recorder::new());
    let style = Style::default();
    let pending = |done: usize| trace.table_after(&style, done).lines().filter(|line| line.ends_with('·')).count();
    // no value is known, then each, then the adjoints one by one
    assert_eq!((pending(0), pending(7), pending(8), pending(9)), (7, 7, 6, 5));
    assert_eq!(pending(trace.steps.len()), 0);
    assert_eq!(trace.table_after(&style, trace.steps.len()), trace.table(&style));
}

#[test]
fn the_first_number_that_is_not_finite_is_found() {
    let tape = Recorder::new();
    let x = tape.named("x", tape.var(-1.0));
    let (fine, bad) = (x.exp(), x.ln());
    let first = tape.first_non_finite(fine + bad * 2.0).unwrap().unwrap();
    assert_eq!(first.value.unwrap().index(), 2);
    assert!(first.to_string().contains(&format!("v3 = ln v1 = NaN   {}:{}", file!(), line!() - 3)), "{first}");
    // √ at 0: the value is finite, the slope is not
    let tape = Recorder::new();
    let x = tape.var(0.0);
    let first = tape.first_non_finite(x.sqrt() * 2.0).unwrap().unwrap();
    assert_eq!((first.value, first.contribution.unwrap().amount), (None, f64::INFINITY));
    // a branch that was not taken: 0 × ∞ met, and was annihilated
    let y = Real::select(Real::less(Expr::from(0.0), x), x.sqrt() * 3.0, 1.0.into());
    let first = tape.first_non_finite(y).unwrap().unwrap();
    assert_eq!((first.value, first.contribution), (None, None));
    let flow = first.annihilated.unwrap();
    assert_eq!((flow.upstream, flow.local, flow.amount), (0.0, f64::INFINITY, 0.0));
    assert!(first.to_string().contains("did not take it"), "{first}");
    assert!(tape.first_non_finite(x * 2.0).unwrap().is_none());
}

#[test]
fn a_right_program_has_no_wrong_rule() {
    let tape = Recorder::new();
    let (x, y) = (tape.var(0.7), tape.var(-1.2));
    let search = tape.locate((x * y).sin() + y.sigmoid()).unwrap();
    assert!(search.passed() && search.doubtful.is_empty() && search.unsure.is_empty());
    assert_eq!(search.checked, 4);
}

#[test]
fn the_error_of_differences_has_a_least() {
    let tape = Recorder::new();
    let (x, y) = (tape.named("x", tape.var(0.7)), tape.named("y", tape.var(-1.2)));
    let z = (x * y).sin() * x.exp();
    for (check, good) in [(tape.check_gradient(z).unwrap(), 1e-8), (tape.check_gradient_in::<Single>(z).unwrap(), 1e-2)]
    {
        assert!(check.passed);
        for input in 0..2 {
            let errors: Vec<f64> = check.sweep.iter().map(|line| line.errors[input]).collect();
            let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(least < good && errors[0] > 10.0 * least && errors[errors.len() - 1] > 10.0 * least, "{errors:?}");
        }
    }
}

#[test]
fn no_right_slope_is_called_wrong() {
    for op in Registry::new().iter() {
        for x in op.samples().iter().filter(|x| x.iter().all(|x| x.abs() < 20.0)) {
            let tape = Recorder::new();
            let vars: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
            let y = op.apply(&vars).unwrap();
            if y.value().is_finite() {
                for check in [tape.check_gradient(y).unwrap(), tape.check_gradient_in::<Single>(y).unwrap()] {
                    for line in &check.inputs {
                        assert_ne!(line.verdict, Agreement::Wrong, "{op:?} at {x:?}: {line:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_kind_of_point_is_told() {
    let verdict = |f: fn(Expr<'_>) -> Expr<'_>, x: f64| {
        let tape = Recorder::new();
        tape.check_gradient(f(tape.var(x))).unwrap().inputs[0].verdict
    };
    assert_eq!(verdict(|x| x.abs(), 0.0), Agreement::Kink);
    assert_eq!(verdict(|x| x.floor(), 2.0), Agreement::Jump);
    assert_eq!(verdict(|x| x.ln(), 0.0), Agreement::Undefined);
    assert_eq!(verdict(|x| x.sqrt(), 0.0), Agreement::Good);
    assert_eq!(verdict(|x| x.pow(1.5.into()), 0.0), Agreement::Good);
    assert_eq!(verdict(|x| x.sin() - x, 0.0), Agreement::Good);
    assert_eq!(verdict(|x| x.unary("bad", |z| z * z, |z| z), 1.0), Agreement::Wrong);
    assert_eq!(verdict(|x| x.unary("bad", f64::abs, |_| 2.0), 0.0), Agreement::Wrong);
}

#[test]
fn a_step_that_crosses_a_kink_says_where() {
    let crossed = |x: f64, y: f64| {
        let tape = Recorder::new();
        let (x, y) = (tape.var(x), tape.var(y));
        let check = tape.check_gradient((x - 1.0).relu() + x.max(y)).unwrap();
        assert!(check.passed);
        check.inputs.iter().map(|line| line.crossed.map(|id| id.to_string())).collect::<Vec<_>>()
    };
    let at = |id: &str| Some(id.to_owned());
    assert_eq!(crossed(1.5, -1.0), [None, None]);
    assert_eq!(crossed(1.000001, -1.0), [at("v4"), None]);
    assert_eq!(crossed(2.0, 2.0 - 1e-6), [at("v5"), at("v5")]);
}
