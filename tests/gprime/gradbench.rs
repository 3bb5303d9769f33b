//! The tool for GradBench, held to the suite's right outputs, to values computed another way, and to bad messages.

#[path = "../../examples/gradbench/evals/mod.rs"]
mod evals;
#[path = "../../examples/gradbench/protocol.rs"]
mod protocol;

use proptest::prelude::*;
use protocol::Form;
use serde_json::{Value, json};

const FUNCTIONS: [(&str, &[&str]); 12] = [
    ("hello", &["square", "double"]),
    ("det", &["primal", "gradient"]),
    ("llsq", &["primal", "gradient"]),
    ("lse", &["primal", "gradient"]),
    ("ode", &["primal", "gradient"]),
    ("gmm", &["objective", "jacobian"]),
    ("lstm", &["objective", "jacobian"]),
    ("ba", &["objective", "jacobian"]),
    ("ht", &["objective", "jacobian"]),
    ("kmeans", &["cost", "dir"]),
    ("particle", &["ff", "fr", "rf", "rr"]),
    ("saddle", &["ff", "fr", "rf", "rr"]),
];

fn answer(line: &[u8]) -> Value {
    answer_in(Form::Direct, line)
}

fn answer_in(form: Form, line: &[u8]) -> Value {
    let answer = protocol::answer(line, form);
    assert!(!answer.contains('\n'));
    serde_json::from_str(&answer).unwrap()
}

fn evaluate(module: &str, function: &str, input: &Value) -> Value {
    evaluate_in(Form::Direct, module, function, input)
}

fn evaluate_in(form: Form, module: &str, function: &str, input: &Value) -> Value {
    let message = json!({ "id": 7, "kind": "evaluate", "module": module, "function": function, "input": input });
    let answer = answer_in(form, message.to_string().as_bytes());
    assert_eq!(answer["id"], 7);
    answer
}

/// The output of a function, which must succeed.
#[track_caller]
fn output(module: &str, function: &str, input: &Value) -> Value {
    output_in(Form::Direct, module, function, input)
}

#[track_caller]
fn output_in(form: Form, module: &str, function: &str, input: &Value) -> Value {
    let mut answer = evaluate_in(form, module, function, input);
    assert_eq!(answer["success"], true, "{module} {function}: {}", answer["error"]);
    assert!(answer["timings"].as_array().is_some_and(|timings| !timings.is_empty()));
    answer["output"].take()
}

/// All numbers of a value, in order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Object(fields) => fields.values().flat_map(numbers).collect(),
        _ => value.as_f64().into_iter().collect(),
    }
}

/// Whether two lists agree to so many parts of their largest number.
#[track_caller]
fn assert_near(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    let scale = expected.iter().fold(1e-300f64, |m, x| m.max(x.abs()));
    for (i, (a, b)) in got.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * scale, "number {i} is {a}, and should be {b}");
    }
}

/// The number at a place of an input.
fn place<'a>(input: &'a mut Value, pointer: &str) -> &'a mut Value {
    input.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}"))
}

/// How all numbers of a function's output change with one number of its input, by differences.
fn slopes(module: &str, function: &str, input: &Value, pointer: &str) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    let at = |change: f64| {
        let mut input = input.clone();
        let number = place(&mut input, pointer);
        *number = json!(number.as_f64().unwrap() + change);
        numbers(&output(module, function, &input))
    };
    at(STEP).into_iter().zip(at(-STEP)).map(|(a, b)| (a - b) / (2.0 * STEP)).collect()
}

/// The pointers to all numbers of a part of an input, in order.
fn pointers(input: &Value, part: &str) -> Vec<String> {
    match &input.pointer(part).unwrap_or_else(|| panic!("there is no {part}")) {
        Value::Array(items) => (0..items.len()).flat_map(|i| pointers(input, &format!("{part}/{i}"))).collect(),
        _ => vec![part.to_owned()],
    }
}

/// The gradient of a function of one number by some parts of its input, by differences.
fn gradient(module: &str, function: &str, input: &Value, parts: &[&str]) -> Vec<f64> {
    let pointers = parts.iter().flat_map(|part| pointers(input, part));
    pointers.map(|pointer| slopes(module, function, input, &pointer)[0]).collect()
}

/// Reproducible numbers in (−1, 1).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
    fn list(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.next()).collect()
    }
    fn matrix(&mut self, rows: usize, columns: usize) -> Vec<Vec<f64>> {
        (0..rows).map(|_| self.list(columns)).collect()
    }
}

fn cases() -> impl Iterator<Item = Value> {
    include_str!("../data/gradbench.jsonl").lines().map(|line| serde_json::from_str(line).unwrap())
}

// The suite's cases.

