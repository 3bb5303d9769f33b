//! Vector rules: a rule in every mode gives what the same function does as a plain generic program.

use gprime::function::{FirstOrder, VectorRule};
use gprime::prelude::*;
use gprime::{Error, check};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Aᵀ x ‖A‖² of a matrix of `n` columns: of two lists, and linear in neither.
#[derive(Clone, PartialEq, Debug)]
struct Scaled {
    n: usize,
}

/// [`Scaled`] as a program.
fn scaled<R: Apply>(a: &[R], x: &[R]) -> Vec<R> {
    let n = a.len() / x.len();
    let size: R = a.iter().map(|a| a.square()).sum();
    (0..n).map(|j| (0..x.len()).map(|i| a[i * n + j] * x[i]).sum::<R>() * size).collect()
}

impl VectorRule for Scaled {
    fn name(&self) -> &'static str {
        "scaled"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        match *lens {
            [a, x] if a == x * self.n => Ok(self.n),
            _ => Err(Error::rule(format!(
                "scaled takes a matrix of {} columns and a vector of one number for each row",
                self.n
            ))),
        }
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let (a, x) = x.split_at(x.len() / (self.n + 1) * self.n);
        if a.iter().any(|a| *a > 1e100) {
            return Err(Error::rule("scaled of a matrix that is too large"));
        }
        y.copy_from_slice(&scaled(a, x));
        Ok(())
    }
    fn tangent<R: Apply>(&self, x: &[R], _: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let split = x.len() / (self.n + 1) * self.n;
        let ((a, x), (of_a, of_x)) = (x.split_at(split), of_x.split_at(split));
        let size: R = a.iter().map(|a| a.square()).sum();
        let of_size = R::dot(a, of_a) * 2.0;
        for (j, of_y) in of_y.iter_mut().enumerate() {
            for (i, row) in a.chunks(self.n).enumerate() {
                let of_row = &of_a[i * self.n..];
                *of_y += (of_row[j] * x[i] + row[j] * of_x[i]) * size + row[j] * x[i] * of_size;
            }
        }
        Ok(())
    }
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let split = x.len() / (self.n + 1) * self.n;
        let ((a, x), (of_a, of_x)) = (x.split_at(split), of_x.split_at_mut(split));
        let size: R = a.iter().map(|a| a.square()).sum();
        let of_size = R::dot(y, of_y) / size * 2.0;
        for (i, row) in a.chunks(self.n).enumerate() {
            for j in 0..self.n {
                of_a[i * self.n + j] = of_y[j] * x[i] * size + row[j] * of_size;
                of_x[i] += row[j] * of_y[j] * size;
            }
        }
        Ok(())
    }
}

const POINT: [f64; 6] = [0.5, -1.25, 2.0, 0.75, 0.3, 1.5];

/// A number of a matrix of two rows and columns and a vector: by the rule, or as a program.
fn whole<R: Apply>(p: &[R], by_rule: bool) -> R {
    let a: Vec<R> = p[..4].iter().map(|p| p.sin() + *p).collect();
    let y = if by_rule { R::vector(&Scaled { n: 2 }, &[&a, &p[4..]]).unwrap() } else { scaled(&a, &p[4..]) };
    (y[0] * 0.02).tanh() * y[1] + y[0]
}

#[track_caller]
fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
    }
}

#[test]
fn a_rule_is_a_program_in_every_mode() {
    let u = [0.3, -0.2, 1.0, 0.5, -1.5, 0.25];
    let [by_rule, plain] = [true, false];
    close(&gradient(|x| whole(x, by_rule), &POINT), &gradient(|x| whole(x, plain), &POINT));
    close(&hvp(|x| whole(x, by_rule), &POINT, &u), &hvp(|x| whole(x, plain), &POINT, &u));
    close(&jvp(|x| vec![whole(x, by_rule)], &POINT, &u).1, &jvp(|x| vec![whole(x, plain)], &POINT, &u).1);
    let hessians = [by_rule, plain].map(|how| hessian(|x| whole(x, how), &POINT).concat());
    close(&hessians[0], &hessians[1]);
    // reverse over reverse, and a third order
    let nested =
        |how| gradient(|x| gradient(|x| whole(x, how), x).into_iter().zip(u).map(|(g, u)| g * u).sum(), &POINT);
    close(&nested(by_rule), &hvp(|x| whole(x, plain), &POINT, &u));
    let third = |how| hessian(|x| gradient(|x| whole(x, how), x)[0], &POINT).concat();
    close(&third(by_rule), &third(plain));

    let [tangents, of_program] = [by_rule, plain].map(|how| {
        let x: [Tangents<f64, 6, Strong>; 6] = Tangents::variables(POINT);
        let y = whole(&x, how);
        [&[y.primal], &y.tangents()[..]].concat()
    });
    close(&tangents, &of_program);
    let lanes = whole(&POINT.map(|p| Lanes([p, p + 0.5])), by_rule);
    close(&lanes.0, &[whole(&POINT, plain), whole(&POINT.map(|p| p + 0.5), plain)]);
    let single = whole(&POINT.map(Single::from), by_rule).to_f64();
    assert!((single - whole(&POINT, plain)).abs() < 1e-5 * single.abs());
    let wide = |how| whole(&POINT.map(gprime::real::DoubleDouble::from), how).to_f64();
    close(&[wide(by_rule)], &[wide(plain)]);
}

