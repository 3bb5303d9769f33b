#!/usr/bin/env python3
"""Reference values for the densities and the maps of their parameters, each the exact value rounded to f64; needs mpmath.

    python3 golden_density.py > golden_density.csv

Columns name,data,x,values,slopes, each but the name a list of numbers with spaces between: what is constant, the arguments, the results (a log
density; or the constrained numbers and then the logarithm of the Jacobian), and the first partials, for each result by each argument. Numbers are
C99 hex floats, or integers. The densities are the textbooks' formulas, with three gamma functions and more.

A partial is a central difference with a step of 10^-40 in 130 digits, and once more with 10^-50 in 160. The two, and the two values, must agree to
25 digits of the larger of 1 and themselves.
"""
import random
import mpmath as mp
from golden import hexf, to_f64

mpf = mp.mpf
rng = random.Random(11)


def half_log_tau():
    return mp.log(2 * mp.pi) / 2


def lgamma(x):
    return mp.loggamma(x).real


def power(k, x):
    """k ln x, and 0 for k = 0."""
    return k * mp.log(x) if k else mpf(0)


def normal(_, x, m, s):
    return -((x - m) / s) ** 2 / 2 - mp.log(s) - half_log_tau()


def student_t(_, x, nu, m, s):
    log = mp.log1p(((x - m) / s) ** 2 / nu)
    return lgamma((nu + 1) / 2) - lgamma(nu / 2) - mp.log(nu * mp.pi) / 2 - mp.log(s) - (nu + 1) / 2 * log


def cauchy(_, x, m, s):
    return -mp.log1p(((x - m) / s) ** 2) - mp.log(s * mp.pi)


def half_cauchy(_, x, s):
    return cauchy(_, x, 0, s) + mp.log(2)


def gamma(_, x, a, b):
    return a * mp.log(b) - lgamma(a) + power(a - 1, x) - b * x


def inverse_gamma(_, x, a, b):
    return a * mp.log(b) - lgamma(a) - (a + 1) * mp.log(x) - b / x


def beta(_, x, a, b):
    return lgamma(a + b) - lgamma(a) - lgamma(b) + power(a - 1, x) + power(b - 1, 1 - x)


def exponential(_, x, b):
    return mp.log(b) - b * x


def laplace(_, x, m, s):
    return -abs(x - m) / s - mp.log(2 * s)


def lognormal(_, x, m, s):
    return normal(_, mp.log(x), m, s) - mp.log(x)


def poisson(data, rate):
    k, = data
    return power(k, rate) - rate - lgamma(k + 1)


def poisson_log(data, eta):
    k, = data
    return k * eta - mp.exp(eta) - lgamma(mpf(k) + 1)


def choose(n, k):
    return lgamma(mpf(n) + 1) - lgamma(mpf(k) + 1) - lgamma(mpf(n - k) + 1)


def binomial(data, p):
    k, n = data
    return choose(n, k) + power(k, p) + power(n - k, 1 - p)


def softplus(x):
    return mp.log1p(mp.exp(-abs(x))) + max(x, 0)


def binomial_logit(data, t):
    k, n = data
    return choose(n, k) - k * softplus(-t) - (n - k) * softplus(t)


def negative_binomial(data, m, phi):
    k, = data
    tail = lgamma(k + phi) - lgamma(phi) - lgamma(mpf(k) + 1)
    return tail + power(k, m / (m + phi)) - phi * mp.log1p(m / phi)


def negative_binomial_log(data, eta, phi):
    k, = data
    ratio = eta - mp.log(phi)
    tail = lgamma(k + phi) - lgamma(phi) - lgamma(mpf(k) + 1)
    return tail - k * softplus(-ratio) - phi * softplus(ratio)