fn assert_same(got: &Value, expected: &Value, what: &str) {
    match (got, expected) {
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{what}");
            a.iter().zip(b).for_each(|(a, b)| assert_same(a, b, what));
        }
        (Value::Object(a), Value::Object(b)) => {
            assert!(a.keys().eq(b.keys()), "{what}");
            a.values().zip(b.values()).for_each(|(a, b)| assert_same(a, b, what));
        }
        _ => {
            let (a, b) = (got.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-11 * a.abs().max(b.abs()), "{what}: {a} instead of {b}");
        }
    }
}

#[test]
fn every_case_of_the_suite_comes_out_right() {
    let mut seen = std::collections::BTreeSet::new();
    for mut case in cases() {
        case["input"]["min_seconds"] = json!(0);
        let (module, function) = (case["module"].as_str().unwrap(), case["function"].as_str().unwrap());
        for form in [Form::Direct, Form::Compiled] {
            let got = output_in(form, module, function, &case["input"]);
            assert_same(&got, &case["output"], &format!("{module} {function}, {form:?}"));
        }
        seen.insert(format!("{module} {function}"));
    }
    let all = FUNCTIONS.iter().flat_map(|(module, functions)| functions.iter().map(move |f| format!("{module} {f}")));
    for function in all.filter(|function| !function.starts_with("hello")) {
        assert!(seen.contains(&function), "there is no case of {function}");
    }
}

// Compiled forms.

/// Changes all numbers that are not whole by up to a tenth: sizes, indices and bits stay.
fn change(value: &mut Value, random: &mut Random) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| change(item, random)),
        Value::Object(fields) => fields.values_mut().for_each(|field| change(field, random)),
        _ => {
            if let Some(x) = value.as_f64().filter(|x| x.fract() != 0.0) {
                *value = json!(x * (1.0 + 0.1 * random.next()));
            }
        }
    }
}

#[track_caller]
fn assert_forms_agree(module: &str, function: &str, input: &Value) {
    let [direct, compiled] =
        [Form::Direct, Form::Compiled].map(|form| numbers(&output_in(form, module, function, input)));
    assert_near(&compiled, &direct, 1e-12);
}

#[test]
fn both_forms_of_each_function_agree() {
    let mut random = Random(5);
    for mut case in cases() {
        let (module, function) =
            (case["module"].as_str().unwrap().to_owned(), case["function"].as_str().unwrap().to_owned());
        change(place(&mut case, "/input"), &mut random);
        case["input"]["min_seconds"] = json!(0);
        assert_forms_agree(&module, &function, &case["input"]);
    }
    for x in random.list(3) {
        assert_forms_agree("hello", "double", &json!(x));
    }
    for (n, shift) in [(1, 0.0), (3, 1000.0), (40, -1000.0)] {
        let x: Vec<f64> = random.list(n).iter().map(|x| x + shift).collect();
        assert_forms_agree("lse", "gradient", &json!({ "x": x }));
    }
    for (d, k, n, m) in [(1, 1, 1, 0), (1, 3, 40, 2), (3, 1, 65, 1)] {
        assert_forms_agree("gmm", "jacobian", &gmm_input(d, k, n, m, 0.7));
    }
    // more observations than run together, of which some share cameras and points; and cameras and hands that are not turned
    for rotation in [[0.3, -0.5, 0.2], [0.0; 3]] {
        let mut input = ba_input(rotation);
        (input["n"], input["m"], input["p"]) = (json!(2), json!(3), json!(131));
        assert_forms_agree("ba", "jacobian", &input);
    }
    for (own, mirrored) in [(false, false), (true, true)] {
        let mut input = ht_input(own, mirrored);
        assert_forms_agree("ht", "jacobian", &input);
        (0..3).for_each(|i| *place(&mut input, &format!("/theta/{i}")) = json!(0.0));
        assert_forms_agree("ht", "jacobian", &input);
    }
    for (n, k, d) in [(1, 1, 1), (64, 4, 3), (130, 7, 8)] {
        let points = random.matrix(n, d);
        assert_forms_agree("kmeans", "dir", &json!({ "points": points, "centroids": points[..k] }));
    }
}

// Values computed another way.

#[test]
fn hello() {
    for x in [0.0, -3.5, 1e150] {
        assert_eq!(output("hello", "square", &json!(x)), json!(x * x));
        assert_eq!(output("hello", "double", &json!(x)), json!(2.0 * x));
    }
}

#[test]
fn det_is_expanded_along_every_row() {
    for ell in 1..=9 {
        let a = Random(ell as u64).list(ell * ell);
        let input = json!({ "A": a, "ell": ell });
        let det = output("det", "primal", &input).as_f64().unwrap();
        let cofactors = numbers(&output("det", "gradient", &input));
        // a row times the cofactors of another row is the determinant of a matrix with two equal rows
        let product = |i: usize, j: usize| (0..ell).map(|k| a[i * ell + k] * cofactors[j * ell + k]).sum::<f64>();
        for (i, j) in (0..ell).flat_map(|i| (0..ell).map(move |j| (i, j))) {
            assert!((product(i, j) - if i == j { det } else { 0.0 }).abs() < 1e-12, "{ell}: {i}, {j}");
        }
    }
    let identity: Vec<f64> = (0..64).map(|i| f64::from(i % 9 == 0)).collect();
    assert_eq!(output("det", "primal", &json!({ "A": identity, "ell": 8 })), json!(1.0));
    assert_eq!(output("det", "primal", &json!({ "A": [1, 2, 3, 4], "ell": 2 })), json!(-2.0));
    assert_eq!(output("det", "gradient", &json!({ "A": [1, 2, 3, 4], "ell": 2 })), json!([4.0, -3.0, -2.0, 1.0]));
}