#[test]
fn several_outputs_are_swept_together() {
    let rows = |how: bool| {
        jacobian(
            |x| {
                let a: Vec<Var> = x[..4].iter().map(|x| *x * 2.0).collect();
                let y = if how { Var::vector(&Scaled { n: 2 }, &[&a, &x[4..]]).unwrap() } else { scaled(&a, &x[4..]) };
                vec![y[0], y[1] * x[0], y[0] * y[1], x[1]]
            },
            &POINT,
        )
        .concat()
    };
    close(&rows(true), &rows(false));
}

#[test]
fn a_rule_stands_inside_of_every_call() {
    struct Inside;
    impl Function<6, 1> for Inside {
        fn run<R: Apply>(&self, x: [R; 6]) -> [R; 1] {
            [whole(&x, true)]
        }
    }
    fn all<R: Apply>(x: &[R], by_rule: bool) -> R {
        let own: [R; 6] = std::array::from_fn(|i| x[i]);
        let lists: [[R; 3]; 6] = own.map(|x| [x, x * 0.5, x + 0.1]);
        let lists = lists.each_ref().map(|list| &list[..]);
        if !by_rule {
            let each: R = (0..3).map(|k| whole(&lists.map(|list| list[k]), false)).sum();
            return whole(x, false) * 3.0 + each * 2.0;
        }
        let [run] = R::run(&Inside, own);
        let [called] = R::call_closure(own, |x| [whole(&x, true)]);
        let summed = R::sum_terms(1, x, |_, x| whole(x, true));
        let [mapped] = R::map(&Inside, lists);
        run + called + summed + mapped.into_iter().sum::<R>() + R::reduce_each(&Inside, lists, [])
    }
    close(&gradient(|x| all(x, true), &POINT), &gradient(|x| all(x, false), &POINT));
    close(&hvp(|x| all(x, true), &POINT, &POINT), &hvp(|x| all(x, false), &POINT, &POINT));
}

#[test]
fn a_recorder_keeps_one_statement() {
    let recorder = Recorder::new();
    let x: Vec<Expr<'_>> = POINT.iter().map(|&x| recorder.var(x)).collect();
    let y = whole(&x, true);
    let g: Vec<f64> = {
        let adjoints = y.backward();
        x.iter().map(|&x| adjoints[x]).collect()
    };
    close(&g, &gradient(|x| whole(x, false), &POINT));
    close(&recorder.hvp(y, &x, &POINT).unwrap(), &hvp(|x| whole(x, false), &POINT, &POINT));
    // what is opened, traced and drawn has the results by their rule's name
    let opened = recorder.opened();
    let again = opened.get(y).unwrap();
    let [trace, of_opened] = [recorder.trace(y).unwrap(), opened.recorder().trace(again).unwrap()];
    assert_eq!(trace.nodes.len(), of_opened.nodes.len());
    assert!(trace.nodes.iter().filter(|node| node.rule.starts_with("scaled(")).count() == 2, "{trace}");
    close(&[trace.nodes.last().unwrap().value], &[whole(&POINT, false)]);
    let page = gprime::draw::Page::new(&trace).html();
    assert!(page.contains("scaled"));
    let explained: Vec<String> = trace.nodes.iter().map(|node| trace.explain(node.id, &Default::default())).collect();
    assert!(explained.iter().any(|text| text.contains("scaled")), "{explained:#?}");
    check::function(|x| whole(x, true), &POINT).assert_pass();
    check::second_order(|x| whole(x, true), &POINT).assert_pass();
    check::routine(&routine!(|x| whole(x, true)), &POINT).assert_pass();
}

#[test]
fn the_checker_knows_a_right_rule_from_wrong_ones() {
    let (a, x) = POINT.split_at(4);
    check::vector(&Scaled { n: 2 }, &[a, x]).assert_pass();

    /// The mistakes that a rule can have: in the pull-back, in the tangents alone, and in what only second derivatives see.
    #[derive(Clone, PartialEq)]
    struct Wrong(u8);
    impl VectorRule for Wrong {
        fn name(&self) -> &'static str {
            "wrong"
        }
        fn results(&self, lens: &[usize]) -> Result<usize, Error> {
            Ok(lens[0])
        }
        fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
            y.iter_mut().zip(x).for_each(|(y, x)| *y = x * x * x);
            Ok(())
        }
        fn tangent<R: Apply>(&self, x: &[R], _: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
            let factor = if self.0 == 1 { 3.001 } else { 3.0 };
            (0..x.len()).for_each(|i| of_y[i] = x[i].square() * of_x[i] * factor);
            Ok(())
        }
        fn pull_back<R: Apply>(&self, x: &[R], _: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
            let factor = if self.0 == 0 { 2.0 } else { 3.0 };
            let x = |i: usize| if self.0 == 2 { x[i] * x[i].detach() } else { x[i].square() };
            (0..of_x.len()).for_each(|i| of_x[i] = x(i) * of_y[i] * factor);
            Ok(())
        }
    }
    for mistake in 0..3 {
        let report = check::vector(&Wrong(mistake), &[&[0.7, -1.2]]);
        assert_eq!(report.verdict, check::Verdict::Fail, "{mistake}: {report}");
    }
    check::vector(&Wrong(3), &[&[0.7, -1.2]]).assert_pass();
    assert_eq!(check::vector(&Scaled { n: 2 }, &[x, a]).verdict, check::Verdict::Unsure);
}

