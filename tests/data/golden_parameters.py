#!/usr/bin/env python3
"""Reference values for the ops with parameters and for those special functions that have two arguments; needs mpmath.

    python3 golden_parameters.py > golden_parameters.csv

Columns: op, its parameters (their names and values, with blanks), its arguments (with blanks), then the numbers at that point. Of an op of one argument
these are the value and the first three derivatives, of one of two the value, two slopes and three second derivatives (by the first, both, the second);
all but the names are C99 hex floats. Every number is computed with 40 and with 60 digits, and more where that cancels, and the two must agree to 25 digits.

The incomplete functions are sums of positive terms, the continued fraction, or 1 less such a sum with enough digits, not mpmath's own gammainc and
betainc, which are slow, and wrong for some extreme arguments; `--check` compares a sample with them.
"""
import math
import random
import sys
import mpmath as mp
from golden import hexf, to_f64

mpf = mp.mpf
rng = random.Random(17)
inf = math.inf


def log_uniform(lo, hi):
    return math.exp(rng.uniform(math.log(lo), math.log(hi)))


def near(v, k=1):
    out = [v]
    up = down = v
    for _ in range(k):
        up, down = math.nextafter(up, inf), math.nextafter(down, -inf)
        out += [up, down]
    return out


def gamma_series(a, x):
    """P by DLMF 8.7.1."""
    t = s = mpf(1)
    n = 0
    while t >= mp.eps * s / 1000 or a + n <= 2 * x:
        n += 1
        t = t * x / (a + n)
        s += t
    return mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1)) * s


def gamma_fraction(a, x):
    """Q by the even part of the continued fraction DLMF 8.9.2, by Lentz's method."""
    b = x + 1 - a
    c, d = mpf(10) ** 400, 1 / b
    h, n, step = d, 0, mpf(0)
    while abs(step - 1) >= mp.eps / 100:
        n += 1
        numerator = -n * (n - a)
        b += 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        step = c * d
        h *= step
    return mp.exp(a * mp.log(x) - x - mp.loggamma(a)) * h


def p_and_q(a, x):
    if x > a + 1 and x > 1.5:
        q = gamma_fraction(a, x)
        return 1 - q, q
    p = gamma_series(a, x)
    return p, 1 - p


def beta_series(a, b, x):
    """I_x by DLMF 8.17.8."""
    t = s = mpf(1)
    n = 0
    while True:
        r = (a + b + n) * x / (a + 1 + n)
        t = t * r
        s += t
        n += 1
        if r < 0.999 and t < mp.eps * s * (1 - r) / 1000:
            return mp.exp(a * mp.log(x) + b * mp.log1p(-x) - mp.log(a) - log_beta(a, b)) * s


def incomplete_beta(a, b, x):
    if x <= 0.7:
        return beta_series(a, b, x)
    with mp.extradps(60):
        r = 1 - beta_series(b, a, 1 - x)
        if r > mpf(10) ** -50:
            return r
    with mp.extradps(340):
        return 1 - beta_series(b, a, 1 - x)


def log_beta(a, b):
    with mp.extradps(int(2 * abs(mp.log10(a) - mp.log10(b)))):
        return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def polygamma_difference(n, a, b):
    with mp.extradps(int((n + 2) * abs(mp.log10(a) - mp.log10(b)))):
        return mp.psi(n, a) - mp.psi(n, a + b)


def total(*terms):
    """A sum, which is 0 if nothing but roundings is left of it."""
    s = mp.fsum(terms)
    return s if abs(s) > 1000 * mp.eps * max(map(abs, terms)) else mpf(0)


def density(f, q, q1, q2):
    """A density of logarithmic derivative q, and its first three derivatives."""
    return f, f * q, f * total(q * q, q1), f * total(q ** 3, 3 * q * q1, q2)


def gamma_density(a, x):
    with mp.extradps(int(3 * abs(mp.log10(x)))):
        c = a - 1
        return density(mp.exp(c * mp.log(x) - x - mp.loggamma(a)), total(c / x, -1), -c / x ** 2, 2 * c / x ** 3)


def beta_density(a, b, x):
    with mp.extradps(int(3 * abs(mp.log10(min(x, 1 - x))))):
        c, d, y = a - 1, b - 1, 1 - x
        f = mp.exp(c * mp.log(x) + d * mp.log1p(-x) - log_beta(a, b))
        return density(f, total(c / x, -d / y), -c / x ** 2 - d / y ** 2, 2 * c / x ** 3 - 2 * d / y ** 3)


