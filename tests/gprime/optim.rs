//! Optimisers against their formulas, and parameters in files.

use crate::common::close;
use gprime::optim::{Adam, Parameters, Sgd};
use gprime::prelude::*;

#[test]
fn sgd_takes_the_steps_of_its_formula() {
    let (mut sgd, mut x) = (Sgd::new(0.1, 0.9), [1.0, -2.0]);
    for g in [[1.0, -4.0], [0.5, 2.0], [-1.0, 0.0]] {
        sgd.step(&mut x, &g).unwrap();
    }
    // v = 1, 1.4, 0.26 and −4, −1.6, −1.44
    close(&x, &[1.0 - 0.1 * 2.66, -2.0 + 0.1 * 7.04], [1e-15, 0.0]);

    let (mut plain, mut x) = (Sgd::new(0.25, 0.0), [1.0]);
    (0..3).for_each(|_| plain.step(&mut x, &[1.0]).unwrap());
    assert_eq!(x, [0.25]);
}

/// Three steps, computed with 50 digits.
#[test]
fn adam_takes_the_steps_of_its_paper() {
    let (mut adam, mut x) = (Adam::new(0.1), [1.0, 1.0, 1.0]);
    let expected = [
        [0.900000002, 1.0999999995, 1.0],
        [0.8733662987078461, 1.1932179627914903, 1.0],
        [0.8075551396770896, 1.1850202830443513, 0.9361197459454316],
    ];
    for (g, expected) in [[0.5, -2.0, 0.0], [-0.25, -1.0, 0.0], [1.0, 3.0, 1e-3]].iter().zip(expected) {
        adam.step(&mut x, g).unwrap();
        close(&x, &expected, [1e-15, 0.0]);
    }
    let (mut adam, mut x) = (Adam::new(1.0), [0.0]);
    (adam.beta1, adam.beta2, adam.epsilon) = (0.5, 0.75, 1.0);
    adam.step(&mut x, &[2.0]).unwrap();
    close(&x, &[-2.0 / 3.0], [1e-15, 0.0]);
}

#[test]
fn both_find_the_minimum_of_a_quadratic() {
    let f = routine!(|x| (x[0] - 1.0).square() * 3.0 + (x[1] + 2.0).square() + x[0] * x[1]);
    let minimum = [16.0 / 11.0, -30.0 / 11.0];
    let (mut sgd, mut x) = (Sgd::new(0.05, 0.8), [0.0, 0.0]);
    for _ in 0..400 {
        let g = f.gradient(&x);
        sgd.step(&mut x, &g).unwrap();
    }
    close(&x, &minimum, [1e-9, 0.0]);

    let (mut adam, mut x) = (Adam::new(0.2), [0.0, 0.0]);
    for step in 0..1500 {
        adam.rate = 0.2 * 0.99f64.powi(step);
        let g = f.gradient(&x);
        adam.step(&mut x, &g).unwrap();
    }
    close(&x, &minimum, [1e-4, 0.0]);
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    let (mut sgd, mut adam, mut x) = (Sgd::new(0.1, 0.9), Adam::new(0.1), [1.0, 2.0]);
    for bad in [f64::NAN, f64::INFINITY] {
        let errors = [sgd.step(&mut x, &[1.0, bad]).unwrap_err(), adam.step(&mut x, &[1.0, bad]).unwrap_err()];
        for error in errors {
            assert!(
                error.is_not_finite() && error.to_string().starts_with("component 1 of the gradient is"),
                "{error}"
            );
        }
    }
    assert_eq!(x, [1.0, 2.0]);
    sgd.step(&mut x, &[1.0, 1.0]).unwrap();
    assert_eq!(x, [0.9, 1.9]);
}

#[test]
#[should_panic(expected = "as many parameters as in the step before")]
fn other_parameters_need_an_optimiser_of_their_own() {
    let mut adam = Adam::new(0.1);
    adam.step(&mut [1.0], &[1.0]).unwrap();
    let _ = adam.step(&mut [1.0, 2.0], &[1.0, 1.0]);
}

fn parameters() -> Parameters {
    let mut parameters = Parameters::new();
    parameters.insert("z.weights", &[2, 3], vec![1.0, -0.0, f64::MIN_POSITIVE / 3.0, 1e300, 0.1, -2.5]).unwrap();
    parameters.insert("a.bias", &[2], vec![3.0, 4.0]).unwrap();
    parameters.insert("scalar", &[], vec![7.0]).unwrap();
    parameters.insert("none", &[0, 5], vec![]).unwrap();
    parameters
}

