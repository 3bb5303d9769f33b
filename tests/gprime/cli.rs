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
    let noted = |expr, at, expected: &str| {
        let output = run(["grad", expr, "--at", at, "--json"], b"");
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), &*format!("{expected}\n")), "{expr}");
        assert!(text(&output.stderr).lines().all(|line| line.starts_with("note: ")), "{expr}");
    };
    noted("sqrt(x)", "x=0", r#"{"value": 0.0, "gradient": {"x": "inf"}}"#);
    noted("-sqrt(x) + y", "x=0,y=-inf", r#"{"value": "-inf", "gradient": {"x": "-inf", "y": 1.0}}"#);
    noted("abs(x) + max(x, y)", "x=0,y=0", r#"{"value": 0.0, "gradient": {"x": 0.5, "y": 0.5}}"#);
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
fn a_result_of_a_vector_function_is_a_number() {
    let expr = "softmax[0](x, y) + cumprod[1](x, y)";
    let grad = json(&["grad", expr, "--at", "x=0,y=0", "--json"]);
    assert_eq!(grad, serde_json::json!({ "value": 0.5, "gradient": { "x": 0.25, "y": -0.25 } }));
    json(&["check", "--expr", expr, "--at", "x=0.5,y=2", "--json"]);
    for command in ["trace", "explain", "graph", "page", "compile", "sparsity"] {
        json(&[command, expr, "--at", "x=0.5,y=2", "--json"]);
    }
    let output = run(["eval-many", expr], b"x,y\n0,0\n");
    assert_eq!(text(&output.stdout), "x,y,value,d_x,d_y\n0.0,0.0,0.5,0.25,-0.25\n");
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
    mistake(
        "1 + softmax(x, x)",
        "column 5: softmax is a vector function: an index chooses one of its results, as in softmax[0](x, y)\n  1 + softmax(x, x)\n      ^\n",
    );
    mistake("softmax", "an index chooses one of its results");
    mistake("softmax[2](x, x)", "column 9: softmax has the results 0 to 1 here, and none of index 2\n");
    mistake("softmax[](x)", "column 9: expected the index of a result, a whole number from 0 on, found `]`");
    mistake("softmax[0.5](x)", "found the number 0.5");
    mistake("softmax[-1](x)", "found `-`");
    mistake("softmax[0]", "expected `(`, found the end");
    mistake("softmax[0]()", "softmax needs at least one number");
    mistake("cumsum[0]()", "cumsum of no arguments has no results");
    mistake("sftmax[0](x)", "there is no vector function named sftmax; did you mean softmax?");
    mistake("sigmoid[0](x)", "sigmoid has one result, so it takes no index");
    mistake("x[0]", "there is no vector function named x");
    mistake("clip_by_norm[0](x)", "clip_by_norm needs the parameter max");
    mistake("clip_by_norm[0](x, max=-1)", "clip_by_norm needs max ≥ 0, not -1");
    mistake("clip_by_norm[0](x, most=1)", "clip_by_norm has no parameter most; it has max");
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
fn compile_prints_the_contract() {
    let told = run(["compile", "x*y + 2*x", "--at", "x=2,y=5", "--json"], b"");
    let told = text(&told.stdout);
    let (start, end) = (
        r#"{"variables": ["x", "y"], "recorded": 3, "program": {"#,
        r#""value": 14.0, "gradient": {"x": 7.0, "y": 2.0}}"#,
    );
    assert!(
        told.starts_with(start) && told.ends_with(&format!("{end}\n")) && told.contains(r#"}, "adjoint": {"#),
        "{told}"
    );
    let told: serde_json::Value = serde_json::from_str(told).unwrap();
    for part in ["program", "adjoint"] {
        let mut keys: Vec<&String> = told[part].as_object().unwrap().keys().collect();
        keys.sort_unstable();
        let mut counts =
            ["statements", "loops", "regions", "serial", "scalars", "lists", "in_registers", "numbers", "text"];
        counts.sort_unstable();
        assert_eq!(keys, counts);
        let lines = told[part]["text"].as_array().unwrap();
        assert!(lines.len() > 1 && lines.last().unwrap().as_str().unwrap().starts_with("results: "));
    }
    assert_eq!(told["program"]["statements"], 3);
    let sum: Vec<String> = (0..40).map(|k| format!("square(x{k})")).collect();
    let at: Vec<String> = (0..40).map(|k| format!("x{k}={k}")).collect();
    let told = json(&["compile", &sum.join("+"), "--at", &at.join(","), "--json"]);
    assert!(told["program"]["loops"].as_u64() > Some(0), "{told}");
    assert_eq!((&told["value"], &told["gradient"]["x3"]), (&20540.0.into(), &6.0.into()));
    let shown = run(["compile", "sigmoid(w*x)", "--at", "w=1,x=0"], b"");
    let shown = text(&shown.stdout);
    assert!(shown.starts_with("x[0] = w, x[1] = x\n\nprogram\n    m[0] = mul x[0], x[1]\n"), "{shown}");
    assert!(shown.ends_with("value  0.5\n∂/∂w   0.0\n∂/∂x   0.25\n"), "{shown}");
    assert_eq!(json(&["compile", "x", "--at", "x=nan", "--json"])["value"], "nan");
    assert_eq!(
        json(&["compile", "pi", "--json"])["program"]["text"],
        serde_json::json!(["results: 3.141592653589793"])
    );
    refuses(["compile", "x"], "x has no value");
    refuses(["compile", "x", "--at", "x=1", "--hessian"], "--hessian is an option of grad");
}

#[test]
fn sparsity_prints_the_contract() {
    prints(
        &["sparsity", "x*y + y*z + z^2", "--at", "x=1,y=1,z=1", "--json"],
        "",
        "{\"variables\": [\"x\", \"y\", \"z\"], \"entries\": [[0, 1, 1], [1, 0, 1], [1, 2, 1], [2, 1, 1], [2, 2, 0]], \
         \"colors\": {\"star\": 2, \"acyclic\": 2}}\n",
    );
    prints(
        &["sparsity", "x*y + y*long + long^2", "--at", "x=1,y=1,long=1"],
        "",
        "x     · b ·\ny     b · b\nlong  · b a\n\n3 × 3, 5 entries\n2 directions by a star colouring, in which each entry is \
         read\n2 directions by an acyclic one, with subtractions\n",
    );
    prints(
        &["sparsity", "x + pi", "--at", "x=1", "--json"],
        "",
        "{\"variables\": [\"x\"], \"entries\": [], \"colors\": {\"star\": 0, \"acyclic\": 0}}\n",
    );
    prints(
        &["sparsity", "1", "--json"],
        "",
        "{\"variables\": [], \"entries\": [], \"colors\": {\"star\": 0, \"acyclic\": 0}}\n",
    );
    // as many variables as there may be, in the smallest and in the largest pattern
    let names: Vec<String> = (0..1000).map(|k| format!("x{k}")).collect();
    let at = names.join("=1,") + "=1";
    let chain: Vec<String> = names.windows(2).map(|w| format!("sin({}*{})", w[0], w[1])).collect();
    let shown = run(["sparsity", &chain.join("+"), "--at", &at], b"");
    let expected = "1000 × 1000, 2998 entries\n3 directions by a star";
    assert!(text(&shown.stdout).starts_with(expected), "{}{}", text(&shown.stdout), text(&shown.stderr));
    let full = json(&["sparsity", &format!("square({})", names.join("+")), "--at", &at, "--json"]);
    assert_eq!((full["entries"].as_array().unwrap().len(), &full["colors"]["star"]), (1_000_000, &1000.into()));
    refuses(["sparsity", "x*y", "--at", "x=1"], "y has no value");
    refuses(["sparsity", "x*y", "--at", "x=1,y=1", "-o", "/no/x.svg"], "/no/x.svg");
}

#[test]
fn eval_many_prints_the_contract() {
    prints(
        &["eval-many", "x*y + square(x)"],
        "y, x\n1,2\r\n\n  0x1.8p+1 , -0.1\n1e300,1e300\n-inf,nan\n5e-324,0",
        "y,x,value,d_y,d_x\n1.0,2.0,6.0,2.0,5.0\n3.0,-0.1,-0.29000000000000004,-0.1,2.8\n1e300,1e300,inf,1e300,3e300\n\
         -inf,nan,nan,nan,nan\n5e-324,0.0,0.0,0.0,5e-324\n",
    );
    prints(&["eval-many", "u*u", "--let", "u=x+1"], "\u{feff}x\n1\n", "x,value,d_x\n1.0,4.0,4.0\n");
    prints(&["eval-many", "x"], "x", "x,value,d_x\n");
    // each line as if it were alone, wherever it is in a batch
    let points: Vec<f64> = (0..1000).map(|k| f64::from(k) / 64.0 - 8.0).collect();
    let lines: String = points.iter().map(|x| format!("{x}\n")).collect();
    let output = run(["eval-many", "sigmoid(x)*tanh(x)"], format!("x\n{lines}").as_bytes());
    for (k, line) in text(&output.stdout).lines().skip(1).enumerate().step_by(97) {
        let alone = run(["eval-many", "sigmoid(x)*tanh(x)"], format!("x\n{}\n", points[k]).as_bytes());
        assert_eq!(text(&alone.stdout).lines().nth(1), Some(line));
    }
    assert_eq!(text(&output.stdout).lines().count(), 1001);
}

#[test]
fn eval_many_streams() {
    let line = b"0.25,-1.5\n";
    let mut child = command(["eval-many", "x*y + sin(x)"]).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let writer = std::thread::spawn(move || {
        stdin.write_all(b"x,y\n").unwrap();
        (0..200).for_each(|_| stdin.write_all(&line.repeat(1000)).unwrap());
    });
    let copied = std::io::copy(&mut stdout, &mut std::io::sink()).unwrap();
    writer.join().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    assert!(copied > 200_000 * 20);
    // whoever stops reading is not told
    let mut child = command(["eval-many", "x"]).spawn().unwrap();
    drop(child.stdout.take());
    let _ = child.stdin.take().unwrap().write_all(("x\n".to_owned() + &"1\n".repeat(100_000)).as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn eval_many_refuses() {
    refuses(["eval-many", "sigmod(x)"], "did you mean sigmoid?");
    refuses(["eval-many", "pi"], "has no variables");
    refuses(["eval-many", "x*y"], "stdin is empty: the first line names the columns: x,y");
    let header = |header: &[u8], message: &str| refusal(run(["eval-many", "x*y"], header), message);
    header(b"x\n1\n", "line 1: there is no column y");
    header(b"\n\nx,y,x\n", "line 3, column 3: x is there twice");
    header(b"x,y,z\n", "line 1, column 3: \"z\" is no variable of the expression, which has x,y");
    header(b"x,,y\n", "line 1, column 2: \"\" is no variable");
    header(b"1,2\n", "line 1, column 1: \"1\" is no variable");
    header(b"x,\xff\n", "line 1: not UTF-8");
    let stops = |input: &[u8], message: &str| {
        let output = run(["eval-many", "x*y"], &[b"x,y\n3,2\n", input].concat());
        assert_eq!(text(&output.stdout), "x,y,value,d_x,d_y\n3.0,2.0,6.0,2.0,3.0\n");
        refusal(Output { stdout: vec![], ..output }, message);
    };
    stops(b"1\n", "line 3: it has 1 columns, and the header 2");
    stops(b"1,2,3\n", "line 3: it has 3 columns, and the header 2");
    stops(b"\n1,a b\n", "line 4, column 2 (y): \"a b\" is not a number");
    stops(b",2\n", "line 3, column 1 (x): \"\" is not a number");
    stops(b"1,2\xff\n", "line 3: not UTF-8");
    stops(&vec![b'1'; 10_000_000], "line 3: longer than 1048576 bytes");
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
    assert_eq!((no.status.code(), text(&no.stderr).matches("note: kink: ").count()), (Some(1), 2));
    let no: serde_json::Value = serde_json::from_slice(&no.stdout).unwrap();
    assert!(no["passed"] == false && no["results"][0]["reason"].is_string());
    refuses(["check", "sin", "csc"], "there is no op named csc");
    refuses(["op", "softmax"], "softmax is a vector function");
    refuses(["check", "cumsum"], "cumsum is a vector function");
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
    for command in ["ops", "eval", "grad", "check", "compile", "sparsity", "eval-many"] {
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

/// What is a choice in an answer, or not certain, is told on stderr: of every kind one, and nothing where there is no doubt.
#[test]
fn doubtful_derivatives_are_noted() {
    let notes = |args: &[&str]| {
        let output = run(args, b"");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
        text(&output.stderr).to_owned()
    };
    let grad = |expr: &str, at: &str, expected: &[&str]| {
        let told = notes(&["grad", expr, "--at", at]);
        assert_eq!(told, notes(&["grad", expr, "--at", at, "--json"]), "{expr}");
        assert_eq!(told.lines().count(), expected.len(), "{expr}: {told}");
        for (line, start) in told.lines().zip(expected) {
            assert!(line.starts_with(&format!("note: {start}")), "{expr}: {told}");
        }
    };
    // kinks, declared and in sets
    grad("relu(x) - relu(-x)", "x=0", &["kink: v2 = relu v1", "kink: v4 = relu v3"]);
    grad("max(x, y)", "x=3.7,y=3.7", &["kink: v3 = max(v1, v2)"]);
    grad("norm(x, y, z)", "x=0,y=0,z=0", &["kink: v4 = norm(v1, v2, v3)"]);
    grad(&format!("norm(x{})", ", x".repeat(99)), "x=0", &["kink: v2 = norm(v1, v1, …, v1)"]);
    // jumps, declared and in sets
    grad("sign(x) + floor(y)", "x=0,y=-12345", &["jump: ", "jump: "]);
    grad("select(less(x, y), x, y)", "x=0.3,y=0.3", &["jump: v3 = v1 < v2"]);
    // ends of domains
    grad("ln(x) + asin(y) + acosh(z)", "x=0,y=-1,z=1", &["end: v4 = ln v1", "end: ", "end: "]);
    // 0 · ∞ on a path that was taken
    grad("square(sqrt(x))", "x=0", &["end: v2 = sqrt v1", "0 · ∞: v2 = sqrt v1 passes 0 · ∞ on to v1"]);
    grad("ln(1 + exp(x))", "x=1000", &["0 · ∞: v2 = exp v1 passes 0 · ∞"]);
    grad("ln(erfc(x)/2)", "x=40", &["end: v4 = ln v3", "0 · ∞: v2 = erfc v1 passes ∞ · −0"]);
    // in single precision there are other infinities
    grad("ln(1 + exp(x))", "x=100", &[]);
    let single = notes(&["grad", "ln(1 + exp(x))", "--at", "x=100", "--f32"]);
    assert!(single.starts_with("note: 0 · ∞: v2 = exp v1 passes 0 · ∞"), "{single}");
    // and in the Hessian alone
    let second = notes(&["grad", "y*x^1.5", "--at", "x=0,y=0", "--hessian"]);
    assert!(second.contains("note: 0 · ∞: second derivatives through v3 = v1^1.5"), "{second}");
    // no doubt: what was not taken, whether a select or the rule of an op left it, and points beside
    for (expr, at) in [
        ("select(less(x, 1), x, sqrt(x) + ln(x) + relu(x))", "x=0"),
        ("select(less(0, x), sqrt(x), y)*y", "x=-1,y=2"),
        ("relu(x) + abs(x) + floor(x) + max(x, y)", "x=0.5,y=0.25"),
        ("x^2 + y^3", "x=0,y=0"),
        ("sqrt(x) + asin(y)", "x=5e-324,y=0.9999999999999999"),
        ("pi", "x=0"),
    ] {
        grad(expr, at, &[]);
    }
    // the slope of max by the smaller argument is 0, and no doubt
    grad("max(sqrt(x), 5)", "x=0", &["end: v2 = sqrt v1"]);
    for views in [&["--sweep"][..], &["--locate"], &[]] {
        let output = run([&["check", "--expr", "relu(x)*y", "--at", "x=0,y=2"], views].concat(), b"");
        assert!(text(&output.stderr).starts_with("note: kink: v3 = relu v1"), "{views:?}: {}", text(&output.stderr));
    }
    let many = "relu(x)".to_owned() + &"+relu(x)".repeat(100);
    let told = notes(&["grad", &many, "--at", "x=0"]);
    assert_eq!((told.lines().count(), told.lines().last()), (9, Some("note: and 93 more like these")));
}

/// Every command that reads an expression, with options that choose its views.
const VIEWS: [&[&str]; 26] = [
    &["grad"],
    &["grad", "--hessian"],
    &["grad", "--f32"],
    &["check", "--expr"],
    &["check", "--sweep", "--expr"],
    &["check", "--locate", "--expr"],
    &["trace"],
    &["trace", "--values"],
    &["trace", "--forward", "x"],
    &["trace", "--mistake", "order"],
    &["trace", "--f32"],
    &["step"],
    &["step", "--mistake", "stale"],
    &["explain"],
    &["explain", "--mistake", "overwrite"],
    &["quiz"],
    &["plot"],
    &["plot", "--f32"],
    &["graph", "--svg"],
    &["graph", "--dot"],
    &["graph", "--svg", "--mistake", "order"],
    &["graph", "--dot", "--mistake", "local-only"],
    &["page"],
    &["page", "--json"],
    &["compile"],
    &["sparsity"],
];

/// Whether a text may go to a terminal: no character in it moves the cursor, or turns the order of reading.
fn is_plain(text: &str) -> bool {
    let turns =
        |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !text.chars().any(|c| c.is_control() && c != '\n' || turns(c))
}

#[test]
fn ascii_is_ascii_everywhere() {
    let wide = |op: &str| format!("{op}(x{})", ",x".repeat(300));
    let long = "x".to_owned() + &"*sin(x)".repeat(300);
    let scoped = "let u = x*x; let v = u + u; u*v*v + norm(u, v, x)";
    let all = |args: &[&str]| {
        let output = run(args, b"1\n");
        assert_ne!(output.status.code(), Some(101), "{args:?}");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(out.is_ascii() && err.is_ascii(), "{args:?}\n{err}\n{out}");
    };
    for view in VIEWS {
        for (expr, at) in [
            ("u + sin(u) + u*u", "x=1"),
            (scoped, "x=0"),
            ("relu(x) - max(x, 0) + floor(x) + sqrt(x)", "x=0"),
            ("square(sqrt(x)) - ln(1 + exp(1000 + x)) + x^1.5", "x=0"),
            ("select(less_equal(0, x), sqrt(x), -x)/x", "x=-inf"),
            (&wide("logsumexp"), "x=1e300"),
            (&wide("norm"), "x=-1e-300"),
            (&long, "x=0.3"),
            ("softmax_cross_entropy(x, 1, x, class=2)", "x=nan"),
            ("sigmöd(x)", "x=1"),
            ("pi", "x=1"),
        ] {
            let own = [view, &[expr, "--let", "u=x*x", "--at", at, "--ascii"]].concat();
            let own: Vec<&str> = if expr == scoped {
                own.into_iter().filter(|w| !["--let", "u=x*x"].contains(w)).collect()
            } else {
                own
            };
            all(&own);
            all(&[&own[..], &["--json"]].concat());
        }
    }
    for args in [&["ops"][..], &["op", "gelu", "--at", "1"], &["op", "norm"], &["op", "max", "--at", "2,2"]] {
        all(&[args, &["--ascii"]].concat());
        all(&[args, &["--ascii", "--json"]].concat());
    }
    for args in [
        &["op"][..],
        &["op", "é"],
        &["op", "relu", "é=1"],
        &["op", "relu", "--at", "é"],
        &["quiz", "x"],
        &["plot"],
        &["plot", "--gallery"],
        &["plot", "x", "--at", "x=1", "-o", "/no/é.svg"],
        &["é"],
        &["check", "é"],
        &["page", "--trace", "é"],
        &["trace", "x", "--at", "x=1", "--mistake", "é"],
        &["check", "sin", "floor"],
        &["explain", "x", "--at", "x=1", "é"],
        &["grad", "--help"],
        &["--help"],
    ] {
        all(&[args, &["--ascii"]].concat());
    }
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("é.dot");
    all(&["graph", "u + sin(u)", "--let", "u=x*x", "--at", "x=1", "--dot", "--ascii", "-o", file.to_str().unwrap()]);
    assert!(std::fs::read(file).unwrap().is_ascii());
}

/// Whatever is written where: what comes back is safe to show.
#[test]
fn nothing_that_a_terminal_obeys_is_echoed() {
    let bad = "a\u{202e}b\u{9b}31m\u{7f}\u{1b}[31m\u{200b}\r\u{2066}";
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [svg, json, missing] =
        ["x.svg", "x.json", "x.missing"].map(|end| folder.join(format!("{bad}{end}")).to_str().unwrap().to_owned());
    // a trace of a program may hold anything
    let trace = text(&run(["page", "u*sin(x)", "--let", "u=x", "--at", "x=1", "--json"], b"").stdout).to_owned();
    let trace =
        trace.replace("sin", &format!("{bad}sin")).replace("\"x\"", &format!("\"{bad}\"")).replace("\u{7f}", "");
    let escaped: String = trace.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    std::fs::write(&json, escaped).unwrap();
    let param = format!("{bad}=1");
    for args in [
        &[bad][..],
        &["grad", bad, "--at", "x=1"],
        &["grad", "x", "--at", bad],
        &["grad", "x", "--at", &param],
        &["grad", "x", "--at", "x=1", "--let", bad],
        &["grad", "x", "--at", "x=1", "--let", &param],
        &["grad", "x", "--at", "x=1", bad],
        &["grad", "x", "--at", "x=1", &format!("--{bad}")],
        &["eval", bad],
        &["eval", "sin"],
        &["eval", "relu", &param],
        &["op", bad],
        &["op", "leaky_relu", &param],
        &["op", "leaky_relu", &format!("slope={bad}")],
        &["op", "relu", "--at", bad],
        &["check", bad],
        &["plot", bad],
        &["plot", "sin", "--param", &param],
        &["plot", "sin", "--from", bad, "--to", "1"],
        &["plot", "x +\r\t x", "--at", "x=1"],
        &["plot", "x", "--at", "x=1", "-o", &svg],
        &["plot", "x", "--at", "x=1", "-o", &format!("/no/{bad}")],
        &["plot", "x", "--at", "x=1", "--json"],
        &["trace", "x", "--at", "x=1", "--forward", bad],
        &["trace", "x", "--at", "x=1", "--mistake", bad],
        &["explain", "x", "--at", "x=1", bad],
        &["quiz", "x*x", "--at", "x=1"],
        &["compile", bad, "--at", "x=1"],
        &["sparsity", "x +\r\t x", "--at", "x=1"],
        &["sparsity", "x +\r\t x", "--at", "x=1", "-o", &svg],
        &["eval-many", bad],
        &["eval-many", "x"],
        &["eval-many", "x", "--let", bad],
        &["lesson", bad],
        &["completions", bad],
        &["graph", "--svg", "--trace", &json],
        &["graph", "--dot", "--trace", &json],
        &["graph", "--json", "--trace", &json],
        &["page", "--trace", &json],
        &["page", "--json", "--trace", &json],
        &["page", "--trace", &missing],
        &["page", "--trace", &svg],
        &["page", "--trace", &json, "--source", &missing],
    ] {
        let output = run(args, format!("{bad}\n").as_bytes());
        // the texts of a page are in order, and a style sheet may have tabs
        let shown = |bytes: &[u8]| text(bytes).replace('\t', " ");
        let (out, err) = (shown(&output.stdout), shown(&output.stderr));
        assert!(is_plain(&out) && is_plain(&err) && output.status.code() != Some(101), "{args:?}\n{err:?}\n{out:?}");
    }
    // what JSON tells is still what was given
    let told: serde_json::Value =
        serde_json::from_slice(&run(["plot", "x", "--at", "x=1", "--json"], b"").stdout).unwrap();
    assert_eq!(told["title"], "x");
}

/// The longest expressions that are read, of every shape, are answered by every command.
#[test]
fn the_longest_expressions_are_answered() {
    const LONGEST: usize = 64 << 10;
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
    let fill = |start: &str, term: &str, end: &str| {
        start.to_owned() + &term.repeat((LONGEST - start.len() - end.len()) / term.len()) + end
    };
    for expr in
        [fill("x", "+x", ""), fill("x", "*relu(x)", ""), fill("logsumexp(x", ",x", ")"), fill("let u=x;x", "/u", "")]
    {
        for view in VIEWS {
            // a check asks many times; of the shortest ops there are the most
            if view[0] == "check" && !expr.starts_with("x+x") {
                continue;
            }
            let start = std::time::Instant::now();
            let output = run([view, &[&expr, "--at", "x=1.0001"]].concat(), b"");
            let (code, took) = (output.status.code(), start.elapsed());
            assert!(matches!(code, Some(0 | 1)), "{view:?} {}…: {}", &expr[..20], text(&output.stderr));
            assert!(took < PATIENCE, "{view:?} {}…: {took:?}", &expr[..20]);
            println!("{took:>10.2?} {view:?} {}…", &expr[..20]);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_is_written_whole_or_where_it_is() {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("written");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let path = |name: &str| folder.join(name);
    let write = |file: &std::path::Path| run(["plot", "sin", "-o", file.to_str().unwrap()], b"");
    let is_drawing = |file: &std::path::Path| fs::read_to_string(file).unwrap().starts_with("<svg");
    let inode = |file: &std::path::Path| fs::symlink_metadata(file).unwrap().ino();

    // a new file, and one that was there: it is another file then, with what it was allowed
    let plain = path("plain.svg");
    assert!(write(&plain).status.success() && is_drawing(&plain));
    let first = inode(&plain);
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o640)).unwrap();
    let reader = fs::File::open(&plain).unwrap();
    assert!(write(&plain).status.success() && is_drawing(&plain) && inode(&plain) != first);
    assert_eq!(fs::metadata(&plain).unwrap().permissions().mode() & 0o777, 0o640);
    // whoever had opened the old one still has it whole
    assert_eq!(std::io::read_to_string(reader).unwrap(), fs::read_to_string(&plain).unwrap());

    // links stay links
    let (link, other) = (path("link.svg"), path("other.svg"));
    symlink(&plain, &link).unwrap();
    fs::hard_link(&plain, &other).unwrap();
    for file in [&link, &other] {
        fs::write(file, "old").unwrap();
        assert!(write(file).status.success() && is_drawing(&plain) && is_drawing(file));
    }
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink() && inode(&plain) == inode(&other));
    let dangling = path("dangling.svg");
    symlink(path("target.svg"), &dangling).unwrap();
    assert!(write(&dangling).status.success() && is_drawing(&path("target.svg")));

    // devices and pipes
    assert!(write(std::path::Path::new("/dev/null")).status.success());
    let pipe = path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let end = pipe.clone();
    let reader = std::thread::spawn(move || fs::read_to_string(end).unwrap());
    assert!(write(&pipe).status.success() && reader.join().unwrap().starts_with("<svg"));

    // a failure leaves what was there, and nothing beside it
    refuses(["plot", "sin", "-o", folder.to_str().unwrap()], "written");
    let kept = path("kept.svg");
    fs::write(&kept, "kept").unwrap();
    refuses(["plot", "sigmod", "-o", kept.to_str().unwrap()], "sigmod");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "kept");
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".part")), "{left:?}");
}

/// A signal from outside ends `step` as it should, and leaves the terminal as it was.
#[cfg(unix)]
#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/terminal/step.py");
    match Command::new("python3").args([script, env!("CARGO_BIN_EXE_gprime")]).output() {
        Ok(output) => assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr)),
        Err(_) => println!("there is no python3: not tested"),
    }
}

/// An op that takes no fewer than some arguments, as a parameter of it says, is shown with as many.
#[test]
fn an_op_that_needs_many_arguments_has_every_view() {
    for class in [2, 40] {
        let logits: Vec<String> = (0..=class).map(|i| format!("{i}*x")).collect();
        let expr = format!("softmax_cross_entropy({}, class={class})", logits.join(", "));
        for view in VIEWS {
            let output = run([view, &[&expr, "--at", "x=0.1"]].concat(), b"");
            assert!(matches!(output.status.code(), Some(0 | 1)), "{view:?}: {}", text(&output.stderr));
        }
        let symbols = run(["graph", &expr, "--svg"], b"");
        assert!(symbols.status.success(), "{}", text(&symbols.stderr));
    }
    let card = json(&["op", "softmax_cross_entropy", "class=2", "--json"]);
    assert_eq!(card["slope"].as_array().map(Vec::len), Some(3));
    for class in ["40", "1e9"] {
        let param = format!("class={class}");
        for command in
            [&["op", "softmax_cross_entropy", &param][..], &["plot", "softmax_cross_entropy", "--param", &param]]
        {
            refuses(command, "needs more logits than the index of its class, which 32 arguments are not");
        }
    }
}
