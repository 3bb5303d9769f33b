//! The numbers without a tape as numbers that functions can be applied to: they run the plain loops, and a vector rule on their primals.

use super::apply::{Apply, VectorRule, results};
use crate::error::Error;
use crate::op::call::undefined;
use crate::real::{DoubleDouble, Dual, Lanes, Single, SingleLanes, Witness};

/// How often numbers are differentiated, and how a vector rule is applied to them.
macro_rules! plain {
    ($([$($generics:tt)*] $ty:ty, $order:expr, |$rule:ident, $x:ident| $vector:expr;)*) => { $(
        impl<$($generics)*> Apply for $ty {
            const ORDER: u32 = $order;
            fn vector<V: VectorRule>($rule: &V, $x: &[&[Self]]) -> Result<Vec<Self>, Error> {
                $vector
            }
        }
    )* };
}
plain! {
    [] f64, 0, |rule, x| of_f64(rule, x);
    [] Single, 0, |rule, x| each_lane(rule, x, 1, |x, _| x.to_f64(), |y, _, new| *y = new.into());
    [const L: usize] Lanes<L>, 0, |rule, x| each_lane(rule, x, L, |x, i| x.0[i], |y, i, new| y.0[i] = new);
    [const L: usize] SingleLanes<L>, 0, |rule, x| {
        each_lane(rule, x, L, |x, i| f64::from(x.0[i]), |y, i, new| y.0[i] = new as f32)
    };
    [] DoubleDouble, 0, |rule, x| of_double_double(rule, x);
    [] Witness, 1, |rule, x| of_witness(rule, x);
    [R: Apply] Dual<R>, R::ORDER + 1, |rule, x| of_dual(rule, x);
}

/// The results of a rule on plain numbers.
fn of_f64<V: VectorRule>(rule: &V, x: &[&[f64]]) -> Result<Vec<f64>, Error> {
    let mut y = vec![0.0; results(rule, x)?];
    match x {
        [x] => rule.forward(x, &mut y)?,
        lists => rule.forward(&joined(lists), &mut y)?,
    }
    Ok(y)
}

/// The results of a rule on numbers that are plain numbers side by side: lane by lane.
fn each_lane<R: Apply, V: VectorRule>(
    rule: &V,
    x: &[&[R]],
    lanes: usize,
    get: impl Fn(R, usize) -> f64,
    set: impl Fn(&mut R, usize, f64),
) -> Result<Vec<R>, Error> {
    let results = results(rule, x)?;
    let (mut of_lane, mut y) = (vec![], vec![R::from(0.0); results]);
    let mut y_of_lane = vec![0.0; results];
    for lane in 0..lanes {
        of_lane.clear();
        of_lane.extend(x.iter().copied().flatten().map(|&x| get(x, lane)));
        y_of_lane.fill(0.0);
        rule.forward(&of_lane, &mut y_of_lane)?;
        y.iter_mut().zip(&y_of_lane).for_each(|(y, &of_lane)| set(y, lane, of_lane));
    }
    Ok(y)
}

/// The results of a rule, in the digits of `f64`: those at the nearest plain numbers, and their change from there.
fn of_double_double<V: VectorRule>(rule: &V, x: &[&[DoubleDouble]]) -> Result<Vec<DoubleDouble>, Error> {
    let (near, y) = at_primals(rule, x, DoubleDouble::to_f64)?;
    let rest: Vec<f64> = joined(x).into_iter().map(DoubleDouble::lo).collect();
    let mut change = vec![0.0; y.len()];
    rule.tangent(&near, &y, &rest, &mut change)?;
    Ok(y.into_iter().zip(change).map(|(y, change)| DoubleDouble::from(y) + change).collect())
}

/// The results of a rule for the checker: their values and slopes on plain numbers, of whose last six digits nothing is said.
fn of_witness<V: VectorRule>(rule: &V, x: &[&[Witness]]) -> Result<Vec<Witness>, Error> {
    const UNKNOWN: f64 = 1e-10;
    let (primals, y) = at_primals(rule, x, |x| x.value().number())?;
    let tangents: Vec<f64> = joined(x).into_iter().map(|x| x.slope().number()).collect();
    let mut slopes = vec![0.0; y.len()];
    rule.tangent(&primals, &y, &tangents, &mut slopes)?;
    let radius = |list: &[f64]| list.iter().fold(0.0, |most: f64, x| most.max(x.abs())) * UNKNOWN;
    let radii = [radius(&y), radius(&slopes)];
    Ok(y.into_iter().zip(slopes).map(|(y, slope)| Witness::rounded([y, slope], radii)).collect())
}

/// The results of a rule on dual numbers.
fn of_dual<R: Apply, V: VectorRule>(rule: &V, x: &[&[Dual<R>]]) -> Result<Vec<Dual<R>>, Error> {
    let (primals, y) = at_primals(rule, x, |x| x.primal)?;
    let tangents: Vec<R> = joined(x).into_iter().map(|x| x.tangent).collect();
    let mut of_y = vec![R::from(0.0); y.len()];
    rule.tangent(&primals, &y, &tangents, &mut of_y)?;
    Ok(y.into_iter().zip(of_y).map(|(primal, tangent)| Dual::new(primal, tangent)).collect())
}

/// The numbers of all lists, one after the other.
pub(crate) fn joined<R: Copy>(x: &[&[R]]) -> Vec<R> {
    x.iter().copied().flatten().copied().collect()
}

/// Lists of these lengths, whose numbers stand one after the other in `x`.
///
/// # Panics
/// If there are too few.
pub(crate) fn split<R>(mut x: &[R], lens: impl IntoIterator<Item = usize>) -> Vec<&[R]> {
    lens.into_iter().map(|len| x.split_off(..len).expect("there is a number for each place")).collect()
}

/// The adjoints of a rule's arguments, into numbers that are 0. Where the derivative does not exist they are NaN.
///
/// # Errors
/// If the rule has not as many derivatives as this number asks.
pub(crate) fn pull_back<R: Apply, V: VectorRule>(
    rule: &V,
    x: &[R],
    y: &[R],
    of_y: &[R],
    of_x: &mut [R],
) -> Result<(), Error> {
    match rule.pull_back(x, y, of_y, of_x) {
        Err(error) if !error.is_no_second_derivative() => {
            of_x.fill(undefined(x));
            Ok(())
        }
        done => done,
    }
}

/// The primals of numbers with more parts, one after the other, and the results of a rule there: what is needed for the other parts.
///
/// # Errors
/// If the rule has no results there, or not as many derivatives as the number `N` asks.
pub(crate) fn at_primals<R: Apply, N: Apply, V: VectorRule>(
    rule: &V,
    x: &[&[N]],
    primal: impl Fn(N) -> R,
) -> Result<(Vec<R>, Vec<R>), Error> {
    results(rule, x)?;
    let primals: Vec<R> = x.iter().copied().flatten().map(|&x| primal(x)).collect();
    let y = R::vector(rule, &split(&primals, x.iter().map(|list| list.len())))?;
    Ok((primals, y))
}