#[test]
fn llsq_has_the_gradient_of_its_residuals() {
    for (n, m) in [(2, 1), (7, 3), (16, 5)] {
        let x = Random(n as u64).list(m);
        let (mut value, mut g) = (0.0, vec![0.0; m]);
        for i in 0..n {
            let t = 2.0 * i as f64 / (n - 1) as f64 - 1.0;
            let sign = if t == 0.0 { 0.0 } else { t.signum() };
            let residual = (0..m).map(|j| x[j] * t.powi(j as i32)).sum::<f64>() - sign;
            value += residual * residual / 2.0;
            (0..m).for_each(|j| g[j] += residual * t.powi(j as i32));
        }
        let input = json!({ "x": x, "n": n });
        assert_near(&numbers(&output("llsq", "primal", &input)), &[value], 1e-14);
        assert_near(&numbers(&output("llsq", "gradient", &input)), &g, 1e-14);
    }
}

#[test]
fn lse_has_the_softmax_as_its_gradient() {
    for (n, shift) in [(1, 0.0), (3, 1000.0), (40, -1000.0)] {
        let x: Vec<f64> = Random(n).list(n as usize).iter().map(|x| x + shift).collect();
        let sum: f64 = x.iter().map(|x| (x - shift).exp()).sum();
        let softmax: Vec<f64> = x.iter().map(|x| (x - shift).exp() / sum).collect();
        let input = json!({ "x": x });
        assert_near(&numbers(&output("lse", "primal", &input)), &[sum.ln() + shift], 1e-14);
        assert_near(&numbers(&output("lse", "gradient", &input)), &softmax, 1e-13);
    }
    // the largest of all twice
    assert_near(&numbers(&output("lse", "gradient", &json!({ "x": [2, 2, 2] }))), &[1.0 / 3.0; 3], 1e-15);
}

#[test]
fn ode_is_a_polynomial() {
    for (n, s) in [(1, 1), (3, 2), (4, 7), (9, 3), (30, 20)] {
        let x: Vec<f64> = Random(n as u64).list(n).iter().map(|x| x + 2.0).collect();
        let input = json!({ "x": x, "s": s });
        let y = numbers(&output("ode", "primal", &input));
        // yᵢ(t) is the product of xⱼ t/(j + 1) over all j up to i, and the method is exact up to the fourth power
        let mut exact = 1.0;
        for i in 0..n.min(4) {
            exact *= x[i] * 2.0 / (i + 1) as f64;
            assert_near(&y[i..=i], &[exact], 1e-14);
        }
        // the method too makes yᵢ a multiple of the product of the xⱼ
        let slopes: Vec<f64> = x.iter().map(|x| y[n - 1] / x).collect();
        assert_near(&numbers(&output("ode", "gradient", &input)), &slopes, 1e-13);
    }
}

/// ln of the density of the mixture and of the prior, from the definition, in one or two dimensions.
fn gmm_definition(input: &Value) -> f64 {
    let get = |pointer: String| input.pointer(&pointer).unwrap().as_f64().unwrap();
    let [d, k, n, m] = ["d", "k", "n", "m"].map(|name| input[name].as_u64().unwrap() as usize);
    let gamma = input["gamma"].as_f64().unwrap();
    let weights: Vec<f64> = (0..k).map(|k| get(format!("/alpha/{k}")).exp()).collect();
    let factor = |k: usize| {
        let diagonal: Vec<f64> = (0..d).map(|i| get(format!("/q/{k}/{i}")).exp()).collect();
        let off = if d == 2 { get(format!("/l/{k}/0")) } else { 0.0 };
        (diagonal, off)
    };
    let mut log = 0.0;
    for i in 0..n {
        let mut density = 0.0;
        for k in 0..k {
            let (diagonal, off) = factor(k);
            let x: Vec<f64> = (0..d).map(|j| get(format!("/x/{i}/{j}")) - get(format!("/mu/{k}/{j}"))).collect();
            let mut square = (diagonal[0] * x[0]).powi(2);
            if d == 2 {
                square += (off * x[0] + diagonal[1] * x[1]).powi(2);
            }
            let det: f64 = diagonal.iter().product();
            let pi = std::f64::consts::TAU.powf(d as f64 / 2.0);
            density += weights[k] / weights.iter().sum::<f64>() * det / pi * (-square / 2.0).exp();
        }
        log += density.ln();
    }
    // Γ of whole and half numbers, and from it Γ_d
    fn ln_gamma(twice: usize) -> f64 {
        match twice {
            1 => std::f64::consts::PI.ln() / 2.0,
            2 => 0.0,
            _ => ln_gamma(twice - 2) + ((twice - 2) as f64 / 2.0).ln(),
        }
    }
    let degrees = d + m + 1;
    let constant = (degrees * d) as f64 * (gamma / 2f64.sqrt()).ln()
        - (0..d).map(|j| ln_gamma(degrees - j)).sum::<f64>()
        - (d * (d - 1)) as f64 / 4.0 * std::f64::consts::PI.ln();
    for k in 0..k {
        let (diagonal, off) = factor(k);
        let trace: f64 = diagonal.iter().map(|x| x * x).sum::<f64>() + off * off;
        log += constant - gamma * gamma / 2.0 * trace + m as f64 * diagonal.iter().map(|x| x.ln()).sum::<f64>();
    }
    log
}

