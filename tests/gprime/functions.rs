//! Functions in a recording: each call is one statement, whose derivatives are those of what the function does.

use crate::common::{near, same};
use gprime::check::{self, Agreement};
use gprime::op::{Relu, Sqrt};
use gprime::prelude::*;
use gprime::teach::{Style, Trace};
use proptest::prelude::*;
use std::array::from_fn;

/// Two results, one through another function, of three numbers.
#[derive(Clone)]
struct Inner {
    weight: f64,
}
impl Function<2, 1> for Inner {
    fn run<R: Apply>(&self, [a, b]: [R; 2]) -> [R; 1] {
        [(a * self.weight + b).tanh() - b]
    }
}
#[derive(Clone)]
struct Outer {
    weight: f64,
}
impl Function<3, 2> for Outer {
    fn run<R: Apply>(&self, [a, b, c]: [R; 3]) -> [R; 2] {
        let [inner] = R::run(&Inner { weight: self.weight }, [a * b, c]);
        let [list] = R::map(&Inner { weight: 0.5 }, [&[a, b, c], &[inner]]);
        [list.iter().copied().sum::<R>() + inner.sin(), R::dot(&list, &[a, b, c]) * 0.25]
    }
}

/// A function that returns a constant and one of its arguments.
struct Plain;
impl Function<2, 3> for Plain {
    fn run<R: Apply>(&self, [a, b]: [R; 2]) -> [R; 3] {
        [R::from(2.5), b, a * b]
    }
}

/// A program with every kind of call, chosen by some numbers.
fn program<R: Apply>(x: &[R], plan: &[(u8, usize)]) -> R {
    let mut pool = x.to_vec();
    let mut sum = x[0] * 0.5;
    for &(what, from) in plan {
        let at = |i: usize| pool[(from + i * 2) % pool.len()];
        let list: Vec<R> = (0..4).map(at).collect();
        let new: Vec<R> = match what % 8 {
            0 => R::run(&Outer { weight: 0.75 }, [at(0), at(1), at(2)]).to_vec(),
            1 => R::map(&Outer { weight: -0.5 }, [&list, &[at(1)], &list]).concat(),
            2 => vec![R::reduce_each(&Outer2, [&list, &[at(3)]], [&[0.5, -1.0, 0.25, 2.0]])],
            3 => {
                let mut state = list.clone();
                let keep = Keep::Few;
                R::scan(&Outer { weight: 0.3 }, keep, 2, [&mut state], [at(0)], [&[at(2)]]);
                state
            }
            4 => R::contract(&list, &[at(0), at(5), R::from(0.5), at(1)], 2),
            5 => R::run(&Plain, [at(0), R::from(1.5)]).to_vec(),
            6 => R::map(&Relu, [&list]).concat(),
            _ => R::call_closure([at(0), at(1)], |[a, b]| [a * b.cos()]).to_vec(),
        };
        sum = new.iter().fold(sum, |sum, &y| sum * 0.75 + y.tanh());
        pool.extend(new);
    }
    sum
}
struct Outer2;
impl Function<3, 1> for Outer2 {
    fn run<R: Apply>(&self, [a, b, datum]: [R; 3]) -> [R; 1] {
        [R::run(&Outer { weight: 0.1 }, [a, b, datum])[1] + datum]
    }
}

