use super::*;
use crate::failure::Failure;
use gprime::export::Formula;
use gprime::{Recorder, Registry};
use proptest::prelude::*;

fn read(text: &str, names: &[&str]) -> Result<Program, Failure> {
    Parser::new(&Registry::new(), names.iter().copied())?.finish(text)
}

fn value(text: &str, names: &[&str], x: &[f64]) -> f64 {
    let program = read(text, names).unwrap_or_else(|fault| panic!("{text}\n{fault}"));
    let tape = Recorder::new();
    program.run(&x.iter().map(|&x| tape.var(x)).collect::<Vec<_>>()).value()
}

#[test]
fn operators_bind_as_they_should() {
    for (text, expected) in [
        ("1 + 2 * 3", 7.0),
        ("8 - 4 - 2", 2.0),
        ("8 / 4 / 2", 1.0),
        ("2 * 6 / 3 * 2", 8.0),
        ("-x^2", -9.0),
        ("(-x)^2", 9.0),
        ("-x * x", -9.0),
        ("2^3^2", 512.0),
        ("2^-1", 0.5),
        ("2^-1^2", 0.5),
        ("2 * -x^2 * 3", -54.0),
        ("- -x - -x", 6.0),
        ("+x", 3.0),
        ("x/x*x", 3.0),
        ("1.+.5e1+0x1.8p+1", 9.0),
        ("1e-3*1E3", 1.0),
        ("2*e/e", 2.0),
        ("sum(x, 1, 2) + dot(1,2, 3,4)", 17.0),
        ("softmax[1](x, x) + cumsum[2](1, x, 2)", 6.5),
        ("let u = normalize[ 0 ](x, 4); u * clip_by_norm[0](x, 4, max=10)", 1.7999999999999998),
        ("cumprod[1](x, x)^2", 81.0),
        ("leaky_relu(-x, slope=0.2)", -0.6000000000000001),
        ("leaky_relu(slope = +0.5, -x)", -1.5),
        ("clamp(x, lo=-inf, hi=-1)", -1.0),
        ("let u = x*x; let v = u + 1; v - u", 1.0),
        ("let\nu=x;\tu", 3.0),
    ] {
        assert_eq!(value(text, &["x"], &[3.0]), expected, "{text}");
    }
    assert!(value("-0", &[], &[]).is_sign_negative());
}

#[test]
fn every_printed_formula_reads_back() {
    for op in Registry::new().iter() {
        let Formula { value: formula, slopes } = Formula::of(&**op).unwrap();
        for x in op.samples().iter().filter(|x| x.len() == op.arity().unwrap_or(2)) {
            let mut names: Vec<String> = match x.len() {
                1 => vec!["z".into()],
                2 | 3 => ["x", "y", "z"][..x.len()].iter().map(|name| name.to_string()).collect(),
                n => (1..=n).map(|i| format!("x{i}")).collect(),
            };
            names.push("a".to_owned());
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let a: f64 = op.value(x).unwrap();
            let (mut expected, mut point) = (vec![0.0; x.len()], x.to_vec());
            op.slope(x, a, &mut expected).unwrap();
            point.push(a);
            for (text, expected) in slopes.iter().zip(expected).chain([(&formula, a)]) {
                // a formula that is too long to print is cut
                if !text.contains('…') {
                    let read = value(text, &names, &point);
                    assert!(read == expected || read.is_nan() && expected.is_nan(), "{text} at {x:?}: {read}");
                }
            }
        }
    }
}

#[test]
fn no_parameter_makes_a_panic() {
    for op in Registry::new().iter() {
        let args = vec!["x"; op.arity().unwrap_or(2)].join(", ");
        for (param, _) in op.params() {
            for number in ["0", "-1", "1e308", "1e-320", "inf", "-inf", "nan", "0.5"] {
                let others = op.params().into_iter().filter(|other| other.0 != param);
                let others: String = others.map(|(name, value)| format!(", {name}={value}")).collect();
                if let Ok(program) = read(&format!("{}({args}{others}, {param}={number})", op.name()), &["x"]) {
                    let tape = Recorder::new();
                    let x = tape.var(0.3);
                    let y = program.run(&[x]);
                    let _ = (tape.backward(y), tape.hessian(y, &[x]).unwrap());
                    if let Ok(op) = op.with_param(param, crate::float::read(number).unwrap()) {
                        let _ = (op.kinks(), op.jumps(), op.samples(), Formula::of(&*op));
                    }
                }
            }
        }
    }
}

#[test]
fn a_huge_text_is_refused_at_once() {
    for text in ["x", "(", "-", "x^", "x+", "let a=1;", "sin(", "é", "1 ", " "] {
        assert!(read(&text.repeat(1 << 20), &["x"]).is_err());
        assert!(read(&text.repeat((64 << 10) / text.len()), &["x"]).is_err());
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_panic(text: String) {
        let _ = read(&text, &["x"]);
    }

    #[test]
    fn no_words_make_a_panic(words in prop::collection::vec(
        prop::sample::select(vec![
            "x", "y", "1", ".5", "0x1p3", "pi", "e", "nan", "+", "-", "*", "/", "^", "(", ")", ",", ";", "=", "let", "sin",
            "sum", "dot", "softmax_cross_entropy", "class", "leaky_relu", "slope", "softmax",
            "clip_by_norm", "max", "[", "]", "0", " ", "\n", "é", "",
        ]), 0..30)) {
        if let Ok(program) = read(&words.concat(), &["x"]) {
            let tape = Recorder::new();
            program.run(&[tape.var(0.3)]);
        }
    }
}