fn gmm_input(d: usize, k: usize, n: usize, m: usize, gamma: f64) -> Value {
    let mut random = Random((d * k + n) as u64);
    json!({
        "d": d, "k": k, "n": n, "m": m, "gamma": gamma, "x": random.matrix(n, d), "alpha": random.list(k),
        "mu": random.matrix(k, d), "q": random.matrix(k, d), "l": random.matrix(k, d * (d - 1) / 2),
    })
}

#[test]
fn gmm_is_its_definition() {
    for (d, k, n, m, gamma) in [(1, 1, 3, 0, 1.0), (1, 3, 5, 2, 0.5), (2, 1, 4, 3, 1.5), (2, 3, 6, 0, 0.7)] {
        let input = gmm_input(d, k, n, m, gamma);
        assert_near(&numbers(&output("gmm", "objective", &input)), &[gmm_definition(&input)], 1e-12);
    }
}

#[test]
fn gmm_has_the_slopes_of_differences() {
    for (d, k, m) in [(1, 2, 1), (2, 3, 0), (4, 2, 2)] {
        let input = gmm_input(d, k, 5, m, 1.2);
        let got = output("gmm", "jacobian", &input);
        assert_eq!(got["l"].as_array().unwrap().len(), k);
        for part in ["alpha", "mu", "q", "l"] {
            let expected = gradient("gmm", "objective", &input, &[&format!("/{part}")]);
            assert_near(&numbers(&got[part]), &expected, 1e-8);
        }
    }
}

#[test]
fn lstm_has_the_slopes_of_differences() {
    for (layers, bits, characters) in [(1, 1, 2), (2, 3, 5)] {
        let mut random = Random(bits as u64);
        let bit = |x: f64| f64::from(x > 0.0);
        let sequence: Vec<Vec<f64>> =
            (0..characters).map(|_| random.list(bits).into_iter().map(bit).collect()).collect();
        let input = json!({
            "main_params": random.matrix(2 * layers, 4 * bits), "extra_params": random.matrix(3, bits),
            "state": random.matrix(2 * layers, bits), "sequence": sequence,
        });
        let expected = gradient("lstm", "objective", &input, &["/main_params", "/extra_params"]);
        assert_near(&numbers(&output("lstm", "jacobian", &input)), &expected, 1e-8);
    }
}

fn ba_input(rotation: [f64; 3]) -> Value {
    let cam = [&rotation[..], &[0.3, -0.2, 5.0, 2.0, 0.1, -0.4, 0.05, -0.02]].concat();
    json!({ "n": 1, "m": 1, "p": 1, "cam": cam, "x": [0.5, 0.25, 1.0], "w": 0.7, "feat": [0.2, 0.3] })
}

#[test]
fn ba_has_the_slopes_of_differences() {
    for rotation in [[0.3, -0.5, 0.2], [1e-4, 0.0, 0.0]] {
        let input = ba_input(rotation);
        let jacobian = output("ba", "jacobian", &input);
        // one observation is all: a dense row for either coordinate, and one number for the weight
        assert_eq!(jacobian["rows"], json!([0, 15, 30, 31, 31]));
        assert_eq!(numbers(&jacobian["cols"]).len(), 31);
        assert_eq!(jacobian["cols"][30], 14);
        let rows = numbers(&jacobian["vals"]);
        for (i, pointer) in ["/cam", "/x", "/w"].iter().flat_map(|part| pointers(&input, part)).enumerate() {
            // in order: the two numbers of reproj_error, how often, the one of w_err, how often
            let slopes = slopes("ba", "objective", &input, &pointer);
            assert!((rows[i] - slopes[0]).abs() < 1e-8 && (rows[15 + i] - slopes[1]).abs() < 1e-8, "{pointer}");
            assert!(pointer != "/w" || (rows[30] - slopes[3]).abs() < 1e-8);
        }
    }
}