fn record<'g>(recorder: &'g Recorder, x: &[f64]) -> Vec<Expr<'g>> {
    x.iter().map(|&x| recorder.var(x)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// In every mode, with the calls as statements and opened.
    #[test]
    fn a_call_is_what_its_function_does(
        x in prop::collection::vec(-1.5..1.5f64, 3..6),
        plan in prop::collection::vec((any::<u8>(), 0..20usize), 1..6),
    ) {
        let closed = Recorder::new();
        let inputs = record(&closed, &x);
        let y = program(&inputs, &plan);
        let opened = closed.opened();
        let own = opened.recorder();
        let there: Vec<Expr<'_>> = inputs.iter().map(|&x| opened.get(x).unwrap()).collect();
        let z = opened.get(y).unwrap();
        prop_assert!(same(y.value(), z.value()));
        prop_assert!(near(y.value(), program(&x, &plan), 1e-14));

        // recorded without calls at once
        let flat = Recorder::opening();
        let of_flat = record(&flat, &x);
        let flat_y = program(&of_flat, &plan);
        prop_assert!(same(y.value(), flat_y.value()));

        let (of_closed, of_opened, of_flat_y) = (closed.backward(y), own.backward(z), flat.backward(flat_y));
        let by_tape = gradient(|x| program(x, &plan), &x);
        for i in 0..x.len() {
            prop_assert!(near(of_closed[inputs[i]], of_opened[there[i]], 1e-13));
            prop_assert!(near(of_closed[inputs[i]], of_flat_y[of_flat[i]], 1e-13));
            prop_assert!(near(of_closed[inputs[i]], by_tape[i], 1e-12));
        }
        let u: Vec<f64> = x.iter().map(|x| 1.0 - x).collect();
        prop_assert!(near(closed.jvp(y, &inputs, &u).unwrap(), own.jvp(z, &there, &u).unwrap(), 1e-13));
        let second = closed.hvp(y, &inputs, &u).unwrap();
        for (a, b) in second.iter().zip(own.hvp(z, &there, &u).unwrap()) {
            prop_assert!(near(*a, b, 1e-11));
        }

        // the account has the same adjoints, in double and in single precision, and its check passes
        let trace = closed.trace(y).unwrap();
        for (i, node) in trace.inputs().enumerate() {
            prop_assert!(near(node.adjoint.unwrap_or(0.0), of_closed[inputs[i]], 1e-12));
        }
        prop_assert_eq!(trace.annihilated.len(), closed.annihilated(y).unwrap().len());
        let single = closed.trace_in::<gprime::Single>(y).unwrap();
        prop_assert!(near(single.node(single.output).value, y.value(), 1e-4));
        // differences may be too rough to tell, but none contradicts
        let check = closed.check_gradient(y).unwrap();
        prop_assert!(check.inputs.iter().all(|line| line.verdict != Agreement::Wrong));
        prop_assert!(closed.locate(y).unwrap().passed());
        prop_assert!(Trace::notes(&trace, &Style::default()).len() <= trace.nodes.len());
    }
}

/// An output in the middle of a call's results: the others have no adjoint.
#[test]
fn a_result_among_others_is_an_output() {
    let recorder = Recorder::new();
    let x = record(&recorder, &[0.3, 0.8, -0.4]);
    let [a, b] = Expr::run(&Outer { weight: 0.75 }, [x[0], x[1], x[2]]);
    let [list, _] = Expr::map(&Outer { weight: 0.75 }, [&x, &x[..1], &x[1..2]]);
    for y in [a, b, list[1]] {
        let opened = recorder.opened();
        let (g, own) = (recorder.backward(y), opened.recorder().backward(opened.get(y).unwrap()));
        assert!(x.iter().all(|&x| near(g[x], own[opened.get(x).unwrap()], 1e-14)));
    }
    // a result is an independent variable, if that is asked for
    assert!(near(recorder.jvp(a * b, &[a], &[1.0]).unwrap(), b.value(), 1e-15));
    assert_eq!(recorder.hvp(a * b, &[a, b], &[1.0, 0.0]).unwrap(), [0.0, 1.0]);
}

/// Calls are kept by what they do: with other data it is another function, with the same it is one.
#[test]
fn equal_functions_are_one() {
    let recorder = Recorder::new();
    let x = record(&recorder, &[0.3, 0.8]);
    let weights = [0.75, 0.75, 0.5, 0.75];
    let y: Expr<'_> = weights.iter().map(|&weight| Expr::run(&Inner { weight }, [x[0], x[1]])[0]).sum();
    let trace = recorder.trace(y).unwrap();
    let named = trace.ops.iter().filter(|op| op.name == "Inner").map(|op| op.value.as_deref().unwrap());
    assert_eq!(named.collect::<Vec<_>>(), ["tanh(x·0.75 + y) − y", "tanh(x·0.5 + y) − y"]);
    assert_eq!(recorder.len(), 2 + 4 + 1);
    // an op is a function, and itself in a recording
    let [roots] = Expr::map(&Sqrt, [&x]);
    assert_eq!(recorder.trace(roots[1]).unwrap().nodes.last().unwrap().rule, "sqrt v2");
}

/// A scan is one statement, however many steps it has.
#[test]
fn a_scan_of_a_million_steps_is_one_statement() {
    #[derive(Clone)]
    struct Logistic;
    impl Function<2, 1> for Logistic {
        fn run<R: Apply>(&self, [x, r]: [R; 2]) -> [R; 1] {
            [r * x * (-x + 1.0)]
        }
    }
    let recorder = Recorder::new();
    let r = recorder.var(2.5);
    let mut x = [recorder.var(0.3)];
    Expr::scan(&Logistic, Keep::Inputs, 1_000_000, [&mut x], [], [&[r]]);
    assert_eq!(recorder.len(), 3);
    // it has settled at 1 − 1/r
    assert!(near(x[0].value(), 0.6, 1e-12) && near(recorder.backward(x[0])[r], 1.0 / 6.25, 1e-9));
}

