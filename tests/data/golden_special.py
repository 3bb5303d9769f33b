#!/usr/bin/env python3
"""Reference values for the special functions, each the exact value rounded to f64; needs mpmath.

    python3 golden_special.py > golden_special.csv

Columns op,n,x,g,g1,g2: the op, its order if it is one of a family, and at x the value, the slope and the second derivative as C99 hex floats. Every
number is computed twice, with 60 and with 90 digits and more for what cancels, and the two must agree to 25 digits.
"""
import random
import mpmath as mp
from golden import hexf, points, to_f64

mpf = mp.mpf


def log_gamma(x):
    if x > 0:
        return mp.loggamma(x).real
    return mp.log(mp.pi / abs(mp.sinpi(x))) - mp.loggamma(1 - x).real


def polygamma(n, x):
    """By the reflection formula where x is negative: the derivatives of π cot(πx) are polynomials in the cotangent."""
    if x > 0:
        return mp.psi(n, x)
    c = mp.cospi(x) / mp.sinpi(x)
    p = [mpf(0), mpf(1)]  # the cotangent itself, by powers of it
    for _ in range(n):    # d cot(πx)/dx = −π (1 + cot²)
        q = [mpf(0)] * (len(p) + 1)
        for k in range(1, len(p)):
            q[k - 1] -= k * p[k] * mp.pi
            q[k + 1] -= k * p[k] * mp.pi
        p = q
    return (-1) ** n * mp.psi(n, 1 - x) - mp.pi * mp.polyval(p[::-1], c)


def erfcx(n, x):
    """e^(x²) iⁿerfc(x): the asymptotic series of DLMF 7.18.14 for large x, else the recurrence 7.18.7, which cancels some 3n digits for x > 0."""
    if x > 30:
        term = total = 2 / (mp.sqrt(mp.pi) * (2 * x) ** (n + 1))
        m = 0
        while abs(term) > abs(total) * mp.eps:
            term *= -mpf((2 * m + n + 1) * (2 * m + n + 2)) / ((m + 1) * 4 * x * x)
            total += term
            m += 1
        return total
    with mp.extradps(40):
        before, f = 2 / mp.sqrt(mp.pi), mp.exp(x * x) * mp.erfc(x)
        for k in range(1, n + 1):
            before, f = f, (before - 2 * x * f) / (2 * k)
    return +f


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2 if abs(x) < 10 ** 4 else mpf(x > 0)  # beyond: closer than 10^-20000000


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi) if abs(x) < 10 ** 4 else mpf(0)


def log_cdf(x):
    """The value, and the slope φ/Φ."""
    if x < 0:
        tail = erfcx(0, -x / mp.sqrt(2))
        return mp.log(tail / 2) - x * x / 2, mp.sqrt(2 / mp.pi) / tail
    return mp.log1p(-cdf(-x)), density(x) / cdf(x)  # at a large x both are 0 here