#[test]
fn ba_does_not_turn_without_a_rotation() {
    let errors = output("ba", "objective", &ba_input([0.0; 3]));
    let [x, y] = [0.2 / -4.0, 0.45 / -4.0];
    let square: f64 = x * x + y * y;
    let scale = 2.0 * (1.0 + 0.05 * square - 0.02 * square * square);
    let expected = [0.7 * (x * scale + 0.1 - 0.2), 0.7 * (y * scale - 0.4 - 0.3)];
    assert_near(&numbers(&errors["reproj_error"]["elements"]), &expected, 1e-14);
    // the slope by the rotation is that of a small one
    let at_rest = numbers(&output("ba", "jacobian", &ba_input([0.0; 3]))["vals"]);
    let nearly = numbers(&output("ba", "jacobian", &ba_input([1e-9, 2e-9, -1e-9]))["vals"]);
    assert_near(&at_rest, &nearly, 1e-7);
}

#[test]
fn ba_repeats_cameras_and_points() {
    let mut input = ba_input([0.3, -0.5, 0.2]);
    (input["n"], input["m"], input["p"]) = (json!(2), json!(3), json!(5));
    let jacobian = output("ba", "jacobian", &input);
    let columns: Vec<usize> = numbers(&jacobian["cols"]).iter().map(|&x| x as usize).collect();
    let expected: Vec<usize> = (0..11).chain([22, 23, 24, 31]).collect();
    assert_eq!(columns, [&expected[..], &expected, &[35]].concat());
    let rows: Vec<usize> = (0..11).map(|i| 15 * i).chain(151..=155).chain([155]).collect();
    assert_eq!(jacobian["rows"], json!(rows));
    assert_eq!(output("ba", "objective", &input)["reproj_error"]["repeated"], 5);
}

fn ht_input(own: bool, mirrored: bool) -> Value {
    let case = cases().find(|case| case["module"] == "ht" && case["input"]["us"].as_array().unwrap().is_empty() != own);
    let mut input = case.unwrap()["input"].take();
    for list in ["/data/correspondences", "/data/points", "/us"] {
        place(&mut input, list).as_array_mut().unwrap().truncate(3);
    }
    input["data"]["model"]["is_mirrored"] = json!(mirrored);
    input
}

#[test]
fn ht_has_the_slopes_of_differences() {
    for (own, mirrored) in [(false, false), (true, true)] {
        let input = ht_input(own, mirrored);
        let jacobian = output("ht", "jacobian", &input);
        let column = |j: usize| -> Vec<f64> { (0..9).map(|i| jacobian[i][j].as_f64().unwrap()).collect() };
        let first = if own { 2 } else { 0 };
        assert_eq!(jacobian[8].as_array().unwrap().len(), first + 26);
        for i in 0..26 {
            let expected = slopes("ht", "objective", &input, &format!("/theta/{i}"));
            let scale = expected.iter().fold(1e-9f64, |m, x| m.max(x.abs()));
            assert!(column(first + i).iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-8 * scale.max(1.0)), "{i}");
        }
        for (point, j) in (0..if own { 3 } else { 0 }).flat_map(|point| [(point, 0), (point, 1)]) {
            let expected = slopes("ht", "objective", &input, &format!("/us/{point}/{j}"));
            assert_near(&column(j)[3 * point..][..3], &expected[3 * point..][..3], 1e-7);
        }
    }
}

#[test]
fn ht_only_moves_a_hand_that_is_not_turned() {
    let mut input = ht_input(false, false);
    let rest = numbers(&output("ht", "objective", &input));
    for i in 0..3 {
        *place(&mut input, &format!("/theta/{}", 3 + i)) = json!(input["theta"][3 + i].as_f64().unwrap() + 2.0);
    }
    let moved: Vec<f64> = rest.iter().map(|x| x - 2.0).collect();
    assert_near(&numbers(&output("ht", "objective", &input)), &moved, 1e-14);
    for i in 0..3 {
        *place(&mut input, &format!("/theta/{i}")) = json!(0.0);
    }
    let straight = numbers(&output("ht", "objective", &input));
    // below 10⁻⁴ the rotation counts as none, and what it does is small
    *place(&mut input, "/theta/0") = json!(9e-5);
    assert_eq!(numbers(&output("ht", "objective", &input)), straight);
    *place(&mut input, "/theta/0") = json!(1.1e-4);
    assert_near(&numbers(&output("ht", "objective", &input)), &straight, 1e-3);
}