/// What happens inside of a function is not lost in the account: kinks, 0 · ∞, a wrong rule and its line.
#[test]
fn what_is_inside_of_a_function_is_told() {
    struct Kinked;
    impl Function<1, 1> for Kinked {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            [x.relu() * 2.0]
        }
    }
    struct Lost;
    impl Function<1, 1> for Lost {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            [x.sqrt().square()]
        }
    }
    #[derive(Clone, PartialEq)]
    struct Bad;
    impl Op<1> for Bad {
        const NAME: &'static str = "bad";
        fn value<R: Real>(&self, [x]: [R; 1]) -> R {
            x.sin()
        }
        fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
            [x.sin()]
        }
    }
    struct Wrong;
    impl Function<1, 1> for Wrong {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            [R::call(&Bad, [x * 2.0]) + x]
        }
    }
    let recorder = Recorder::new();
    let (x, zero) = (recorder.var(0.3), recorder.var(0.0));
    let [kinked] = Expr::map(&Kinked, [&[x, zero]]);
    let notes = recorder.trace(kinked[0] + kinked[1]).unwrap().notes(&Style::default());
    assert_eq!(notes, ["kink: v4 = Kinked v2 has another slope on the left than on the right"]);

    let [lost] = Expr::run(&Lost, [zero]);
    let [edge] = recorder.annihilated(lost).unwrap()[..] else { panic!("one edge") };
    assert_eq!((edge.node, edge.argument, edge.adjoint), (recorder.index(lost).unwrap(), 0, 0.0));
    assert_eq!(recorder.trace(lost).unwrap().annihilated.len(), 1);
    assert_eq!(recorder.annihilated_along(lost, &[zero], &[1.0]).unwrap().len(), 1);

    let [wrong] = Expr::run(&Wrong, [x]);
    let search = recorder.locate(wrong * 1.0).unwrap();
    let found = search.first_wrong.unwrap();
    assert_eq!(found.rule, "bad in Wrong v1");
    assert_eq!(Some(found.id.index()), recorder.index(wrong));
    assert!(found.loc.unwrap().file.ends_with("functions.rs"));
    // the checker looks into functions as well
    let report = check::function(|x| Expr::run(&Wrong, [x[0]])[0], &[0.3]);
    assert!(report.to_string().contains("bad"), "{report}");
}

/// Names, scopes, lines and comparisons are those of the recording that was opened.
#[test]
fn an_opened_recording_keeps_what_belongs_to_it() {
    let recorder = Recorder::new();
    let x = recorder.named("x", recorder.var(0.5));
    let y = recorder.scope("layer", || {
        let [u] = Expr::run(&Inner { weight: 0.5 }, [x, x * 2.0]);
        recorder.named("u", u)
    });
    let taken = y > 0.0;
    let z = recorder.named("z", if taken { y } else { y * 2.0 }.square());
    let opened = recorder.opened();
    let trace = opened.recorder().trace(opened.get(z).unwrap()).unwrap();
    let scopes: Vec<Option<&str>> = trace.nodes.iter().map(|node| node.scope.as_deref()).collect();
    let layer = Some("layer");
    let count = trace.nodes.len() - 1;
    assert!(scopes[0].is_none() && scopes[count].is_none(), "{scopes:?}");
    assert!(scopes[1..count - usize::from(!taken)].iter().all(|&scope| scope == layer), "{scopes:?}");
    assert_eq!(trace.node(trace.output).name.as_deref(), Some("z"));
    assert!(trace.find("u").is_some() && trace.find("x").is_some());
    let [branch] = &trace.branches[..] else { panic!("one comparison") };
    assert_eq!(branch.sides[0].node(), trace.find("u"));
    assert_eq!(branch.loc, recorder.trace(z).unwrap().branches[0].loc);
    // each node has the line that did it
    assert!(trace.nodes.iter().all(|node| node.loc.as_ref().unwrap().file.ends_with("functions.rs")));
    let lines: Vec<u32> = trace.nodes[2..5].iter().map(|node| node.loc.as_ref().unwrap().line).collect();
    let own = include_str!("functions.rs").lines().position(|line| line.contains("self.weight + b).tanh()")).unwrap();
    assert_eq!(lines, [own as u32 + 1; 3]);
    // what is of another recorder, or was recorded later, has no place in it
    let later = x + 1.0;
    assert!(opened.get(later).unwrap_err().is_foreign_variable());
    assert!(opened.get(Recorder::new().var(1.0)).unwrap_err().is_foreign_variable());
    assert_eq!(opened.get(2.0.into()).unwrap().value(), 2.0);
}

