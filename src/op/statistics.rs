//! The product, the largest and the smallest number, and the spread of some numbers.

use super::kink::{Kink, TORCH};
use super::{Max, Min, Norm, Op, Params, Point, Reduce, bad_param};
use crate::error::Error;
use crate::real::{Real, sum_and_error};
use smallvec::smallvec;

/// Π xᵢ, within n ULP.
///
/// Each slope is the product of the numbers before and of those after, without a division, so it is right where some numbers are 0. The product of
/// the first k numbers, or of the last k, may overflow or underflow where that of all would not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prod;
impl Reduce for Prod {
    const NAME: &'static str = "prod";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().copied().product()
    }
    fn slope<R: Real>(&self, x: &[R], _: R, slopes: &mut [R]) {
        let one = R::from(1.0);
        // what is before each number, and then times what is after it; a factor of 1 is left out of the formula
        let times = |product: Option<R>, x: R| Some(product.map_or(x, |product| product * x));
        let mut product = None;
        for (s, &x) in slopes.iter_mut().zip(x) {
            *s = product.unwrap_or(one);
            product = times(product, x);
        }
        let mut product = None;
        for (i, (s, &x)) in slopes.iter_mut().zip(x).enumerate().rev() {
            *s = match product {
                None => *s,
                Some(product) if i == 0 => product,
                Some(product) => *s * product,
            };
            product = times(product, x);
        }
    }
}

/// The largest number. At a tie those that are as large share the slope 1, each the same, which is the subgradient of smallest norm. NaN if one is
/// NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MaxOf;
impl Reduce for MaxOf {
    const NAME: &'static str = "max_of";
    fn value<R: Real>(&self, x: &[R]) -> R {
        fold(x, |x| Max.value(x))
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        share(x, a, slopes);
    }
    fn kinks(&self) -> Vec<Kink> {
        ties((0.0, 1.0))
    }
}

/// The smallest number. At a tie those that are as small share the slope 1, each the same, which is the subgradient of smallest norm. NaN if one is
/// NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MinOf;
impl Reduce for MinOf {
    const NAME: &'static str = "min_of";
    fn value<R: Real>(&self, x: &[R]) -> R {
        fold(x, |x| Min.value(x))
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        share(x, a, slopes);
    }
    fn kinks(&self) -> Vec<Kink> {
        ties((1.0, 0.0))
    }
}

/// What a function of two numbers, of which the second was found before, makes of all.
fn fold<R: Real>(x: &[R], f: impl Fn([R; 2]) -> R) -> R {
    x[1..].iter().fold(x[0], |a, &x| f([x, a]))
}

/// Gives each number that is equal to the chosen one the same share of the slope 1, and the others 0; NaN where the chosen one is.
fn share<R: Real>(x: &[R], a: R, slopes: &mut [R]) {
    // a number alone is its own largest
    if let [slope] = slopes {
        *slope = R::select(a.equal(a), 1.0.into(), a);
        return;
    }
    let [zero, one] = [0.0, 1.0].map(R::from);
    slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = R::select(x.equal(a), one, zero));
    let part = one / slopes.iter().copied().sum::<R>();
    let part = R::select(a.equal(a), part, a);
    slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = R::select(x.equal(a), part, R::select(a.equal(a), zero, a)));
}

/// Ties of two and of three numbers, given the slopes on the left and on the right of one of them.
fn ties((left, right): (f64, f64)) -> Vec<Kink> {
    let two = |t: f64| Kink::at_point([t; 2], [(left, right, 0.5); 2]).other_libraries(TORCH, &[0.5; 2]);
    let three = |t: f64| Kink::at_point([t; 3], [(left, right, 1.0 / 3.0); 3]).other_libraries(TORCH, &[1.0 / 3.0; 3]);
    vec![two(0.0), two(-2.5), three(1.0)]
}

/// The variance Σ (xᵢ − x̄)² / (n − ddof) of n numbers with the mean x̄. It is accurate in all digits also where the numbers are nearly equal.
///
/// With `ddof` 0, the default, as in NumPy, it is the mean square of the deviations; with 1, as in PyTorch, the estimate from a sample, which needs
/// two numbers. A slope is 2 (xᵢ − x̄) / (n − ddof).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variance {
    /// How many degrees of freedom the mean takes: 0 or 1.
    pub ddof: usize,
}
impl Reduce for Variance {
    const NAME: &'static str = "var";
    fn value<R: Real>(&self, x: &[R]) -> R {
        let mean = mean(x);
        x.iter().map(|&x| (x - mean) * (x - mean)).sum::<R>() / degrees(x, self.ddof)
    }
    fn slope<R: Real>(&self, x: &[R], _: R, slopes: &mut [R]) {
        let mean = mean(x);
        for (s, &each) in slopes.iter_mut().zip(x) {
            *s = (each - mean) * 2.0 / degrees(x, self.ddof);
        }
    }
    fn evaluate_value<R: Real>(&self, x: &[R]) -> R {
        let squares = Deviations::of(x).each(x).map(|e| e * e);
        squares.sum::<R>() / degrees(x, self.ddof)
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let n = degrees(x, self.ddof);
        slopes.iter_mut().zip(Deviations::of(x).each(x)).for_each(|(s, e)| *s = e);
        let a = slopes.iter().map(|&e| e * e).sum::<R>() / n;
        // in this order, since 2 (x − x̄) may overflow
        slopes.iter_mut().for_each(|s| *s = *s / n * 2.0);
        a
    }
    fn params(&self) -> Params {
        smallvec![("ddof", self.ddof as f64)]
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        let ddof = as_ddof(name, value).ok_or_else(|| bad_param(self.params(), Self::NAME, name, value))?;
        Ok(Variance { ddof })
    }
    fn validate(&self, n: usize) -> Option<&'static str> {
        validate(n, self.ddof)
    }
    fn samples(&self) -> Vec<Point> {
        samples()
    }
}