#[test]
fn kmeans_steps_to_the_means() {
    for (n, k, d) in [(1, 1, 1), (30, 4, 3), (200, 7, 8)] {
        let mut random = Random(n as u64);
        let points = random.matrix(n, d);
        let centroids = points[..k].to_vec();
        let square = |c: &[f64], p: &[f64]| c.iter().zip(p).map(|(c, p)| (c - p) * (c - p)).sum::<f64>();
        let (mut cost, mut members) = (0.0, vec![vec![]; k]);
        for p in &points {
            let distances = centroids.iter().map(|c| square(c, p));
            let (j, least) = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            cost += least;
            members[j].push(p);
        }
        let mean = |j: usize, i: usize| members[j].iter().map(|p| p[i]).sum::<f64>() / members[j].len() as f64;
        let step = |(j, c): (usize, &Vec<f64>)| (0..d).map(|i| c[i] - mean(j, i)).collect::<Vec<f64>>();
        let steps: Vec<f64> = centroids.iter().enumerate().flat_map(step).collect();
        let input = json!({ "points": points, "centroids": centroids });
        assert_near(&numbers(&output("kmeans", "cost", &input)), &[cost], 1e-13);
        let got = numbers(&output("kmeans", "dir", &input));
        assert!(got.iter().zip(&steps).all(|(a, b)| (a - b).abs() < 1e-14), "{got:?}, and not {steps:?}");
    }
}

/// Where a particle crosses the axis, with the force written out.
fn crossing(w: f64) -> f64 {
    let (mut x, mut v) = ([0.0, 8.0], [0.75, 0.0]);
    loop {
        let mut force = [0.0; 2];
        for charge in [[10.0, 10.0 - w], [10.0, 0.0]] {
            let apart = [x[0] - charge[0], x[1] - charge[1]];
            let cube = (apart[0] * apart[0] + apart[1] * apart[1]).powf(1.5);
            (0..2).for_each(|i| force[i] += apart[i] / cube);
        }
        let next = [x[0] + 0.1 * v[0], x[1] + 0.1 * v[1]];
        if next[1] <= 0.0 {
            return x[0] - x[1] / v[1] * v[0];
        }
        (0..2).for_each(|i| v[i] += 0.1 * force[i]);
        x = next;
    }
}

#[test]
fn particle_meets_the_origin() {
    for (start, modes) in [(0.0, "ff"), (0.1, "fr"), (0.25, "rf"), (0.3, "rr")] {
        let w = output("particle", modes, &json!({ "w": start })).as_f64().unwrap();
        assert!(crossing(w).abs() < 1e-2, "from {start} to {w}, {}", crossing(w));
        assert!(crossing(start).abs() > 0.1);
    }
}

#[test]
fn saddle_is_at_the_origin() {
    for modes in ["ff", "fr", "rf", "rr"] {
        let points = numbers(&output("saddle", modes, &json!({ "start": [0.5, -0.25] })));
        assert_eq!(points.len(), 4);
        assert!(points.iter().all(|x| x.abs() < 2e-5 && *x != 0.0), "{points:?}");
        assert!(points[0] > 0.0 && points[1] < 0.0);
    }
    assert!(numbers(&output("saddle", "ff", &json!({ "start": [1e6, -1e6] }))).iter().all(|x| x.abs() < 1e-4));
}

// Messages.

#[test]
fn the_protocol_is_spoken() {
    let answers = [
        (json!({ "id": 0, "kind": "start", "eval": "gmm" }), json!({ "id": 0, "tool": "gprime" })),
        (json!({ "id": "a", "kind": "start" }), json!({ "id": "a", "tool": "gprime" })),
        (json!({ "id": 3, "kind": "analysis", "of": 2, "valid": false, "error": "bad" }), json!({ "id": 3 })),
    ];
    for (message, expected) in answers {
        assert_eq!(answer(message.to_string().as_bytes()), expected);
    }
    for (module, functions) in FUNCTIONS {
        let define = json!({ "id": 1, "kind": "define", "module": module });
        assert_eq!(answer(define.to_string().as_bytes()), json!({ "id": 1, "success": true }));
        let wrong = evaluate(module, "nothing", &json!(1.0));
        assert_eq!(wrong["success"], false);
        assert!(functions.iter().all(|name| wrong["error"].as_str().unwrap().contains(name)));
    }
}

#[test]
fn functions_run_as_often_as_asked() {
    let timings = |input: Value| -> Vec<u64> {
        let answer = evaluate("lse", "primal", &input);
        assert_eq!(answer["success"], true);
        let timings = answer["timings"].as_array().unwrap().iter();
        timings
            .map(|timing| {
                assert_eq!(timing["name"], "evaluate");
                timing["nanoseconds"].as_u64().unwrap()
            })
            .collect()
    };
    assert_eq!(timings(json!({ "x": [1] })).len(), 1);
    assert_eq!(timings(json!({ "x": [1], "min_runs": 0, "min_seconds": 0 })).len(), 1);
    assert_eq!(timings(json!({ "x": [1], "min_runs": 17, "min_seconds": 0.0 })).len(), 17);
    let long = timings(json!({ "x": vec![0.5; 10_000], "min_runs": 2, "min_seconds": 0.02 }));
    assert!(long.len() > 2 && long.iter().sum::<u64>() >= 20_000_000);
    // it stops as soon as both are met
    assert!(long[..long.len() - 1].iter().sum::<u64>() < 20_000_000);
}