/// A recording is used again after a function panicked, and after a reset.
#[test]
fn a_recorder_goes_on_after_a_panic_in_a_function() {
    struct Faulty;
    impl Function<1, 1> for Faulty {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            let list: [R; 0] = [];
            [x * R::reduce(&gprime::op::LogSumExp, &list)]
        }
    }
    let mut recorder = Recorder::new();
    for _ in 0..2 {
        let x = recorder.var(0.5);
        let [y] = Expr::run(&Inner { weight: 0.5 }, [x, x]);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Expr::run(&Faulty, [x])));
        assert!(caught.is_err());
        let [z] = Expr::run(&Inner { weight: 0.5 }, [y, x]);
        assert!(recorder.backward(z)[x].is_finite() && recorder.trace(z).is_ok());
        assert_eq!(recorder.len(), 3);
        recorder.reset();
    }
}

/// What is too large to be read is refused by name, and opened instead.
#[test]
fn an_account_of_too_many_slopes_is_an_error() {
    let recorder = Recorder::new();
    let mut state: Vec<Expr<'_>> = (0..4000).map(|i| recorder.var((i as f64).sin())).collect();
    Expr::scan(&Inner { weight: 0.1 }, Keep::Few, 1, [&mut state], [], [&[0.5.into()]]);
    let y: Expr<'_> = state.iter().sum();
    let error = recorder.trace(y).unwrap_err();
    assert!(error.to_string().contains("opened"), "{error}");
    assert!(recorder.backward(y).get(state[7]).is_ok());
    let opened = recorder.opened();
    assert!(opened.recorder().trace(opened.get(y).unwrap()).is_ok());
}

/// Lists without numbers, and a function of constants, record nothing.
#[test]
fn nothing_is_recorded_of_nothing() {
    let recorder = Recorder::new();
    let [x] = from_fn(|_| recorder.var(1.0));
    let none: [Expr<'_>; 0] = [];
    assert!(Expr::map(&Inner { weight: 1.0 }, [&none, &none])[0].is_empty());
    assert_eq!(Expr::reduce_each(&Inner { weight: 1.0 }, [&none], [&[]]).value(), 0.0);
    assert!(Expr::contract(&none, &[x, x], 2).is_empty());
    Expr::scan(&Inner { weight: 1.0 }, Keep::Few, 3, [&mut []], [], [&[x]]);
    let mut state = [x];
    Expr::scan(&Inner { weight: 1.0 }, Keep::Few, 0, [&mut state], [], [&[x]]);
    let constant = Expr::run(&Inner { weight: 1.0 }, [1.0.into(), 2.0.into()])[0];
    assert!(recorder.index(constant).is_none() && recorder.index(state[0]) == recorder.index(x));
    assert_eq!(recorder.len(), 1);
}

/// Opened, whatever stands last, has the lines of the program and the names of the recording.
#[test]
fn each_kind_of_call_can_be_the_output() {
    struct Same;
    impl Function<1, 1> for Same {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            [x]
        }
    }
    struct Constant;
    impl Function<1, 1> for Constant {
        fn run<R: Apply>(&self, _: [R; 1]) -> [R; 1] {
            [R::from(2.5)]
        }
    }
    let recorder = Recorder::new();
    let x = [0.3, 0.8, -0.4, 0.5].map(|x| recorder.var(x));
    recorder.named("x", x[0]);
    let mut state = x;
    Expr::scan(&Outer { weight: 0.3 }, Keep::Few, 3, [&mut state], [x[1]], [&x[2..3]]);
    let u = recorder.named("u", Expr::run(&Same, [x[0]])[0]);
    let outputs = [
        Expr::run(&Outer { weight: 0.75 }, [x[0], x[1], x[2]])[1],
        Expr::map(&Sqrt, [&x])[0][1],
        Expr::reduce_each(&Outer2, [&x, &x[..1]], [&[0.5]]),
        Expr::contract(&x, &x, 2)[3],
        state[2],
        Expr::run(&Constant, [x[0]])[0],
        Expr::reduce_each(&Constant, [&x], []),
        u,
    ];
    for y in outputs {
        assert!(recorder.check_gradient(y).unwrap().passed);
        let opened = recorder.opened();
        let z = opened.get(y).unwrap();
        let (g, of_opened) = (recorder.backward(y), opened.recorder().backward(z));
        // a function that gives an argument back is that argument, and what was recorded after it has no adjoint
        assert!(x.iter().all(|&x| near(g[x], of_opened.get(opened.get(x).unwrap()).unwrap_or(0.0), 1e-13)));
        let trace = recorder.trace(y).unwrap();
        let Ok(own) = opened.recorder().trace(z) else {
            // what is a constant, opened, has no account of its own
            assert!(trace.node(trace.output).rule.starts_with("Constant"));
            continue;
        };
        assert!(recorder.locate(y).unwrap().passed());
        // the sum of an iterator is taken in the standard library
        let all = trace.nodes.iter().chain(&own.nodes).filter(|node| !node.rule.starts_with("sum("));
        for node in all {
            assert!(node.loc.as_ref().unwrap().file.ends_with("functions.rs"), "{node:?}");
        }
        // an argument that a function gives back keeps its name
        assert_eq!(own.find("x").map(|id| id.index()), Some(0));
    }
}