def dirichlet(_, *args):
    x, a = args[:len(args) // 2], args[len(args) // 2:]
    return lgamma(mp.fsum(a)) + mp.fsum(power(a - 1, x) - lgamma(a) for x, a in zip(x, a))


def rows(n, triangle):
    return [triangle[i * (i + 1) // 2:][:i + 1] for i in range(n)]


def multivariate_normal(data, *args):
    n, = data
    x, mean, factor = args[:n], args[n:2 * n], args[2 * n:]
    z = []
    for x, m, row in zip(x, mean, rows(n, factor)):
        z.append((x - m - mp.fsum(l * z for l, z in zip(row, z))) / row[-1])
    return -mp.fsum(z_i * z_i for z_i in z) / 2 - mp.fsum(mp.log(row[-1]) for row in rows(n, factor)) - n * half_log_tau()


def lkj_cholesky(data, eta, *factor):
    """The constant of Stan's reference manual."""
    n, = data
    total = (n - 1) * lgamma(eta + mpf(n - 1) / 2)
    for k in range(1, n):
        total -= mpf(k) / 2 * mp.log(mp.pi) + lgamma(eta + mpf(n - 1 - k) / 2)
    return total + mp.fsum((n - k + 2 * eta - 2) * mp.log(row[-1]) for k, row in enumerate(rows(n, factor), 1) if k > 1)


def sigmoid(y):
    return 1 / (1 + mp.exp(-y))


def positive(_, y):
    return [mp.exp(y), y]


def interval(data, y):
    a, b = map(mpf, data)
    return [a + (b - a) * sigmoid(y), mp.log(b - a) - softplus(y) - softplus(-y)]


def simplex(_, *y):
    x, left, log = [], mpf(1), mpf(0)
    for i, y_i in enumerate(y):
        part = y_i - mp.log(len(y) - i)
        log += mp.log(left) - softplus(part) - softplus(-part)
        x.append(left * sigmoid(part))
        left *= sigmoid(-part)
    return x + [left, log]


def ordered(_, *y):
    x = [y[0]]
    for step in y[1:]:
        x.append(x[-1] + mp.exp(step))
    return x + [mp.fsum(y[1:])]


def correlation_cholesky(data, *y):
    n, = data
    y, factor, log = list(y), [mpf(1)], mpf(0)
    for i in range(1, n):
        left = mpf(1)
        for _ in range(i):
            t = y.pop(0)
            log += mp.log(left) - 2 * mp.log(mp.cosh(t))
            factor.append(left * mp.tanh(t))
            left /= mp.cosh(t)
        factor.append(left)
    return factor + [log]


def jitter(x):
    return float(x) * (1 + rng.uniform(-1e-3, 1e-3))


def about(k, sd, z):
    """A mean or a number by which k is z standard deviations off."""
    return float(k + z * sd)


def grid():
    """Every row: the function, the data and the arguments."""
    places, scales = [0.0, 1.5, -987.65], [1e-6, 0.3, 1.0, 12345.6]
    for f, far in [(normal, [40.0, -1e5]), (cauchy, [1e8, -1e160]), (laplace, [1e3, -1e8])]:
        for m in places:
            for s in scales:
                for z in [0.7, -1.0, 3.3] + far + ([0.0] if f != laplace else []):
                    yield f, (), (jitter(m + z * s) if z else m, m, s)
    for nu in [0.1, 1.0, 3.7, 30.0, 1e4, 1e8, 1e12]:
        for s in scales[1:]:
            for z in [0.0, 0.7, -5.0, 1e3, 1e8, 1e160]:
                yield student_t, (), (jitter(1.5 + z * s), nu, 1.5, s)
    for s in scales:
        for x in [0.0, 1e-12, 0.3, 1.0, 7.0, 1e8, 1e170]:
            yield half_cauchy, (), (x * s, s)
            yield exponential, (), (min(x, 1e9) / s, s)
    for a in [1e-3, 0.1, 0.5, 1.0, 1.5, 1.9999, 2.0, 2.5, 10.0, 333.3, 10000.3, 999999.3, 1e6]:
        for b in [1e-3, 1.0, 777.7]:
            means = [a + z * a ** 0.5 for z in (-5, -1, 0, 0.5, 6)] + [a * r for r in (1e-100, 1e-10, 1e-3, 0.45, 3, 1e4)]
            for mean in (jitter(mean) for mean in means if mean > 0):
                yield gamma, (), (mean / b, a, b)
                yield inverse_gamma, (), (b / mean, a, b)
    shapes = [0.01, 0.5, 1.0, 1.7, 2.0, 2.3, 50.5, 1e3, 999999.7]
    for a in shapes:
        for b in shapes:
            mean, sd = a / (a + b), (a * b / (a + b + 1)) ** 0.5 / (a + b)
            for x in [mean - 4 * sd, jitter(mean), mean + 3 * sd, 1e-10, 0.3, 0.9999999]:
                if 0 < x < 1:
                    yield beta, (), (x, a, b)
    for s in [0.025, 0.25, 1.0, 10.0]:
        for m in [0.0, 1.5, -20.0]:
            for z in [0.0, 0.7, -1.0, 3.3, 20.0, -30.0]:
                yield lognormal, (), (float(mp.exp(m + z * s)), m, s)
    counts = [0, 1, 2, 17, 1000, 10 ** 6 + 3, 10 ** 8, 123456789, 10 ** 9]
    for k in counts:
        rates = [about(k, k ** 0.5, z) for z in (-30, -3, -1, 0, 0.1, 5, 100)]
        for rate in rates + [1e-5, 0.3 * k, 0.55 * k, 1.6 * k, 30.0, 1e12]:
            if rate > 0:
                rate = jitter(rate) if rate not in rates else rate
                yield poisson, (k,), (rate,)
                yield poisson_log, (k,), (float(mp.log(rate)),)
        for eta in [-700.0, 50.0]:
            yield poisson_log, (k,), (eta,)
    for k, n in [(0, 0), (0, 5), (5, 5), (3, 10), (7, 10), (0, 10 ** 9), (1, 10 ** 9), (500000000, 10 ** 9), (123456789, 10 ** 9),
                 (876543211, 10 ** 9), (10 ** 9 - 1, 10 ** 9), (10 ** 9, 10 ** 9), (7, 10 ** 6), (10 ** 5, 10 ** 8)]:
        q = k / max(n, 1)
        sd = (q * (1 - q) / max(n, 1)) ** 0.5
        for p in [q + z * sd for z in (-20, -2, 0, 1, 6)] + [1e-9, 1e-3, 0.3 * q, 0.49, 0.5, 0.8, 0.999999, q + 0.5 * (1 - q)]:
            if 0 < p < 1:
                p = jitter(p) if p < 0.9 and not sd else p
                yield binomial, (k, n), (p,)
                yield binomial_logit, (k, n), (float(mp.log(p) - mp.log1p(-mpf(p))),)
        for t in [-700.0, -50.0, 50.0, 700.0]:
            yield binomial_logit, (k, n), (t,)
    for k in counts:
        for phi in [1e-2, 0.7, 5.5, 1e3, 999999.7, 1e10]:
            sd = (k + k * k / phi) ** 0.5
            means = [k + z * sd for z in (-3, -0.5, 0, 1, 20)] + [r * (k or 1) for r in (1e-6, 0.3, 0.99, 1.7, 1e4)]
            for mean in (float(mean) for mean in means if mean > 0):
                yield negative_binomial, (k,), (mean, phi)
                yield negative_binomial_log, (k,), (float(mp.log(mean)), phi)
            for eta in [-50.0, 700.0]:
                yield negative_binomial_log, (k,), (eta, phi)
    for alpha in [[1.0], [0.5, 0.7], [1.0, 1.0, 1.0], [1e-3, 2.0, 30.3], [2.5, 3.5, 1e6], [999999.7, 345678.9, 1e6 / 3],
                  [0.1, 0.2, 1.3, 5.5, 1e4]]:
        for spread in [0.0, 1e-3, 0.3, 3.0]:
            x = [a * float(mp.exp(rng.gauss(0, 1) * spread)) for a in alpha]
            yield dirichlet, (), tuple([x_i / sum(x) for x_i in x] + alpha)
    for n in [1, 2, 3]:
        for scale in [0.1, 3.0]:
            for z in [0.0, 1.0, 30.0]:
                factor = [rng.uniform(0.5, 2) * scale if i == j else rng.gauss(0, 1) * scale for i in range(n) for j in range(i + 1)]
                mean = [rng.gauss(0, 1) for _ in range(n)]
                yield multivariate_normal, (n,), tuple([m + z * scale * rng.gauss(0, 1) for m in mean] + mean + factor)
    for n in [1, 2, 3, 5]:
        for eta in [0.1, 1.0, 2.5, 123.4, 1e6]:
            for spread in [eta ** -0.5, 2.0]:
                y = [rng.gauss(0, 1) * spread for _ in range(n * (n - 1) // 2)]
                yield lkj_cholesky, (n,), tuple([eta] + [float(l) for l in correlation_cholesky((n,), *map(mpf, y))[:-1]])
    tails = [0.0, 0.3, -1.2, 7.0, -50.0, 50.0, -700.0, 700.0]
    for y in tails:
        yield positive, (), (y,)
        for ends in [(0.0, 1.0), (-3.0, 1e4)]:
            yield interval, ends, (y,)
        for n in [1, 2, 4]:
            for f in simplex, ordered:
                yield f, (), tuple([y] + [rng.choice(tails[:6]) * rng.uniform(0.5, 1) for _ in range(n - 1)])
        for n in [2, 3, 4]:
            others = [rng.choice(tails[:5]) * rng.uniform(0.5, 1) for _ in range(n * (n - 1) // 2 - 1)]
            yield correlation_cholesky, (n,), tuple([y] + others)


def evaluated(f, data, x, digits):
    smallest = min([abs(x) for x in x if x] + [1])
    with mp.workdps(3 * digits + 10 - int(mp.log10(smallest))):  # a step is as small as what it is taken of
        def at(x):
            values = f(data, *x)
            return values if isinstance(values, list) else [values]
        x = [mpf(x) for x in x]
        values, columns = at(x), []
        for i, x_i in enumerate(x):
            h = (abs(x_i) or 1) * mpf(10) ** -digits
            two_sides = [at(x[:i] + [x_i + side * h] + x[i + 1:]) for side in (-1, 1)]
            columns.append([(b - a) / (2 * h) for a, b in zip(*two_sides)])
        return values + [column[j] for j in range(len(values)) for column in columns], len(values)


def main():
    print("name,data,x,values,slopes")
    for f, data, x in grid():
        (a, n), (b, _) = evaluated(f, data, x, 40), evaluated(f, data, x, 50)
        if not all(abs(a - b) <= mpf(10) ** -25 * max(1, abs(b)) for a, b in zip(a, b)):
            raise ArithmeticError(f"{f.__name__} {data} at {x}: {a} and {b}")
        numbers = lambda all: " ".join(str(v) if isinstance(v, int) else hexf(v) for v in all)
        with mp.workdps(100):
            b = [to_f64(v) for v in b]
        print(",".join([f.__name__, numbers(data), numbers(x), numbers(b[:n]), numbers(b[n:])]))


if __name__ == "__main__":
    main()
