//! The determinant, by expansion along the first row, and the same of each minor: ℓ! products, a program of scalars.

use super::compiled::Compiled;
use super::{Problem, expect_between, expect_len};
use gprime::Error;
use gprime::prelude::*;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct Input {
    /// The matrix, row by row.
    #[serde(rename = "A")]
    pub a: Vec<f64>,
    pub ell: usize,
}

/// A larger one takes minutes.
const MOST: usize = 12;

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        expect_between("ell", self.ell, 1, MOST)?;
        expect_len("the length of A", self.a.len(), self.ell * self.ell)
    }
}

/// Minors from this size on are added up one by one on a tape of their own: all together would need gigabytes, and one of
/// the size below stays in the cache.
const SEGMENT: usize = 8;

function! {
    /// The determinant of two rows.
    struct Det2;
    |[a, b, c, d]| [a * d - b * c]
}

/// The determinant of the last `columns.len()` rows of `a`, ℓ numbers a row, and of these columns of it.
fn det<R: Apply>(a: &[R], ell: usize, columns: &[usize]) -> R {
    let size = columns.len();
    let row = &a[(ell - size) * ell..][..ell];
    match *columns {
        [i] => row[i],
        [i, j] => {
            let below = &a[(ell - 1) * ell..];
            let [det] = R::run(&Det2, [row[i], row[j], below[i], below[j]]);
            det
        }
        _ if size < SEGMENT => (0..size).fold(R::from(0.0), |sum, i| add_minor(sum, a, ell, columns, i)),
        _ => R::sum_terms(size, a, |i, a| add_minor(0.0.into(), a, ell, columns, i)),
    }
}

/// Adds (−1)ⁱ a₀ᵢ times the minor without the first row and column i.
#[inline(always)]
fn add_minor<R: Apply>(sum: R, a: &[R], ell: usize, columns: &[usize], i: usize) -> R {
    let size = columns.len();
    let mut others = [0; MOST];
    others[..i].copy_from_slice(&columns[..i]);
    others[i..size - 1].copy_from_slice(&columns[i + 1..]);
    let product = a[(ell - size) * ell + columns[i]] * det(a, ell, &others[..size - 1]);
    if i.is_multiple_of(2) { sum + product } else { sum - product }
}

fn whole<R: Apply>(a: &[R], ell: usize) -> R {
    det(a, ell, &std::array::from_fn::<usize, MOST, _>(|i| i)[..ell])
}

pub fn primal(input: Input) -> impl FnMut(&mut f64) {
    move |det| *det = whole(&input.a, input.ell)
}

pub fn gradient(input: Input) -> impl FnMut(&mut Vec<f64>) {
    let mut tape = Tape::new();
    move |g| {
        g.resize(input.a.len(), 0.0);
        tape.value_and_gradient(|a| whole(a, input.ell), &input.a, g);
    }
}

pub fn compiled(input: Input) -> Result<impl FnMut(&mut Vec<f64>), Error> {
    let compiled = Compiled::new(&routine!([ell: usize = input.ell] |a| whole(a, ell)), &input.a, &[])?;
    Ok(move |g: &mut Vec<f64>| compiled.gradient(g))
}
