//! The slopes of the densities of the gamma and beta distributions, for any number, so that they have derivatives themselves.
//!
//! A density f of the power xᶜ has f′ = f (c/x − ⋯), which is 0 · ∞ at the end x = 0 where c > 0, and near there a subnormal f has lost the digits of f′.
//! So where f vanishes towards an end, f′ is made of the density of the parameter less by one, times a factor that is bounded there.
//!
//! Each factor is computed twice: by a formula whose derivatives have their digits, and by one that has its own digits next to its zero.

use super::list::Special::{BetaDensity, GammaDensity};
use super::slopes::quotient;
use crate::real::{DoubleDouble, Real, sum_and_error};

/// The number `nearly` with the value of another one that differs from it by roundings alone, if that is finite.
fn corrected<R: Real>(nearly: R, value: R) -> R {
    let missing = (value - nearly).detach();
    R::select(missing.abs().less(f64::INFINITY.into()), nearly + missing, nearly)
}

/// The slope of f(x) = xᵃ⁻¹ e⁻ˣ/Γ(a), whose value is given: f(x) ((a − 1)/x − 1) beyond the mode a − 1, below it g(x) (1 − x/(a − 1)), where g has the
/// parameter a − 1.
pub(super) fn gamma<R: Real>(a: f64, x: R, value: R) -> R {
    // from a = 1 on nothing is lost
    let DoubleDouble { hi: c, lo } = DoubleDouble::new(a, -1.0);
    if c == 0.0 {
        return -value;
    }
    let beyond = || {
        // of −0 the pole has the other sign
        let nearly = R::from(c) / (x + 0.0) - 1.0;
        value * corrected(nearly, ((-x + c) + lo) / x)
    };
    if c < 0.0 {
        return beyond();
    }
    R::select_lazy(x.less(c.into()), || x.special(GammaDensity(c)) * ((-x + c) / c), beyond)
}

/// The slope of f(x) = xᵃ⁻¹ (1 − x)ᵇ⁻¹/B(a, b), whose value is given: f(x) (c/x − d/(1 − x)), c = a − 1 and d = b − 1.
///
/// Towards an end at which f vanishes it is (a + b − 1) g(x) (1 − (d/c) x/(1 − x)), where g has the parameters c and b, or the mirror image of that.
pub(super) fn beta<R: Real>([a, b]: [f64; 2], x: R, value: R) -> R {
    let [c, d] = [a, b].map(|parameter| DoubleDouble::new(parameter, -1.0));
    if c.hi == 0.0 && d.hi == 0.0 {
        return value * 0.0;
    }
    let (sum, most) = (c + d, c + b);
    let y = -x + 1.0;
    let y_rest = (-y + 1.0) - x;
    // (c y − d x) k = (c − (c + d) x) k and what its rounding leaves
    let numerator = |k: DoubleDouble| {
        let [p, p_error] = x.product_and_error(sum.hi.into());
        let [n, n_error] = sum_and_error(-p, c.hi.into());
        let low = n_error - p_error + (x * -sum.lo + c.lo);
        let [scaled, error] = n.product_and_error(k.hi.into());
        [scaled, error + (n * k.lo + low * k.hi)]
    };
    // x/y times d/c, or the other way round
    let ratio = |x: R, y: R, factor: f64| if factor == 0.0 { R::from(0.0) } else { x / y * factor };
    let left = || {
        let nearly = (-ratio(x, y, (d / c).hi) + 1.0) * most.hi;
        x.special(BetaDensity(c.hi, b)) * corrected(nearly, quotient(numerator(most / c), [y, y_rest]))
    };
    let right = || {
        let nearly = (ratio(y, x + 0.0, (c / d).hi) - 1.0) * most.hi;
        x.special(BetaDensity(a, d.hi)) * corrected(nearly, quotient(numerator(most / d), [x, 0.0.into()]))
    };
    let direct = || {
        let nearly = ratio(1.0.into(), x + 0.0, c.hi) - ratio(1.0.into(), y, d.hi);
        let [p, error] = x.product_and_error(y);
        value * corrected(nearly, quotient(numerator(1.0.into()), [p, error + x * y_rest]))
    };
    // where the two terms are equal, or opposite: on either side of it the end there leads
    let (m, n) = (c.hi.abs(), d.hi.abs());
    let is_left = x.less((m / (m + n)).into());
    match (c.hi > 0.0, d.hi > 0.0) {
        (true, true) => R::select_lazy(is_left, left, right),
        (true, false) => R::select_lazy(is_left, left, direct),
        (false, true) => R::select_lazy(is_left, direct, right),
        (false, false) => direct(),
    }
}