#[track_caller]
fn expect_failure(line: &[u8]) -> String {
    let answer = answer(line);
    assert_eq!(answer["success"], false, "{answer}");
    answer["error"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_no_message_is_an_error() {
    for line in [
        "nonsense",
        "{",
        "\"start\"",
        "17",
        "null",
        "[]",
        "{}",
        r#"{"id": 1}"#,
        r#"{"id": 1, "kind": 3}"#,
        r#"{"id": 1, "kind": "stop"}"#,
        r#"{"id": 1, "kind": "define"}"#,
        r#"{"id": 1, "kind": "define", "module": 7}"#,
        r#"{"id": 1, "kind": "define", "module": "rosenbrock"}"#,
        r#"{"id": 1, "kind": "evaluate", "module": "rosenbrock", "function": "primal", "input": 1}"#,
        r#"{"id": 1, "kind": "evaluate", "module": "lse", "function": "primal"}"#,
        r#"{"id": 1, "kind": "evaluate", "module": "lse", "function": "primal", "input": {"x": [NaN]}}"#,
        r#"{"id": 1, "kind": "evaluate", "module": "lse", "function": "primal", "input": {"x": [1e999]}}"#,
        r#"{"id": 1, "kind": "evaluate", "module": "hello", "function": "square", "input": 1} {}"#,
    ] {
        assert!(!expect_failure(line.as_bytes()).is_empty());
    }
    expect_failure(b"\xff\xfe{}");
    expect_failure("[".repeat(1_000_000).as_bytes());
    expect_failure(format!("{{\"id\": {}", "{\"a\":".repeat(100_000)).as_bytes());
}

#[test]
fn sizes_that_make_no_sense_are_errors() {
    for (module, function, input) in [
        ("det", "primal", json!({ "A": [], "ell": 0 })),
        ("det", "gradient", json!({ "A": [1, 2, 3], "ell": 2 })),
        ("det", "primal", json!({ "A": vec![1; 169], "ell": 13 })),
        ("det", "primal", json!({ "A": [1], "ell": u64::MAX })),
        ("llsq", "primal", json!({ "x": [1], "n": 1 })),
        ("llsq", "gradient", json!({ "x": [], "n": 5 })),
        ("llsq", "gradient", json!({ "x": [1], "n": u64::MAX })),
        ("lse", "primal", json!({ "x": [] })),
        ("ode", "primal", json!({ "x": [], "s": 3 })),
        ("ode", "gradient", json!({ "x": [1], "s": 0 })),
        ("ode", "gradient", json!({ "x": [1, 2], "s": u64::MAX })),
        (
            "ba",
            "objective",
            json!({ "n": 1, "m": 1, "p": u64::MAX, "cam": vec![1; 11], "x": [1, 1, 1], "w": 1, "feat": [1, 1] }),
        ),
        (
            "ba",
            "jacobian",
            json!({ "n": 0, "m": 1, "p": 1, "cam": vec![1; 11], "x": [1, 1, 1], "w": 1, "feat": [1, 1] }),
        ),
        (
            "ba",
            "jacobian",
            json!({ "n": 1, "m": 1, "p": 1, "cam": vec![1; 10], "x": [1, 1, 1], "w": 1, "feat": [1, 1] }),
        ),
        ("kmeans", "dir", json!({ "points": [], "centroids": [[1]] })),
        ("kmeans", "cost", json!({ "points": [[1]], "centroids": [] })),
        ("kmeans", "cost", json!({ "points": [[]], "centroids": [[]] })),
        ("kmeans", "cost", json!({ "points": [[1, 2], [3]], "centroids": [[1, 2]] })),
        ("kmeans", "cost", json!({ "points": [[1, 2]], "centroids": [[1]] })),
        ("lstm", "objective", json!({ "main_params": [], "extra_params": [], "state": [], "sequence": [] })),
        (
            "lstm",
            "jacobian",
            json!({ "main_params": [[1, 1, 1, 1], [1, 1, 1, 1]], "extra_params": [[1], [1], [1]], "state": [[1], [1]], "sequence": [[1]] }),
        ),
        ("saddle", "ff", json!({ "start": [1] })),
        ("saddle", "ff", json!({ "start": [1, 2, 3] })),
        ("saddle", "rr", json!({ "start": [1, -1e300] })),
        ("particle", "ff", json!({ "w": 20 })),
        ("particle", "rr", json!({ "w": -1e300 })),
        ("hello", "square", json!(1e200)), // the output is not finite
        ("ode", "primal", json!({ "x": [1e200, 1e200], "s": 1 })),
        ("lse", "primal", json!({ "x": [1], "min_runs": -1 })),
        ("lse", "primal", json!({ "x": [1], "min_runs": 1u64 << 40 })),
        ("lse", "primal", json!({ "x": [1], "min_seconds": -1 })),
        ("lse", "primal", json!({ "x": [1], "min_seconds": 1e300 })),
    ] {
        let answer = evaluate(module, function, &input);
        assert_eq!(answer["success"], false, "{module} {function} {input}: {answer}");
    }
}

#[test]
fn gmm_and_ht_check_shapes_and_indices() {
    let gmm = gmm_input(2, 3, 4, 0, 1.0);
    for (pointer, value) in [
        ("/d", json!(3)),
        ("/k", json!(2)),
        ("/n", json!(5)),
        ("/d", json!(0)),
        ("/gamma", json!(0)),
        ("/gamma", json!(-1)),
        ("/m", json!(-1)),
        ("/alpha", json!([1, 2])),
        ("/l", json!([[1], [2]])),
        ("/l/0", json!([])),
        ("/mu/2", json!([1, 2, 3])),
    ] {
        let mut input = gmm.clone();
        *place(&mut input, pointer) = value;
        assert_eq!(evaluate("gmm", "jacobian", &input)["success"], false, "{pointer}");
    }
    let ht = ht_input(true, false);
    for (pointer, value) in [
        ("/theta", json!([0.1])),
        ("/us", json!([[0.1, 0.2]])),
        ("/us/0", json!([0.1])),
        ("/data/points/1", json!([1, 2])),
        ("/data/points", json!([[1, 2, 3]])),
        ("/data/correspondences/0", json!(1_000_000)),
        ("/data/correspondences/0", json!(-1)),
        ("/data/model/bone_count", json!(21)),
        ("/data/model/bone_count", json!(0)),
        ("/data/model/parents/3", json!(3)),
        ("/data/model/parents/3", json!(-2)),
        ("/data/model/triangles/5", json!([0, 1, 544])),
        ("/data/model/triangles/5", json!([0, 1])),
        ("/data/model/weights/5", json!([0, 1])),
        ("/data/model/weights", json!([])),
        ("/data/model/base_positions/5", json!([0, 1, 2])),
        ("/data/model/base_relatives/5", json!([[0, 1, 2, 3]])),
    ] {
        let mut input = ht.clone();
        *place(&mut input, pointer) = value;
        assert_eq!(evaluate("ht", "objective", &input)["success"], false, "{pointer}");
    }
}

/// Every part of every input is left out, or is something else.
#[test]
fn a_part_of_an_input_that_is_wrong_is_an_error() {
    let mut seen = std::collections::BTreeSet::new();
    for mut case in cases() {
        let (module, function) =
            (case["module"].as_str().unwrap().to_owned(), case["function"].as_str().unwrap().to_owned());
        if !seen.insert((module.clone(), function.clone())) {
            continue;
        }
        let mut input = case["input"].take();
        (input["min_runs"], input["min_seconds"]) = (json!(1), json!(0));
        let mut parts = vec![];
        objects(&input, String::new(), &mut parts);
        assert!(parts.len() >= 3);
        // these do not matter
        parts.retain(|part| !part.ends_with("/bone_names"));
        for part in parts {
            let (parent, name) = part.rsplit_once('/').unwrap();
            let mut changed = input.clone();
            place(&mut changed, parent).as_object_mut().unwrap().remove(name);
            let needed = !name.starts_with("min_");
            assert_eq!(
                evaluate(&module, &function, &changed)["success"],
                !needed,
                "{module} {function} without {part}"
            );
            for wrong in [json!("1"), json!(null), json!({}), json!([[[[1]]]]), json!([null]), json!(["a"])] {
                let mut changed = input.clone();
                *place(&mut changed, &part) = wrong.clone();
                let answer = evaluate(&module, &function, &changed);
                assert_eq!(answer["success"], false, "{module} {function} with {wrong} as {part}");
                assert!(!answer["error"].as_str().unwrap().is_empty());
            }
        }
        for whole in [json!(null), json!([]), json!({}), json!("input"), json!(true)] {
            assert_eq!(evaluate(&module, &function, &whole)["success"], false);
        }
    }
}

/// The pointers to all fields of objects.
fn objects(value: &Value, at: String, parts: &mut Vec<String>) {
    if let Value::Object(fields) = value {
        for (name, value) in fields {
            let at = format!("{at}/{name}");
            objects(value, at.clone(), parts);
            parts.push(at);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_have_an_answer(line in proptest::collection::vec(any::<u8>(), 0..200)) {
        answer(&line);
    }

    /// A byte of a message is another, or it ends early.
    #[test]
    fn a_damaged_message_has_an_answer(at in 0usize..90, byte in any::<u8>(), end in 0usize..200) {
        let mut line = br#"{"id": 5, "kind": "evaluate", "module": "kmeans", "function": "dir", "input": {"points": [[1.5, 2], [3, 4]], "centroids": [[1, 2]]}}"#.to_vec();
        line[at] = byte;
        line.truncate(end.max(1));
        let answer = answer(&line);
        prop_assert!(answer["success"].is_boolean() || answer["tool"].is_string() || answer.as_object().unwrap().len() == 1);
    }
}