def of_lbeta(a, b):
    second = -mp.psi(1, a + b)
    return (log_beta(a, b), polygamma_difference(0, a, b), polygamma_difference(0, b, a),
            polygamma_difference(1, a, b), second, polygamma_difference(1, b, a))


def of_difference(n, a, b):
    n = int(n)
    first, second = -mp.psi(n + 1, a + b), -mp.psi(n + 2, a + b)
    return (polygamma_difference(n, a, b), polygamma_difference(n + 1, a, b), first,
            polygamma_difference(n + 2, a, b), second, second)


# op, names of its parameters, function of parameters and arguments
OPS = {
    "gamma_p": (["a"], lambda a, x: (p_and_q(a, x)[0], *gamma_density(a, x)[:3])),
    "gamma_q": (["a"], lambda a, x: (p_and_q(a, x)[1], *(-v for v in gamma_density(a, x)[:3]))),
    "gamma_density": (["a"], gamma_density),
    "beta_i": (["a", "b"], lambda a, b, x: (incomplete_beta(a, b, x), *beta_density(a, b, x)[:3])),
    "beta_density": (["a", "b"], beta_density),
    "lbeta": ([], of_lbeta),
    "polygamma_difference": (["n"], of_difference),
}


def gamma_points(op):
    """Near the mode, in the tails down to the subnormal numbers, at the ends, beside the zeros of derivatives and at the changes of formulas."""
    def one():
        k = rng.randrange(9)
        a = log_uniform(1e-3, 1e4)
        if k <= 2:
            return a, abs(a + math.sqrt(a) * rng.gauss(0, 3))
        if k == 3:
            return a, a * rng.uniform(0.6, 1.4)
        if k == 4:
            a = log_uniform(1e-3, 20)
            return a, log_uniform(a / 8, 8 * a)
        if k == 5:
            return log_uniform(1e-3, 4), log_uniform(1e-300, 10)
        if k == 6:
            a = log_uniform(1, 1e4)
            return a, a * (log_uniform(1e-3, 1) if a > 20 else log_uniform(1e-30, 1))
        if k == 7:
            return a, a + log_uniform(1, 40 * math.sqrt(a) + 745)
        return rng.choice([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 20.0, 1e3, 1e-3, 1e4]), log_uniform(1e-12, 100)
    every = [one() for _ in range(230)]
    every += [(a, x) for a in (0.5, 1.0, 1.5, 2.0, 3.5) for x in (5e-324, 1e-310, 1e-250, 1e-30, 690.0, 744.0)]
    every += [(a, x) for a in (2.5, 10.0, 1e3) for c in (a - 1, a - 1 - math.sqrt(a - 1), a - 1 + math.sqrt(a - 1)) for x in near(c, 1)]
    every += [(a, a * r) for a in near(20.0) + [300.0] for r in (0.3, 1.0, 2.36)]
    every += [(a, x) for a in (0.1, 0.9, 5.0) for x in near(0.55) + near((0.5 + a) * 2 ** (-1 / a))]
    every += [(0.25, 1e-300), (0.999, 1e-5), (1.001, 0.1), (1.001, 1e-9), (1.5, 0.25), (1e-10, 0.3), (1e-3, 30.0)]
    return [((a,), (x,)) for a, x in every if x > 0]