/// The standard deviation, the square root of the variance [`Variance`], without overflow, but where a difference from the mean overflows. Where all
/// numbers are equal its slopes are 0.
///
/// A slope is (xᵢ − x̄) / ((n − ddof) s) of the mean x̄ and the standard deviation s.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StandardDeviation {
    /// How many degrees of freedom the mean takes: 0 or 1.
    pub ddof: usize,
}
impl Reduce for StandardDeviation {
    const NAME: &'static str = "std";
    fn value<R: Real>(&self, x: &[R]) -> R {
        Variance { ddof: self.ddof }.value(x).sqrt()
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        let mean = mean(x);
        for (s, &each) in slopes.iter_mut().zip(x) {
            *s = (each - mean) / (a * degrees(x, self.ddof));
        }
    }
    fn evaluate_value<R: Real>(&self, x: &[R]) -> R {
        let e: Vec<R> = Deviations::of(x).each(x).collect();
        Norm.evaluate_value(&e) / degrees(x, self.ddof).sqrt()
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let (e, n): (Vec<R>, f64) = (Deviations::of(x).each(x).collect(), degrees(x, self.ddof).sqrt());
        let a = Norm.evaluate(&e, slopes) / n;
        slopes.iter_mut().for_each(|s| *s = *s / n);
        a
    }
    fn params(&self) -> Params {
        smallvec![("ddof", self.ddof as f64)]
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        let ddof = as_ddof(name, value).ok_or_else(|| bad_param(self.params(), Self::NAME, name, value))?;
        Ok(StandardDeviation { ddof })
    }
    fn validate(&self, n: usize) -> Option<&'static str> {
        validate(n, self.ddof)
    }
    fn kinks(&self) -> Vec<Kink> {
        // of two numbers it is |x − y| / √(4 − 2 ddof)
        let side = 1.0 / (4.0 - 2.0 * self.ddof as f64).sqrt();
        vec![Kink::at_point([0.0; 2], [(-side, side, 0.0); 2]), Kink::at_point([1.5; 2], [(-side, side, 0.0); 2])]
    }
    fn samples(&self) -> Vec<Point> {
        samples()
    }
}

/// The number n − ddof of the degrees of freedom.
fn degrees<R>(x: &[R], ddof: usize) -> f64 {
    (x.len() - ddof) as f64
}

/// The parameter `ddof`, if that is its name and the number 0 or 1.
fn as_ddof(name: &str, value: f64) -> Option<usize> {
    let known = name == "ddof" && (value == 0.0 || value == 1.0);
    known.then_some(value as usize)
}

/// What is wrong with so many numbers, if anything.
fn validate(n: usize, ddof: usize) -> Option<&'static str> {
    match ddof {
        0 => (n == 0).then_some("needs at least one argument"),
        1 => (n < 2).then_some("with ddof=1 needs at least two arguments"),
        _ => Some("needs ddof 0 or 1"),
    }
}

/// Points of two numbers and more, since the spread of one is 0.
fn samples() -> Vec<Point> {
    vec![
        smallvec![-1.5, 2.0],
        smallvec![0.3, -2.5, 1.25],
        smallvec![4.0, 4.0, -1.0, 0.5],
        smallvec![-30.0, 20.0, 1e-3, 0.0, -0.5, 7.0],
    ]
}

/// Σ xᵢ / n.
fn mean<R: Real>(x: &[R]) -> R {
    x.iter().copied().sum::<R>() / x.len() as f64
}

/// A number near the mean of a list, and how far the mean is from it.
///
/// The first is the mean with rounding errors. The differences from it are known exactly, as a rounded one and what the rounding lost, and so their
/// mean is what the first misses.
struct Deviations<R> {
    near: R,
    rest: R,
}
impl<R: Real> Deviations<R> {
    /// Those of a list. Each number is divided before they are summed, so that the sum does not overflow.
    fn of(x: &[R]) -> Self {
        let n = x.len() as f64;
        let near = x.iter().map(|&x| x / n).sum::<R>();
        let (mut sum, mut lost) = (R::from(0.0), R::from(0.0));
        for &x in x {
            let [d, error] = sum_and_error(x, -near);
            let [next, of_sum] = sum_and_error(sum, d);
            (sum, lost) = (next, lost + (error + of_sum));
        }
        Deviations { near, rest: (sum + lost) / n }
    }

    /// Each xᵢ − x̄.
    fn each(self, x: &[R]) -> impl Iterator<Item = R> {
        x.iter().map(move |&x| {
            let [d, error] = sum_and_error(x, -self.near);
            d + (error - self.rest)
        })
    }
}