#[test]
fn what_does_not_fit_is_an_error_and_leaves_the_tape_as_it_was() {
    let rule = Scaled { n: 2 };
    let tape = Tape::new();
    let x = tape.vars(&POINT);
    let y = x[0] * x[1];
    assert!(Var::vector(&rule, &[&x]).unwrap_err().is_rule());
    assert!(Var::vector(&rule, &[&[x[0] * 1e200, x[0], x[0], x[0]], &x[4..]]).unwrap_err().is_rule());
    let z = Var::vector(&rule, &[&x[..4], &x[4..]]).unwrap();
    close(
        &[tape.backward(y)[x[0]], tape.backward(z[0])[x[5]]],
        &[POINT[1], gradient(|x| scaled(&x[..4], &x[4..])[0], &POINT)[5]],
    );

    let recorder = Recorder::new();
    let x = recorder.var(1.0);
    assert!(Expr::vector(&rule, &[&[x]]).unwrap_err().is_rule());
    // nothing depends on constants, and a rule without results has none
    let constants: Vec<Var> = POINT.iter().map(|&x| x.into()).collect();
    let y = Var::vector(&rule, &[&constants[..4], &constants[4..]]).unwrap();
    assert_eq!(y[0].backward()[tape.var(1.0)], 0.0);
    assert!(Var::<f64>::vector(&Scaled { n: 0 }, &[&[], &constants[..2]]).unwrap().is_empty());
}

#[test]
fn adjoints_of_zero_do_not_ask_the_rule() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let rule = FirstOrder::new(
        "counted",
        |lens| Ok(lens.iter().sum()),
        |x, y| {
            y.copy_from_slice(x);
            Ok(())
        },
        move |_, _, of_y, of_x| {
            count.fetch_add(1, Ordering::Relaxed);
            of_x.copy_from_slice(of_y);
            Ok(())
        },
    );
    let g = gradient(|x| Var::vector(&rule, &[x]).unwrap()[0] * 0.0 + x[1], &[1.0, 2.0]);
    assert_eq!((g, asked.load(Ordering::Relaxed)), (vec![0.0, 1.0], 0));
    let g = gradient(|x| Var::vector(&rule, &[x]).unwrap()[0] * 3.0 + x[1], &[1.0, 2.0]);
    assert_eq!((g, asked.load(Ordering::Relaxed)), (vec![3.0, 1.0], 1));
}

#[test]
fn closures_have_first_derivatives_and_refuse_others_by_name() {
    let rule = FirstOrder::new(
        "sines",
        |lens| Ok(lens.iter().sum()),
        |x, y| {
            y.iter_mut().zip(x).for_each(|(y, x)| *y = x.sin());
            Ok(())
        },
        |x, _, of_y, of_x| {
            (0..x.len()).for_each(|i| of_x[i] = x[i].cos() * of_y[i]);
            Ok(())
        },
    );
    check::vector(&rule, &[&[0.5, 2.0]]).assert_pass();
    close(&gradient(|x| Var::vector(&rule, &[x]).unwrap()[1] * x[0], &[0.5, 2.0]), &[2f64.sin(), 0.5 * 2f64.cos()]);
    let tangent = jvp(|x| Tangent::vector(&rule, &[x]).unwrap(), &[0.5, 2.0], &[1.0, 2.0]).1;
    close(&tangent, &[0.5f64.cos(), 2.0 * 2f64.cos()]);
    let with_tangent = rule.clone().with_tangent(|x, _, of_x, of_y| {
        (0..x.len()).for_each(|i| of_y[i] = x[i].cos() * of_x[i]);
        Ok(())
    });
    assert!(with_tangent != rule && rule == rule.clone());
    close(&jvp(|x| Tangent::vector(&with_tangent, &[x]).unwrap(), &[0.5, 2.0], &[1.0, 2.0]).1, &tangent);

    let refuses =
        |error: Error| assert!(error.is_no_second_derivative() && error.to_string().contains("sines"), "{error}");
    gradient(
        |x: &[Var<Dual>]| {
            refuses(Var::vector(&rule, &[x]).unwrap_err());
            x[0]
        },
        &[Dual::variable(1.0)],
    );
    refuses(<Dual<Dual>>::vector(&rule, &[&[Dual::variable(1.0.into())]]).unwrap_err());
    let recorder = Recorder::new();
    let x = [recorder.var(0.5)];
    let y = Expr::vector(&rule, &[&x]).unwrap()[0];
    close(&[y.backward()[x[0]]], &[0.5f64.cos()]);
    refuses(recorder.hvp(y, &x, &[1.0]).unwrap_err());
}
