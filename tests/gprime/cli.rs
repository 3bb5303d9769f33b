//! The program `gprime`, run as others run it: what it prints to the byte, and how it refuses.
#![cfg(feature = "cli")]

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn command(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gprime"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(args: impl IntoIterator<Item = impl AsRef<OsStr>>, input: &[u8]) -> Output {
    let mut child = command(args).spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // the program may stop reading early
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Runs it and expects this output, and no message.
#[track_caller]
fn prints(args: &[&str], input: &str, expected: &str) {
    let output = run(args, input.as_bytes());
    assert_eq!((text(&output.stderr), text(&output.stdout)), ("", expected), "{args:?}");
    assert_eq!(output.status.code(), Some(0), "{args:?}");
}

/// Expects a refusal that says this.
#[track_caller]
fn refuses(args: impl IntoIterator<Item = impl AsRef<OsStr>>, message: &str) {
    refusal(run(args, b""), message);
}

#[track_caller]
fn refusal(output: Output, message: &str) {
    let stderr = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{stderr}");
    assert!(stderr.contains(message) && !stderr.contains("panicked"), "{stderr}");
}

fn json(args: &[&str]) -> serde_json::Value {
    let output = run(args, b"");
    assert_eq!(text(&output.stderr), "", "{args:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn grad_prints_the_contract() {
    let grad = |expr, at, expected: &str| prints(&["grad", expr, "--at", at, "--json"], "", &format!("{expected}\n"));
    grad("x*y", "x=2,y=5", r#"{"value": 10.0, "gradient": {"x": 5.0, "y": 2.0}}"#);
    grad("sigmoid(w*x + b)", "x=2,w=0.5,b=-1", r#"{"value": 0.5, "gradient": {"x": 0.125, "w": 0.5, "b": 0.25}}"#);
    grad("-x^2", "x=-3", r#"{"value": -9.0, "gradient": {"x": 6.0}}"#);
    grad("x", " x = 1 , unused = 0x1.8p+1", r#"{"value": 1.0, "gradient": {"x": 1.0, "unused": 0.0}}"#);
    grad("pi", "x=1", r#"{"value": 3.141592653589793, "gradient": {"x": 0.0}}"#);
    grad("-x", "x=0", r#"{"value": -0.0, "gradient": {"x": -1.0}}"#);
    grad("x", "x=nan", r#"{"value": "nan", "gradient": {"x": 1.0}}"#);
    grad("sqrt(x)", "x=0", r#"{"value": 0.0, "gradient": {"x": "inf"}}"#);
    grad("-sqrt(x) + y", "x=0,y=-inf", r#"{"value": "-inf", "gradient": {"x": "-inf", "y": 1.0}}"#);
    grad("abs(x) + max(x, y)", "x=0,y=0", r#"{"value": 0.0, "gradient": {"x": 0.5, "y": 0.5}}"#);
    prints(
        &["grad", "x^2*y", "--at", "x=-3,y=2", "--hessian", "--json"],
        "",
        "{\"value\": 18.0, \"gradient\": {\"x\": -12.0, \"y\": 9.0}, \
         \"hessian\": {\"x\": {\"x\": 4.0, \"y\": -6.0}, \"y\": {\"x\": -6.0, \"y\": 0.0}}}\n",
    );
    prints(&["grad", "pi"], "", "value  3.141592653589793\n");
    prints(
        &["grad", "x*y", "--at", "x=2,y=5", "--hessian"],
        "",
        "value  10.0\n∂/∂x   5.0\n∂/∂y   2.0\n\n∂²  x    y\nx   0.0  1.0\ny   1.0  0.0\n",
    );
}

#[test]
fn a_let_option_is_a_leading_let() {
    let expected = json(&["grad", "let u = x*x; let v = u+1; u*v", "--at", "x=3", "--hessian", "--json"]);
    let given = ["grad", "u*v", "--let", "u=x*x", "--let", "v=u+1", "--at", "x=3", "--hessian", "--json"];
    assert_eq!(json(&given), expected);
    refuses(
        ["grad", "u", "--let", "u=x*", "--at", "x=3"],
        "column 3: expected a number, a name or `(`, found the end\n  x*\n",
    );
    refuses(["grad", "u", "--let", "u=1;2", "--at", "x=3"], "found `;`");
    refuses(["grad", "u", "--let", "u", "--at", "x=3"], "not of the form name=value");
    refuses(["grad", "u", "--let", "x=2", "--at", "x=3"], "x is already a variable");
    refuses(["grad", "u", "--let", "let=2", "--at", "x=3"], "\"let\" is no name");
    refuses(["check", "sin", "--let", "x=2"], "--expr");
}

#[test]
fn mistakes_in_expressions_are_pointed_at() {
    let mistake = |expr: &str, message: &str| refuses(["grad", expr, "--at", "x=2,weight=1"], message);
    mistake(
        "1 + sigmod(x)",
        "column 5: there is no op named sigmod; did you mean sigmoid?\n  1 + sigmod(x)\n      ^\n",
    );
    mistake("x * y", "column 5: y has no value: give it one with --at, or with a let\n  x * y\n      ^\n");
    mistake(
        "x *\n  wieght",
        "line 2, column 3: wieght has no value: give it one with --at, or with a let; did you mean weight?\n    wieght\n    ^\n",
    );
    mistake("leaky_relu(x, slpe=2)", "leaky_relu has no parameter slpe; it has slope");
    mistake("leaky_relu(x, slope=nan)", "leaky_relu: the parameter slope cannot be NaN");
    mistake("leaky_relu(x, slope=x)", "column 21: expected a number");
    mistake("leaky_relu(x, slope=1, slope=1)", "given twice");
    mistake("leaky_relu(x, slope_at_kink=2)", "no parameter slope_at_kink");
    mistake("clamp(x)", "clamp needs the parameter lo");
    mistake("clamp(x, lo=2, hi=1)", "lo ≤ hi");
    mistake("powi(x, n=2.5)", "cannot be 2.5");
    mistake("sin(x, x)", "sin takes 1 argument, not 2");
    mistake("sum()", "at least one argument");
    mistake("dot(x, x, x)", "two vectors of the same length");
    mistake("softmax_cross_entropy(x, x, class=2)", "needs more logits");
    mistake("sin", "sin is an op");
    mistake("x(2)", "there is no op named x");
    mistake("", "found the end");
    mistake("x x", "column 3: expected an operator or the end, found the name x");
    mistake("(x", "expected `)`, found the end");
    mistake("x)", "this `)` closes nothing");
    mistake("sin(x,)", "found `)`");
    mistake("1..2", "found the number 0.2");
    mistake("x @ é", "column 3: '@' means nothing here");
    mistake("é + x", "column 1: 'é'");
    mistake("x; x", "found `;`");
    mistake("let u = x", "expected `;`, found the end");
    mistake("let = x; x", "expected a name");
    mistake("let x = 1; x", "column 5: x is already a variable");
    mistake("let u = 1; let u = 2; u", "u is already given by another let");
    mistake("let e = 1; e", "e is already the constant");
    mistake("let u = u; u", "u has no value");
    mistake("x + let u = 1; u", "a let comes before the expression");
}

#[test]
fn the_point_is_checked() {
    let point = |at: &str, message: &str| refuses(["grad", "x", "--at", at], message);
    point("", "\"\" is not of the form name=value");
    point("x=1,", "\"\" is not of the form name=value");
    point("x", "\"x\" is not of the form name=value");
    point("x=", "x: \"\" is not a number");
    point("x=1e", "x: \"1e\" is not a number");
    point("x=y", "x: \"y\" is not a number");
    point("x=1,x=2", "x is already a variable");
    point("2x=1", "\"2x\" is no name");
    point("=1", "\"\" is no name");
    point("let=1", "\"let\" is no name");
    point("pi=3", "pi is already the constant");
    point("y=1", "column 1: x has no value");
    let many: Vec<String> = (0..1001).map(|i| format!("x{i}=1")).collect();
    point(&many.join(","), "more than 1000 variables");
}

#[test]
fn the_size_of_an_expression_is_bounded() {
    let nested = |open: &str, close: &str| open.repeat(10_000) + "x" + &close.repeat(10_000);
    for expr in [nested("(", ")"), nested("-", ""), nested("", "^x"), nested("sin(", ")"), nested("x+(", ")")] {
        refuses(["grad", &expr, "--at", "x=1"], "nested more than 200 deep");
    }
    refuses(["grad", &"x".repeat(100_000), "--at", "x=1"], "longer than 65536 bytes");
    let lets: String = (0..9000).map(|i| format!("let a{i}=1;")).collect();
    refuses(["grad", &(lets + "x"), "--at", "x=1"], "longer than 65536 bytes");
    let sum = "x".to_owned() + &"+x".repeat(30_000);
    prints(&["grad", &sum, "--at", "x=1", "--json"], "", "{\"value\": 30001.0, \"gradient\": {\"x\": 30001.0}}\n");
}

#[test]
fn eval_prints_the_contract() {
    prints(&["eval", "square", "--order", "0"], "3\n", "x,g\n0x1.8000000000000p+1,0x1.2000000000000p+3\n");
    prints(
        &["eval", "square"],
        "-0x1.8p+1",
        "x,g,g1\n-0x1.8000000000000p+1,0x1.2000000000000p+3,-0x1.8000000000000p+2\n",
    );
    prints(
        &["eval", "square", "--order", "2"],
        "  0.5 \r\n\n-inf\n-0\n5e-324\n",
        "x,g,g1,g2\n\
         0x1.0000000000000p-1,0x1.0000000000000p-2,0x1.0000000000000p+0,0x1.0000000000000p+1\n\
         -inf,inf,-inf,0x1.0000000000000p+1\n\
         -0x0.0p+0,0x0.0p+0,-0x0.0p+0,0x1.0000000000000p+1\n\
         0x0.0000000000001p-1022,0x0.0p+0,0x0.0000000000002p-1022,0x1.0000000000000p+1\n",
    );
    prints(
        &["eval", "leaky_relu", "slope=0.25"],
        "-4\n",
        "x,g,g1\n-0x1.0000000000000p+2,-0x1.0000000000000p+0,0x1.0000000000000p-2\n",
    );
    prints(
        &["eval", "clamp", "lo=-inf", "hi=0x1p-1", "--order=0"],
        "1\n",
        "x,g\n0x1.0000000000000p+0,0x1.0000000000000p-1\n",
    );
    prints(&["eval", "sin"], "", "x,g,g1\n");
    prints(&["eval", "sin"], "NaN\ninf", "x,g,g1\nnan,nan,nan\ninf,nan,nan\n");
    let many = "1\n".repeat(20_000);
    assert_eq!(text(&run(["eval", "neg"], many.as_bytes()).stdout).lines().count(), 20_001);
}

#[test]
fn eval_refuses() {
    refuses(["eval", "sigmod"], "did you mean sigmoid?");
    refuses(["eval", "add"], "add takes 2 arguments; eval takes ops of one");
    refuses(["eval", "sum"], "sum takes any number of arguments; eval takes ops of one");
    refuses(["eval", "leaky_relu", "0.2"], "not of the form name=value");
    refuses(["eval", "leaky_relu", "slop=0.2"], "leaky_relu has no parameter slop");
    refuses(["eval", "leaky_relu", "slope=x"], "slope: \"x\" is not a number");
    refuses(["eval", "leaky_relu", "slope=nan"], "cannot be NaN");
    refuses(["eval", "clamp"], "clamp needs the parameter lo");
    refuses(["eval", "sin", "--order", "3"], "3");
    let stops = |input: &[u8], message: &str| {
        let output = run(["eval", "neg"], input);
        let expected = "x,g,g1\n0x1.0000000000000p+0,-0x1.0000000000000p+0,-0x1.0000000000000p+0\n";
        assert!(expected.starts_with(text(&output.stdout)));
        refusal(Output { stdout: vec![], ..output }, message);
    };
    stops(b"1\nx\n", "line 2: \"x\" is not a number");
    stops(b"1\n\n1 2\n", "line 3: \"1 2\" is not a number");
    stops(b"1\n\xff\n", "line 2: not UTF-8");
    stops(&[b"1\n".as_slice(), &[b'1'; 10_000_000]].concat(), "line 2: longer than 4096 bytes");
}

#[test]
fn ops_lists_the_registry() {
    let ops = json(&["ops", "--json"]);
    let find = |name: &str| ops.as_array().unwrap().iter().find(|op| op["name"] == name).unwrap().to_string();
    let registry = gprime::Registry::new();
    let names: Vec<_> = ops.as_array().unwrap().iter().map(|op| op["name"].as_str().unwrap()).collect();
    assert_eq!(names, registry.iter().map(|op| op.name()).collect::<Vec<_>>());
    assert_eq!(
        find("abs"),
        serde_json::json!({
            "name": "abs", "arity": 1, "value": "abs(z)", "slope": "sign(z)", "params": {},
            "kinks": [{"at": 0.0, "left": -1.0, "right": 1.0, "slope": 0.0}], "jumps": [], "domain": "all reals",
        })
        .to_string()
    );
    let output = run(["ops", "--json"], b"");
    for line in [
        r#"{"name": "sub", "arity": 2, "value": "x - y", "slope": ["1", "-1"], "params": {}, "kinks": [], "jumps": [], "domain": "all reals"}"#,
        r#""params": {"slope": 0.01}"#,
        r#""params": {"lo": null, "hi": null}"#,
        r#"{"name": "sum", "arity": null, "value": "sum(x, y)", "slope": ["1", "1"]"#,
        r#"{"at": [0.0, 0.0], "left": [0.0, 0.0], "right": [1.0, 1.0], "slope": [0.5, 0.5]}"#,
    ] {
        assert!(text(&output.stdout).contains(line), "{line}");
    }
    let table = run(["ops"], b"");
    assert!(text(&table.stdout).starts_with("name ") && table.stderr.is_empty());
}

#[test]
fn check_answers() {
    let report = json(&["check", "sin", "abs", "--json"]);
    assert_eq!(report["passed"], true);
    let [sin, abs] = [&report["results"][0], &report["results"][1]];
    assert_eq!((&sin["subject"], &sin["verdict"]), (&"sin".into(), &"pass".into()));
    assert!(sin["reason"].is_null() && sin["worst"]["at"].is_number() && sin["points"].as_u64() > Some(10));
    assert_eq!(
        abs["kinks"],
        serde_json::json!([{"at": 0.0, "left": -1.0, "right": 1.0, "slope": 0.0, "verdict": "pass"}])
    );
    let all = run(["check"], b"");
    assert_eq!(all.status.code(), Some(0), "{}", text(&all.stdout));
    assert!(text(&all.stdout).ends_with(" passed, 0 failed\n"));
    let function = json(&["check", "--expr", "let u = x*y; u + sin(u)", "--at", "x=2,y=5", "--json"]);
    assert_eq!((&function["passed"], &function["results"][0]["subject"]), (&true.into(), &"function".into()));
    assert!(function["results"][0]["worst"]["at"].is_array());
    // the sum is x, but the slopes chosen at the two kinks do not add up to 1
    let kinks = "clamp(x, lo=0, hi=9) + clamp(x, lo=-9, hi=0)";
    let no = run(["check", "--expr", kinks, "--at", "x=0", "--json"], b"");
    assert_eq!((no.status.code(), text(&no.stderr)), (Some(1), ""));
    let no: serde_json::Value = serde_json::from_slice(&no.stdout).unwrap();
    assert!(no["passed"] == false && no["results"][0]["reason"].is_string());
    refuses(["check", "sin", "csc"], "there is no op named csc");
    refuses(["check", "--expr", "x"], "--at");
    refuses(["check", "--at", "x=1"], "--expr");
    refuses(["check", "sin", "--expr", "x", "--at", "x=1"], "--expr");
    refuses(["check", "--expr", "y", "--at", "x=1"], "y has no value");
}

#[test]
fn a_check_where_nothing_is_finite_answers_too() {
    for at in ["x=nan", "x=inf", "x=-inf", "x=0", "x=1e308", "x=5e-324"] {
        let output = run(["check", "--expr", "sqrt(x) + 1/x + pi", "--at", at, "--json"], b"");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{at}: {}", text(&output.stderr));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["passed"] == true, output.status.code() == Some(0));
    }
}

#[test]
fn usage_errors_and_help() {
    refuses([] as [&str; 0], "Usage");
    refuses(["gard"], "gard");
    refuses(["grad"], "EXPR");
    refuses(["ops", "--jsn"], "--jsn");
    refuses(["grad", "x", "--at", "x=1", "--wat"], "--wat");
    for command in ["ops", "eval", "grad", "check"] {
        let help = run([command, "--help"], b"");
        assert!(help.status.success() && text(&help.stdout).contains("Example"));
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let bad = OsStr::from_bytes(b"x\xff");
    refuses([OsStr::new("grad"), bad], "UTF-8");
    refuses([OsStr::new("eval"), bad], "UTF-8");
    refuses([OsStr::new("grad"), OsStr::new("x"), OsStr::new("--at"), bad], "UTF-8");
}

#[test]
fn a_pipe_takes_no_colour_and_may_break() {
    for args in [&["ops"][..], &["check", "sin"], &["grad", "x", "--at", "x=1"]] {
        assert!(!run(args, b"").stdout.contains(&0x1b), "{args:?}");
    }
    let mut child = command(["eval", "neg"]).spawn().unwrap();
    drop(child.stdout.take());
    let _ = child.stdin.take().unwrap().write_all("1\n".repeat(100_000).as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn the_same_command_prints_the_same() {
    for args in [&["ops", "--json"][..], &["check", "--json"], &["ops"]] {
        assert_eq!(run(args, b"").stdout, run(args, b"").stdout, "{args:?}");
    }
}