/// Functions that differ in the field of an op alone are kept apart, however many there are and whatever was before a reset.
#[test]
fn many_functions_are_kept_apart_and_forgotten() {
    /// An op with a field that is no parameter.
    #[derive(Clone, PartialEq)]
    struct Scale(f64);
    impl Op<1> for Scale {
        const NAME: &'static str = "scale";
        fn value<R: Real>(&self, [x]: [R; 1]) -> R {
            x * self.0
        }
        fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
            [R::from(self.0)]
        }
    }
    struct Twice(f64);
    impl Function<1, 1> for Twice {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            [R::call(&Scale(self.0), [x]) + R::run(&Scale(2.0 * self.0), [x])[0]]
        }
    }
    let mut recorder = Recorder::new();
    for _ in 0..3 {
        let x = recorder.var(1.5);
        let results: Vec<Expr<'_>> = (0..3000).map(|k| Expr::run(&Twice(k as f64), [x])[0]).collect();
        for (k, y) in results.iter().enumerate() {
            assert_eq!(y.value(), 4.5 * k as f64);
        }
        let y = results.iter().sum::<Expr<'_>>();
        assert_eq!(recorder.backward(y)[x], 3.0 * (0..3000).sum::<i32>() as f64);
        recorder.reset();
    }
}

/// The name of a function is that of its type, wherever the type was declared.
#[test]
fn a_function_has_the_name_of_its_type() {
    trait Gated {
        fn of<R: Apply>(x: R) -> R;
    }
    struct Own<T>(T);
    impl<T> Gated for Own<T> {
        fn of<R: Apply>(x: R) -> R {
            struct Gate<const N: usize>;
            impl<const N: usize> Function<1, 1> for Gate<N> {
                fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
                    [x * N as f64 + 1.0]
                }
            }
            R::run(&Gate::<3>, [x])[0]
        }
    }
    let recorder = Recorder::new();
    let y = Own::<Vec<u8>>::of(recorder.var(0.5));
    assert_eq!(recorder.trace(y).unwrap().nodes[1].rule, "Gate v1");
}

/// A function in a function in a function is what the ops in all of them are.
#[test]
fn functions_in_functions_are_their_ops() {
    struct Deep<const D: usize>;
    impl<const D: usize> Function<1, 2> for Deep<D> {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 2] {
            let [a, b] = match D {
                0 => [x.sin(), x.cos()],
                1..8 => R::run(&Deep::<0>, [x]),
                8..16 => R::run(&Deep::<1>, [x]),
                16..32 => R::run(&Deep::<8>, [x]),
                _ => R::run(&Deep::<16>, [x]),
            };
            [a * 0.5 + b, a - b * 0.5]
        }
    }
    let recorder = Recorder::new();
    let x = recorder.var(0.3);
    let [y, _] = Expr::run(&Deep::<40>, [x]);
    let opened = recorder.opened();
    let own = opened.recorder().backward(opened.get(y).unwrap());
    assert!(near(recorder.backward(y)[x], own[opened.get(x).unwrap()], 1e-14));
    assert!(recorder.trace(y).unwrap().nodes[1].partials[0].value.is_finite());
}