def quantile(p):
    if p > mpf(1) / 2:
        return -quantile(1 - p)
    if p == mpf(1) / 2:
        return mpf(0)
    z = -mp.sqrt(-2 * mp.log(p)) if p < mpf("0.1") else (p - mpf(1) / 2) * mp.sqrt(2 * mp.pi)
    for _ in range(60):  # Newton's steps for ln Φ(z) = ln p
        value, slope = log_cdf(z)
        step = (value - mp.log(p)) / slope
        z -= step
        if abs(step) <= abs(z) * mpf(10) ** (-mp.mp.dps * 3 // 4):
            return z
    raise ArithmeticError(f"no quantile of {p}")


def of_lgamma(x):
    return log_gamma(x), polygamma(0, x), polygamma(1, x)


def of_polygamma(n):
    return lambda x: (polygamma(n, x), polygamma(n + 1, x), polygamma(n + 2, x))


def of_erfcx(n):
    return lambda x: (erfcx(n, x), -2 * (n + 1) * erfcx(n + 1, x), 4 * (n + 1) * (n + 2) * erfcx(n + 2, x))


def of_erfinv(x):
    a = mp.sign(x) * -quantile((1 - abs(x)) / 2) / mp.sqrt(2)
    slope = mp.sqrt(mp.pi) / 2 * mp.exp(a * a)
    return a, slope, 2 * a * slope ** 2


def of_cdf(x):
    return cdf(x), density(x), -x * density(x)


def of_log_cdf(x):
    value, slope = log_cdf(x)
    return value, slope, -slope * (x + slope)


def of_quantile(p):
    z = quantile(p)
    slope = 1 / density(z)
    return z, slope, z * slope ** 2


def of_log1pmx(x):
    return mp.log1p(x) - x, -x / (1 + x), -1 / (1 + x) ** 2


def stirling_rest(n, x):
    """By the derivatives of DLMF 5.11.1 for large x, else by its definition."""
    if x > 150:
        total, k = mpf(0), 1
        while True:
            term = mp.bernoulli(2 * k) / mp.factorial(2 * k) * mp.factorial(n + 2 * k - 2) / x ** (n + 2 * k - 1)
            total += term
            k += 1
            if abs(term) <= abs(total) * mp.eps:
                return (-1) ** n * total
    with mp.extradps(60 + 4 * n):
        if n == 0:
            return mp.loggamma(x) - (x - mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2
        integral = mp.log(x) if n == 1 else (-1) ** n * mp.factorial(n - 2) * x ** (1 - n)
        return mp.psi(n - 1, x) - integral - (-1) ** n * mp.factorial(n - 1) / (2 * x ** n)


def of_stirling_rest(n):
    return lambda x: tuple(stirling_rest(k, x) for k in (n, n + 1, n + 2))


def bessel(f, sign):
    """J and Y have the derivatives (f₋₁ − f₊₁) / 2, I has (f₋₁ + f₊₁) / 2."""
    return lambda n: lambda x: (f(n, x), (f(n - 1, x) + sign * f(n + 1, x)) / 2,
                                (f(n - 2, x) + 2 * sign * f(n, x) + f(n + 2, x)) / 4)


def odd_or_even(f):
    """f₋ₙ(x) = (±1)ⁿ fₙ(x) and fₙ(−x) = (−1)ⁿ fₙ(x), so that mpmath sees what is positive."""
    minus = -1 if f == mp.besselj else 1
    return lambda n, x: (minus if n < 0 else 1) ** (n % 2) * (-1 if x < 0 else 1) ** (n % 2) * f(abs(n), abs(x))


def bessely(n, x):
    """Y by its series, DLMF 10.8.1, for small x, of which mpmath has limits of fractional orders."""
    if n < 0 or x > 2:
        return (-1 if n < 0 and n % 2 else 1) * (bessely(-n, x) if n < 0 else mp.bessely(n, x))
    h, q = x / 2, x * x / 4
    total = 2 * mp.log(h) * mp.besselj(n, x)
    total -= h ** -n * mp.fsum(mp.factorial(n - k - 1) / mp.factorial(k) * q ** k for k in range(n))
    harmonic = lambda m: mp.harmonic(m) - mp.euler
    k, term = 0, mpf(1)
    while k < 2 or abs(term) > mp.eps * abs(total):
        term = h ** n * (harmonic(k) + harmonic(n + k)) * (-q) ** k / (mp.factorial(k) * mp.factorial(n + k))
        total -= term
        k += 1
    return total / mp.pi


def spherical(n, x):
    """jₙ(πx), the spherical Bessel function: a hypergeometric series for small x, else the recurrence from sin and cos."""
    t = mp.pi * x
    if abs(t) < 3:
        return t ** n / mp.fac2(2 * n + 1) * mp.hyp0f1(n + mpf(3) / 2, -t * t / 4)
    before, j = mp.cospi(x) / t, mp.sinpi(x) / t
    for k in range(n):
        before, j = j, (2 * k + 1) / t * j - before
    return j


def of_sinc(n):
    def slope(n, x):
        below = n * spherical(n - 1, x) if n else 0
        return mp.pi * (below - (n + 1) * spherical(n + 1, x)) / (2 * n + 1)

    def second(n, x):
        below = n * slope(n - 1, x) if n else 0
        return mp.pi * (below - (n + 1) * slope(n + 1, x)) / (2 * n + 1)

    return lambda x: (spherical(n, x), slope(n, x), second(n, x))


J, Y, I = bessel(odd_or_even(mp.besselj), -1), bessel(bessely, -1), bessel(odd_or_even(mp.besseli), 1)
inf = mp.inf
# op, order, function, lowest and highest x, how many rows, and points next to zeros, poles and ends
OPS = [
    ("lgamma", None, of_lgamma, -1e7, inf, 240,
     [1.0000001, 0.9999999, 2.0000001, 1.9999999, 1 + 2**-52, 2 + 2**-51, -2.4570247382208, -2.7476826467274, -0.9999999, -1.0000001, 2.5e305]),
    ("digamma", None, of_polygamma(0), -1e7, inf, 240,
     [1.4616321449683622, 1.4616321449683624, 1.46, 1.47, -0.504083008264455, -1.573498473162390, -0.9999999, -1.0000001]),
] + [("polygamma", n, of_polygamma(n), -1e4, inf, 90, []) for n in (1, 2, 5, 20)] + [
    ("erfcx", None, of_erfcx(0), -30, inf, 220, []),
] + [("ierfcx", n, of_erfcx(n), -30, inf, 90, []) for n in (1, 3, 6)] + [
    ("erfinv", None, of_erfinv, -1, 1, 240, [1 - 2**-53, -1 + 2**-53, 0.999, 0.9999999]),
    ("normal_cdf", None, of_cdf, -inf, inf, 220, [-38.4, -37.6, -38.3]),
    ("normal_log_cdf", None, of_log_cdf, -inf, inf, 220, [-1.0, -0.6, -38.4, 8.3, 38.0]),
    ("normal_quantile", None, of_quantile, 0, 1, 240, [0.5 - 2**-54, 0.5 + 2**-53, 1 - 2**-53, 0.4, 0.6]),
    ("bessel_j0", None, J(0), -1e5, 1e5, 220, [2.404825557695773, 5.520078110286311, 8.653727912911013]),
    ("bessel_j1", None, J(1), -1e5, 1e5, 220, [3.831705970207512, 7.015586669815619, 1.841183781340659]),
] + [("bessel_j", n, J(n), -1e5, 1e5, 110, [5.135622301840683, 3.054236928227140]) for n in (2, 4)] + [
    ("bessel_y0", None, Y(0), 0, 1e5, 220, [0.893576966279167, 3.957678419314858, 2.197141326031017]),
    ("bessel_y1", None, Y(1), 0, 1e5, 220, [2.197141326031017, 5.429681040794135, 3.683022856585178]),
] + [("bessel_y", n, Y(n), 0, 1e5, 110, [3.384241767149593]) for n in (2, 4)] + [
    ("bessel_i0", None, I(0), -713, 713, 220, []),
    ("bessel_i1", None, I(1), -713, 713, 220, []),
] + [("bessel_i", n, I(n), -713, 713, 110, []) for n in (2, 4)] + [
    ("log1pmx", None, of_log1pmx, -1, inf, 240, [-1 + 2**-53, 1 / 16, -1 / 16, 1e-17, 1e18]),
] + [("stirling_rest", n, of_stirling_rest(n), 0, inf, 90, [16.0, 15.999, 16.0 + n, 15.999 + n, 2.0**-70, 2.0**40]) for n in (0, 1, 2, 4, 6)] + [
    ("sinc", None, of_sinc(0), -1e9, 1e9, 240, [1.43029665312, 2.45902403, 0.66256066, 0.9999999, 1.0000001, 2.5, 1e6 + 0.25]),
] + [("spherical_sinc", n, of_sinc(n), -1e5, 1e5, 90, [1.43029665312, 0.66256066]) for n in (1, 2, 4)]


def at(f, x, digits):
    with mp.workdps(digits + 30 + max(0, -2 * int(mp.mag(x) * 0.31)) if x else digits):
        return [+v for v in f(mpf(x))]


def agree(a, b):
    return a == b or abs(a - b) <= max(abs(a), abs(b)) * mpf(10) ** -25


def main():
    print("op,n,x,g,g1,g2")
    for op, n, f, lo, hi, count, found in OPS:
        rng = random.Random(f"7/{op}/{n}")
        every = points(rng, 150, lo, hi, found)
        poles = lo < 0 and op in ("lgamma", "digamma", "polygamma")
        every = [x for x in every if not (poles and x <= 0 and x == int(x)) and x != 0 and not (lo == -30 and x < -30)]
        kept = sorted(set(rng.sample(every, min(count, len(every)))) | {x for x in found if lo < x < hi})
        for x in kept:
            for digits in (60, 200, 800):
                a, b = at(f, x, digits), at(f, x, digits * 3 // 2)
                if all(map(agree, a, b)):
                    break
            else:
                raise ArithmeticError(f"{op} {n} at {x}: {a} and {b}")
            with mp.workdps(100):
                print(",".join([op, "" if n is None else str(n), hexf(x)] + [hexf(to_f64(v)) for v in b]))


if __name__ == "__main__":
    main()