#[test]
fn parts_lie_in_the_order_in_which_they_came() {
    let mut p = parameters();
    assert_eq!((p.len(), &p["a.bias"], p.shape("scalar")), (9, &[3.0, 4.0][..], Some(&[][..])));
    assert_eq!(p.names().collect::<Vec<_>>(), ["z.weights", "a.bias", "scalar", "none"]);
    let list: Vec<usize> = (0..9).collect();
    assert_eq!((p.part("z.weights", &list), p.part("scalar", &list)), (&[0, 1, 2, 3, 4, 5][..], &[8][..]));
    assert!(p.insert("scalar", &[], vec![1.0]).unwrap_err().is_name());
    for shape in [&[2, 2][..], &[usize::MAX, 2], &[]] {
        assert!(p.insert("new", shape, vec![1.0; 3]).unwrap_err().is_parameter(), "{shape:?}");
    }
    assert_eq!(p, parameters());
}

#[cfg(feature = "safetensors")]
mod files {
    use super::*;
    use crate::common::same;

    fn empty() -> Parameters {
        let mut empty = parameters();
        empty.values_mut().fill(f64::NAN);
        empty
    }

    #[test]
    fn what_was_saved_is_loaded_bit_by_bit() {
        let path = std::env::temp_dir().join(format!("gprime-parameters-{}.safetensors", std::process::id()));
        parameters().save(&path).unwrap();
        let mut loaded = empty();
        loaded.load(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(loaded.values().iter().zip(parameters().values()).all(|(&a, &b)| same(a, b)));
        // into parts of another order
        let mut other = Parameters::new();
        for name in ["none", "scalar", "a.bias", "z.weights"] {
            other.insert(name, parameters().shape(name).unwrap(), vec![0.0; parameters()[name].len()]).unwrap();
        }
        other.load_safetensors(&parameters().to_safetensors().unwrap()).unwrap();
        assert!(parameters().names().all(|name| other[name] == parameters()[name]));
        assert!(loaded.load("no/such/file").unwrap_err().is_file());
        assert!(loaded.save("no/such/file").unwrap_err().is_file());
    }

    /// A file with this header and so many bytes.
    fn file(header: &str, bytes: &[u8]) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), bytes].concat()
    }

    #[test]
    fn numbers_of_32_bits_are_read_and_others_refused() {
        let mut p = Parameters::new();
        p.insert("a", &[2], vec![0.0; 2]).unwrap();
        let bytes = [1.5f32.to_le_bytes(), (-0.1f32).to_le_bytes()].concat();
        p.load_safetensors(&file(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, &bytes)).unwrap();
        assert_eq!(p.values(), [1.5, f64::from(-0.1f32)]);
        let error = p.load_safetensors(&file(r#"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#, &[0; 4]));
        assert_eq!(error.unwrap_err().to_string(), "`a` has numbers of type BF16; only F64 and F32 are read");
    }

    #[test]
    fn wrong_files_are_errors_and_change_nothing() {
        let mut p = Parameters::new();
        p.insert("a", &[2], vec![5.0, 6.0]).unwrap();
        let huge = u64::MAX;
        let headers = [
            r#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,15]}}"#.to_owned(),
            r#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[8,24]}}"#.to_owned(),
            r#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[16,0]}}"#.to_owned(),
            r#"{"a":{"dtype":"F64","shape":[1,2],"data_offsets":[0,16]}}"#.to_owned(),
            r#"{"a":{"dtype":"F64","shape":[-2],"data_offsets":[0,16]}}"#.to_owned(),
            format!(r#"{{"a":{{"dtype":"F64","shape":[{huge},{huge}],"data_offsets":[0,16]}}}}"#),
            format!(r#"{{"a":{{"dtype":"F64","shape":[2],"data_offsets":[{huge},{huge}]}}}}"#),
            r#"{"a":{"dtype":"X","shape":[2],"data_offsets":[0,16]}}"#.to_owned(),
            r#"{"b":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#.to_owned(),
            r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#.to_owned(),
            r#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"b":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#.to_owned(),
            "{}".to_owned(),
            "[".repeat(100_000),
            "nothing".to_owned(),
        ];
        for header in headers {
            let error = p.load_safetensors(&file(&header, &[0; 16])).unwrap_err();
            assert!(error.is_file() && !error.to_string().is_empty(), "{header}: {error}");
        }
        let right = p.to_safetensors().unwrap();
        for length in 0..right.len() {
            assert!(p.load_safetensors(&right[..length]).unwrap_err().is_file(), "{length}");
        }
        assert!(p.load_safetensors(&[&right[..], &[0]].concat()).unwrap_err().is_file());
        for at in 0..8 {
            let mut longer = right.clone();
            longer[at] = 255;
            assert!(p.load_safetensors(&longer).unwrap_err().is_file());
        }
        assert_eq!(p.values(), [5.0, 6.0]);
        p.load_safetensors(&right).unwrap();
    }
}