def beta_points(op):
    def about(a, b, deviations):
        mean = a / (a + b)
        return mean + math.sqrt(mean * (1 - mean) / (a + b + 1)) * rng.gauss(0, deviations)

    def one():
        k = rng.randrange(8)
        a, b = log_uniform(1e-3, 1e3), log_uniform(1e-3, 1e3)
        if k == 0:
            return a, b, rng.random()
        if k <= 2:
            return a, b, about(a, b, 2)
        if k == 3:
            a, b = log_uniform(1, 1e3), log_uniform(1, 1e3)
            return a, b, about(a, b, 3)
        if k == 4:
            return a, b, log_uniform(1e-300, 0.5) if a < 3 else log_uniform(1e-6, 1)
        if k == 5:
            return a, b, 1 - log_uniform(2**-53, 0.5)
        if k == 6:
            return log_uniform(1e-3, 3), log_uniform(1e-3, 3), rng.random()
        return (*(rng.choice([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 20.0]) for _ in range(2)), rng.random())
    every = [one() for _ in range(260)]
    every += [(a, b, x) for a, b in ((0.5, 0.5), (1.0, 3.0), (1.5, 2.0), (2.5, 1.0), (1.0, 1.0)) for x in (1e-310, 1e-30, 0.5, 1 - 2**-53)]
    every += [(a, b, x) for a, b in ((2.5, 1.5), (20.0, 30.0), (300.0, 200.0)) for x in near((a - 1) / (a + b - 2), 1)]
    every += [(a, b, x) for a in near(20.0) + [0.5] for b in near(20.0) + [300.0] for x in near((a + 1) / (a + b + 2))]
    every += [(50.0, 0.3, 0.99), (1.0, 1e-3, 0.999), (1.5, 0.9, 1 - 1e-10), (2.0, 1.001, 0.5), (1e-3, 1e-3, 0.5)]
    return [((a, b), (x,)) for a, b, x in every if 0 < x < 1]


def pair_points(op):
    def one():
        k = rng.randrange(6)
        if k == 0:
            return log_uniform(1e-3, 1e4), log_uniform(1e-3, 1e4)
        if k == 1:
            return log_uniform(1e-14, 10), log_uniform(10, 1e14)
        if k == 2:
            return log_uniform(10, 1e14), log_uniform(1e-14, 10)
        if k == 3:
            return log_uniform(0.3, 30), log_uniform(0.3, 30)
        if k == 4:
            return log_uniform(1e9, 1e15), log_uniform(1e9, 1e15)
        return 1 + rng.choice((-1, 1)) * log_uniform(1e-12, 0.5), 1 + rng.choice((-1, 1)) * log_uniform(1e-12, 0.5)
    extreme = [(1e-30, 1e-28), (1e-28, 1e-30), (1e25, 1e22), (1e22, 1e25), (1e-20, 1e20), (1.0, 1.0), (1.0, 2.0), (2.0, 1.0), (1.0, 1e-9), (16.0, 16.0)]
    if op == "lbeta":
        extreme += [(1.4738118167926024, 0.7330173711206682), (1.2, 0.8478), (12.0, 0.3), (11.999, 4.0)]
        return [((), x) for x in [one() for _ in range(230)] + extreme]
    every = []
    for n in (0, 1, 2, 4, 6):
        starts = [(x, b) for x in near(16.0 + n) for b in (0.25, 100.0)]
        every += [((n,), x) for x in [one() for _ in range(44)] + extreme + starts]
    return every


def agree(a, b):
    return a == b or abs(a - b) <= max(abs(a), abs(b)) * mpf(10) ** -25


def numbers(f, args):
    for digits in (40, 120, 480, 720):
        both = []
        for dps in (digits, digits * 3 // 2):
            with mp.workdps(dps):
                both.append([+v for v in f(*map(mpf, args))])
        if all(map(agree, *both)):
            return both[1]
    raise ArithmeticError(f"{args}: {both}")


def check():
    worst = 0
    mp.mp.dps = 40
    for _ in range(40):
        a, b, x = mpf(log_uniform(0.01, 50)), mpf(log_uniform(0.01, 50)), mpf(log_uniform(0.01, 100))
        p, q = p_and_q(a, x)
        worst = max(worst, abs(mp.gammainc(a, 0, x, regularized=True) / p - 1), abs(mp.gammainc(a, x, regularized=True) / q - 1) * (q > 1e-30))
        x = mpf(rng.random())
        worst = max(worst, abs(mp.betainc(a, b, 0, x, regularized=True) / incomplete_beta(a, b, x) - 1))
    print(mp.nstr(worst, 3))


def main():
    print("op,parameters,arguments,numbers")
    for op, (names, f) in OPS.items():
        points = gamma_points if op.startswith("gamma") else beta_points if op.startswith("beta") else pair_points
        for parameters, args in points(op):
            values = numbers(f, parameters + args)
            with mp.workdps(100):
                print(",".join([op, " ".join(f"{k}={hexf(float(v))}" for k, v in zip(names, parameters)), " ".join(map(hexf, args))]
                               + [hexf(to_f64(v)) for v in values]), flush=True)


if __name__ == "__main__":
    check() if "--check" in sys.argv else main()
