#!/usr/bin/env python3
"""Reference values for all ops, each the exact value rounded to f64; needs mpmath.

    python3 golden.py --points 300 --seed 1    # golden.csv is a random half of these rows
    python3 golden.py --points 100 --seed 11   # golden_more.csv is a random part of these
    python3 golden.py --partials --points 250 --seed 1 > golden_partials.csv

The first two have ops of one argument: columns op,x,g,g1,g2. The third has the other ops, of any number of arguments: op, their number, the
arguments, g, its slopes, its second derivatives (the upper triangle, row by row). Every number is a C99 hex float ("inf", "-inf", "nan"
as such), or a small integer.
Every value comes from jets of order 2 (value, first and second derivatives) in 400 or more digits, so
no column is a finite difference. At a kink the row is left out.
Params are the defaults that PyTorch uses (leaky_relu 0.01, elu 1, softplus beta 1, ...), and those of the registry.
"""
import argparse, math, random, struct, sys
import mpmath as mp

mp.mp.dps = 400
mpf = mp.mpf


class Jet:
    """f + f1 e + f2 e^2/2, e^3 = 0."""
    __slots__ = ("f", "a", "b")

    def __init__(self, f, a=0, b=0):
        self.f, self.a, self.b = mpf(f), mpf(a), mpf(b)

    def lift(self, g, g1, g2):
        return Jet(g, g1 * self.a, g2 * self.a ** 2 + g1 * self.b)

    @staticmethod
    def of(v):
        return v if isinstance(v, Jet) else Jet(v)

    def __add__(self, o):
        o = Jet.of(o)
        return Jet(self.f + o.f, self.a + o.a, self.b + o.b)
    __radd__ = __add__

    def __neg__(self):
        return Jet(-self.f, -self.a, -self.b)

    def __sub__(self, o):
        return self + (-Jet.of(o))

    def __rsub__(self, o):
        return Jet.of(o) + (-self)

    def __mul__(self, o):
        o = Jet.of(o)
        return Jet(self.f * o.f, self.a * o.f + self.f * o.a,
                   self.b * o.f + 2 * self.a * o.a + self.f * o.b)
    __rmul__ = __mul__

    def recip(self):
        r = 1 / self.f
        return self.lift(r, -r * r, 2 * r ** 3)

    def __truediv__(self, o):
        return self * Jet.of(o).recip()

    def __rtruediv__(self, o):
        return Jet.of(o) * self.recip()


def exp(j):
    e = mp.exp(j.f)
    return j.lift(e, e, e)


def ln(j):
    return j.lift(mp.log(j.f), 1 / j.f, -1 / j.f ** 2)


def ln_1p(j):
    u = 1 + j.f
    return j.lift(mp.log1p(j.f), 1 / u, -1 / u ** 2)


def sqrt(j):
    s = mp.sqrt(j.f)
    return j.lift(s, 1 / (2 * s), -1 / (4 * s ** 3))


def sech2(x):
    # 4 / (e^x + e^-x)^2 without cancellation
    return 4 / (mp.exp(x) + mp.exp(-x)) ** 2


def tanh(j):
    t, s = mp.tanh(j.f), sech2(j.f)
    return j.lift(t, s, -2 * t * s)


def erfc_of(x):
    return mpf(0) if x > 10 ** 4 else mpf(2) if x < -10 ** 4 else mp.erfc(x)  # beyond: closer than 10^-40000000


def erf(j):
    d = 2 / mp.sqrt(mp.pi) * mp.exp(-j.f ** 2)
    v = mp.erf(j.f) if abs(j.f) < 10 ** 4 else mp.sign(j.f)
    return j.lift(v, d, -2 * j.f * d)


def erfc(j):
    d = -2 / mp.sqrt(mp.pi) * mp.exp(-j.f ** 2)
    return j.lift(erfc_of(j.f), d, -2 * j.f * d)


def sigmoid(j):
    # s = 1/(1+e^-x); 1-s = 1/(1+e^x): both computed on their own, so neither cancels
    s, c = 1 / (1 + mp.exp(-j.f)), 1 / (1 + mp.exp(j.f))
    return j.lift(s, s * c, s * c * (c - s))


def softplus(j):
    x = j.f
    v = mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))
    s, c = 1 / (1 + mp.exp(-x)), 1 / (1 + mp.exp(x))
    return j.lift(v, s, s * c)


def phi(j):
    """Standard normal CDF, accurate in the left tail."""
    x = j.f
    d = mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
    return j.lift(erfc_of(-x / mp.sqrt(2)) / 2, d, -x * d)


def trig(f, f1, f2):
    return lambda j: j.lift(f(j.f), f1(j.f), f2(j.f))


def clamp_piece(lo, hi, inside, below, above):
    def g(j):
        if j.f in (lo, hi):
            return None
        return below(j) if j.f < lo else above(j) if j.f > hi else inside(j)
    return g


def split(at, below, above):
    def g(j):
        if j.f == at:
            return None
        return below(j) if j.f < at else above(j)
    return g


SELU_A, SELU_L = mpf("1.6732632423543772848170429916717"), mpf("1.0507009873554804934193349852946")
# the constants as f64, since an implementation holds them so
SELU_A, SELU_L = mpf(float(SELU_A)), mpf(float(SELU_L))
C01 = mpf(0.01)
zero = lambda j: j * 0
same = lambda j: j
expm1 = lambda j: j.lift(mp.expm1(j.f), mp.exp(j.f), mp.exp(j.f))
GT = mp.sqrt(2 / mp.pi)

# name -> (function of a Jet, lowest x, highest x of its domain, periodic?)
R = (-mp.inf, mp.inf)
OPS = {
    # activations
    "sigmoid": (sigmoid, *R),
    "tanh": (tanh, *R),
    "relu": (split(0, zero, same), *R),
    "leaky_relu": (split(0, lambda j: C01 * j, same), *R),
    "relu_squared": (split(0, zero, lambda j: j * j), *R),
    "relu6": (clamp_piece(0, 6, same, zero, lambda j: zero(j) + 6), *R),
    "elu": (split(0, expm1, same), *R),          # alpha = 1: g' is continuous, g'' is not
    "selu": (split(0, lambda j: SELU_L * SELU_A * expm1(j), lambda j: SELU_L * j), *R),
    "celu": (split(0, expm1, same), *R),
    "softplus": (softplus, *R),
    "log_sigmoid": (lambda j: -softplus(-j), *R),
    "softsign": (split(0, lambda j: j / (1 - j), lambda j: j / (1 + j)), *R),
    "silu": (lambda j: j * sigmoid(j), *R),
    "gelu": (lambda j: j * phi(j), *R),
    # 0.5 x (1 + tanh u) = x sigmoid(2u)
    "gelu_tanh": (lambda j: j * sigmoid(2 * (GT * (j + mpf(0.044715) * j * j * j))), *R),
    "mish": (lambda j: j * tanh(softplus(j)), *R),
    "tanhshrink": (lambda j: j - tanh(j), *R),
    "softshrink": (clamp_piece(-0.5, 0.5, zero, lambda j: j + 0.5, lambda j: j - 0.5), *R),
    "hardshrink": (clamp_piece(-0.5, 0.5, zero, same, same), *R),
    "hard_tanh": (clamp_piece(-1, 1, same, lambda j: zero(j) - 1, lambda j: zero(j) + 1), *R),
    "hard_sigmoid": (clamp_piece(-3, 3, lambda j: (j + 3) / 6, zero, lambda j: zero(j) + 1), *R),
    "hard_swish": (clamp_piece(-3, 3, lambda j: j * (j + 3) / 6, zero, same), *R),
    "squareplus": (lambda j: (j + sqrt(j * j + 4)) / 2 if j.f >= 0 else 2 / (sqrt(j * j + 4) - j), *R),
    "gaussian": (lambda j: exp(-(j * j)), *R),
    "log_cosh": (lambda j: j.lift(abs(j.f) + mp.log1p(mp.exp(-2 * abs(j.f))) - mp.log(2), mp.tanh(j.f), sech2(j.f)), *R),
    # elementary
    "exp": (exp, *R),
    "exp2": (lambda j: exp(j * mp.log(2)), *R),
    "expm1": (expm1, *R),
    "ln": (ln, 0, mp.inf),
    "log2": (lambda j: ln(j) / mp.log(2), 0, mp.inf),
    "log10": (lambda j: ln(j) / mp.log(10), 0, mp.inf),
    "ln_1p": (ln_1p, -1, mp.inf),
    "sqrt": (sqrt, 0, mp.inf),
    "cbrt": (lambda j: j.lift(mp.sign(j.f) * mp.cbrt(abs(j.f)), 1 / (3 * mp.cbrt(abs(j.f)) ** 2),
                              -2 * mp.sign(j.f) / (9 * mp.cbrt(abs(j.f)) ** 5)) if j.f != 0 else None, *R),
    "recip": (lambda j: j.recip() if j.f != 0 else None, *R),
    "square": (lambda j: j * j, *R),
    "abs": (split(0, lambda j: -j, same), *R),
    "sin": (trig(mp.sin, mp.cos, lambda x: -mp.sin(x)), -1e9, 1e9),
    "cos": (trig(mp.cos, lambda x: -mp.sin(x), lambda x: -mp.cos(x)), -1e9, 1e9),
    "tan": (trig(mp.tan, lambda x: mp.sec(x) ** 2, lambda x: 2 * mp.tan(x) * mp.sec(x) ** 2), -1e9, 1e9),
    "asin": (trig(mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), lambda x: x / mp.sqrt(1 - x * x) ** 3), -1, 1),
    "acos": (trig(mp.acos, lambda x: -1 / mp.sqrt(1 - x * x), lambda x: -x / mp.sqrt(1 - x * x) ** 3), -1, 1),
    "atan": (trig(mp.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2), *R),
    "sinh": (trig(mp.sinh, mp.cosh, mp.sinh), *R),
    "cosh": (trig(mp.cosh, mp.sinh, mp.cosh), *R),
    "asinh": (trig(mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), lambda x: -x / mp.sqrt(1 + x * x) ** 3), *R),
    "acosh": (trig(mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1), lambda x: -x / mp.sqrt(x * x - 1) ** 3), 1, mp.inf),
    "atanh": (trig(mp.atanh, lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2), -1, 1),
    "erf": (erf, *R),
    "erfc": (erfc, *R),
}


def to_f64(v):
    if mp.isnan(v):
        return math.nan
    if v == 0:
        return 0.0
    if mp.isinf(v):
        return math.inf if v > 0 else -math.inf
    m = mp.mag(v)
    if m > 1024:
        return math.copysign(math.inf, v)
    if m < -1076:
        return math.copysign(0.0, v)
    if m < -1021:  # subnormal: round once, to a multiple of 2^-1074
        return float(int(mp.nint(mp.ldexp(v, 1074)))) * 5e-324
    n = mp.mpf(v)
    with mp.workprec(53):
        n = +n
    return math.ldexp(float(mp.ldexp(n, -m)), m) if m < 1024 else float(n) if n <= sys.float_info.max else math.inf


def hexf(f):
    return "nan" if math.isnan(f) else ("inf" if f > 0 else "-inf") if math.isinf(f) else f.hex()


SPECIAL = [0.0, 5e-324, 1e-310, 2.3e-308, 1e-200, 1e-100, 1e-30, 1e-16, 1e-12, 1e-8, 1e-5, 1e-3, 0.01, 0.1,
           0.25, 0.3, 0.499999, 0.5, 0.500001, 0.75, 0.9, 0.999999, 1.0, 1.000001, 1.5, 2.0, 2.999999, 3.0, 3.000001,
           4.0, 5.0, 6.0, 6.000001, 8.0, 10.0, 12.0, 15.0, 18.0, 19.0, 20.0, 22.0, 25.0, 30.0, 36.0, 36.7, 37.0, 40.0,
           50.0, 88.0, 100.0, 300.0, 600.0, 700.0, 709.0, 709.78, 710.0, 740.0, 745.1, 746.0, 1e3, 1e5, 1e8,
           1e15, 1e16, 1e30, 1e100, 1e153, 1e155, 1e200, 1e300, 1.7e308]


# where a rule was once found to be off
FOUND = {
    "tanhshrink": [-0.509127, 0.5457529625],
    "pow": [(1e-300, 1 / 3), (-1.0, -6.0994639966022194e113), (1.2572328196350265e-259, -1.2572397787346573e-259)],
    "hypot": [(1.0, 1e-6), (1.0, 1e-9), (1e-6, 1.0)],
    "norm": [(1.0, 1e-6), (1e-9, 1.0, 1e-3)],
    "atan2": [(-1.7e308, -1.6999999968483458e308), (1.0, 1e300)],
    "logaddexp": [(0.00166, -621.9), (-621.9, 0.00166)],
    "logsumexp": [(0.00166, -621.9), (-621.9, 0.00166, -3.0)],
    "softmax_cross_entropy": [(0.00166, -621.9), (-621.9, 0.00166, -3.0)],
}


def points(rng, n, lo, hi, found):
    xs = [s * x for x in SPECIAL for s in (1.0, -1.0)] + found
    for _ in range(n):
        k = rng.randrange(4)
        if k == 0:
            x = rng.uniform(-6, 6)
        elif k == 1:
            x = rng.uniform(-45, 45)
        elif k == 2:
            x = rng.choice((-1, 1)) * 10 ** rng.uniform(-18, 3)
        else:  # any finite bit pattern
            x = struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]
        if math.isfinite(x):
            xs.append(x)
        if lo > -1e300 and hi < 1e300:  # bounded domain: fill it
            xs.append(rng.uniform(float(lo), float(hi)))
        elif lo > -1e300:
            xs.append(float(lo) + 10 ** rng.uniform(-12, 4))
    seen, out = set(), []
    for x in xs:
        if lo <= x <= hi and not (lo > -1e300 and x in (lo, hi)) and x.hex() not in seen:
            seen.add(x.hex())
            out.append(x)
    return sorted(out)



# Ops of several arguments, and the others: each as a jet of order 2 in all its arguments.


class Partials:
    """A value, its slopes by each argument, and its second derivatives."""
    __slots__ = ("f", "a", "b")

    def __init__(self, f, a, b):
        self.f, self.a, self.b = f, a, b

    @staticmethod
    def variables(x):
        n = len(x)
        unit = lambda i: [mpf(i == j) for j in range(n)]
        return [Partials(mpf(x[i]), unit(i), [[mpf(0)] * n for _ in range(n)]) for i in range(n)]

    def lift(self, g, g1, g2):
        n = range(len(self.a))
        return Partials(g, [g1 * a for a in self.a],
                        [[g2 * self.a[i] * self.a[j] + g1 * self.b[i][j] for j in n] for i in n])

    def of(self, v):
        n = len(self.a)
        return v if isinstance(v, Partials) else Partials(mpf(v), [mpf(0)] * n, [[mpf(0)] * n for _ in range(n)])

    def __add__(self, o):
        o, n = self.of(o), range(len(self.a))
        return Partials(self.f + o.f, [self.a[i] + o.a[i] for i in n],
                        [[self.b[i][j] + o.b[i][j] for j in n] for i in n])
    __radd__ = __add__

    def __neg__(self):
        return self.lift(-self.f, mpf(-1), mpf(0))

    def __sub__(self, o):
        return self + (-self.of(o))

    def __rsub__(self, o):
        return self.of(o) + (-self)

    def __mul__(self, o):
        o, n = self.of(o), range(len(self.a))
        return Partials(self.f * o.f, [self.a[i] * o.f + self.f * o.a[i] for i in n],
                        [[self.b[i][j] * o.f + self.a[i] * o.a[j] + self.a[j] * o.a[i] + self.f * o.b[i][j]
                          for j in n] for i in n])
    __rmul__ = __mul__

    def recip(self):
        r = 1 / self.f
        return self.lift(r, -r * r, 2 * r ** 3)

    def __truediv__(self, o):
        return self * self.of(o).recip()

    def constant(self, v):
        return self.of(v)


def power(x, y):
    if x.f > 0:
        return exp(y * ln(x))
    # a negative x: the exponent is an integer, and has no slope
    sign = -1 if int(y.f) % 2 else 1
    m = exp(y * ln(-x))
    nan = mp.nan
    return Partials(sign * m.f, [sign * m.a[0], nan], [[sign * m.b[0][0], nan], [nan, nan]])


def angle(y, x):
    square = x * x + y * y
    by_y, by_x = x / square, -y / square  # jets of order 1 are enough here
    i, j = 0, 1
    return Partials(mp.atan2(y.f, x.f), [by_y.f, by_x.f],
                    [[by_y.a[i], by_y.a[j]], [by_x.a[i], by_x.a[j]]])


def log_sum_exp(x):
    m = max(t.f for t in x)
    s = sum((exp(t - m) for t in x[1:]), exp(x[0] - m))
    ones = sum(1 for t in x if t.f == m)
    # where the rest is below the precision of 1, ln 1 would be 0
    if ones == 1:
        rest = sum((mp.exp(t.f - m) for t in x if t.f != m), mpf(0))
        return s.lift(mp.log1p(rest), 1 / s.f, -1 / s.f ** 2) + m
    return ln(s) + m


def log1mexp(x):
    """ln(1 − eˣ), whose power may be below the precision of 1."""
    power, rest = mp.exp(x.f), -mp.expm1(x.f)
    return x.lift(mp.log1p(-power), -power / rest, -power / rest ** 2)


def log1p(y):
    return y.lift(mp.log1p(y.f), 1 / (1 + y.f), -1 / (1 + y.f) ** 2)


def cross_entropy(x):
    return log_sum_exp(x) - x[0]


def soft_cross_entropy(args):
    x, t = args[:len(args) // 2], args[len(args) // 2:]
    a = log_sum_exp(x)
    return total([t * (a - x) for x, t in zip(x, t)])


def product(x):
    p = x[0]
    for factor in x[1:]:
        p = p * factor
    return p


def no_product_overflows(*x):
    """The products of all parts of x are normal numbers, or 0."""
    products = [mpf(1)]
    for factor in x:
        products += [p * mpf(factor) for p in products]
    return all(p == 0 or mpf(10) ** -300 < abs(p) < mpf(10) ** 300 for p in products)


def extreme(largest):
    """The largest number, or the smallest; None at a tie."""
    def g(*x):
        chosen = largest(x, key=lambda x: x.f)
        return None if sum(t.f == chosen.f for t in x) > 1 else chosen
    return g


def variance(x):
    mean = total(x) / len(x)
    return total([(t - mean) * (t - mean) for t in x]) / len(x)


def deviation(x):
    return None if all(t.f == x[0].f for t in x) else sqrt(variance(x))


def bce(z, t):
    return softplus(z) - z * t


def huber(x, y):
    d = x - y
    if abs(d.f) == 1:
        return None
    return d * d * mpf(0.5) if abs(d.f) < 1 else (d if d.f > 0 else -d) - mpf(0.5)


def choose(condition):
    """An op that takes one of its arguments; None at a tie."""
    return lambda x, y: None if x.f == y.f else (x if condition(x.f, y.f) else y)


def comparison(holds):
    return lambda x, y: None if x.f == y.f else x.constant(int(holds(x.f, y.f)))


def step(f, jumps):
    return lambda x: None if jumps(x.f) else x.constant(f(x.f))


def total(x):
    return sum(x[1:], x[0])


def euclid(x):
    return None if all(t.f == 0 for t in x) else sqrt(total([t * t for t in x]))


def inner(x):
    n = len(x) // 2
    return total([a * b for a, b in zip(x[:n], x[n:])])


half = mpf(0.5)
# name -> (function of the arguments, number of arguments, digits, which points are inside)
# the digits are so many that a sum of squares of the largest and the smallest number keeps both
SEVERAL = {
    "neg": (lambda x: -x, 1, 50, None),
    "powi": (lambda x: x * x * x, 1, 50, None),
    "sign": (step(mp.sign, lambda x: x == 0), 1, 50, None),
    "floor": (step(mp.floor, lambda x: x == mp.floor(x)), 1, 400, None),
    "ceil": (step(mp.ceil, lambda x: x == mp.floor(x)), 1, 400, None),
    "round": (step(lambda x: mp.sign(x) * mp.floor(abs(x) + half), lambda x: x + half == mp.floor(x + half)), 1, 400, None),
    "clamp": (clamp_piece(-1, 1, lambda x: x, lambda x: x.constant(-1), lambda x: x.constant(1)), 1, 50, None),
    "threshold": (split(1, lambda x: x.constant(0), lambda x: x), 1, 50, None),
    "logit": (lambda z: ln(z) - ln(1 - z), 1, 700, lambda z: 0 < z < 1),
    "sparse_plus": (clamp_piece(-1, 1, lambda x: (x + 1) * (x + 1) * mpf(0.25), lambda x: x.constant(0), lambda x: x), 1, 700, None),
    "add": (lambda x, y: x + y, 2, 700, None),
    "sub": (lambda x, y: x - y, 2, 700, None),
    "mul": (lambda x, y: x * y, 2, 100, None),
    "div": (lambda x, y: x / y, 2, 100, lambda x, y: y != 0),
    "pow": (power, 2, 700, lambda x, y: x > 0 or x < 0 and y == int(y)),
    "max": (choose(lambda x, y: x > y), 2, 50, None),
    "min": (choose(lambda x, y: x < y), 2, 50, None),
    "hypot": (lambda x, y: euclid([x, y]), 2, 1500, None),
    "atan2": (angle, 2, 1500, lambda y, x: y != 0 or x > 0),
    "mul_add": (lambda x, y, z: x * y + z, 3, 1500, None),
    "chain": (lambda x, y: x * y, 2, 100, None),
    "prelu": (lambda z, a: None if z.f == 0 else z if z.f > 0 else z * a, 2, 100, None),
    "sum": (lambda *x: total(x), 0, 700, None),
    "mean": (lambda *x: total(x) / len(x), 0, 700, None),
    "dot": (lambda *x: inner(x), -2, 1500, None),
    "norm": (lambda *x: euclid(x), 0, 1500, None),
    "logsumexp": (lambda *x: log_sum_exp(x), 0, 700, None),
    "softmax_cross_entropy": (lambda *x: cross_entropy(x), 0, 700, None),
    "soft_target_cross_entropy": (lambda *x: soft_cross_entropy(x), -2, 700, None),
    "prod": (lambda *x: product(x), 0, 1500, no_product_overflows),
    "max_of": (extreme(max), 0, 50, None),
    "min_of": (extreme(min), 0, 50, None),
    "var": (lambda *x: variance(x), 0, 1500, None),
    "std": (lambda *x: deviation(x), 0, 1500, None),
    "logaddexp": (lambda x, y: log_sum_exp([x, y]), 2, 700, None),
    "xlogy": (lambda x, y: x * ln(y), 2, 700, lambda x, y: y > 0),
    "log1mexp": (log1mexp, 1, 800, lambda x: x < 0),
    "log_diff_exp": (lambda x, y: x + log1mexp(y - x), 2, 800, lambda x, y: x > y),
    "xlog1py": (lambda x, y: x * log1p(y), 2, 700, lambda x, y: y > -1),
    "entropy": (lambda x: -x * ln(x), 1, 700, lambda x: x > 0),
    "bce_with_logits": (bce, 2, 700, None),
    "huber": (huber, 2, 700, None),
    "less": (comparison(lambda x, y: x < y), 2, 50, None),
    "less_equal": (comparison(lambda x, y: x <= y), 2, 50, None),
    "equal": (comparison(lambda x, y: False), 2, 50, None),
    "select": (lambda m, x, y: x if m.f else y, 3, 50, lambda m, x, y: m in (0, 1)),
}


def number(rng):
    k = rng.randrange(8)
    if k < 3:
        return rng.uniform(-6, 6)
    if k == 3:
        return rng.uniform(-800, 800)
    if k == 4:
        return rng.choice((-1, 1)) * 10 ** rng.uniform(-18, 3)
    if k == 5:
        return rng.choice((-1, 1)) * rng.choice(SPECIAL)
    if k == 6:
        return float(rng.randrange(-8, 9)) / rng.choice((1, 2))
    x = struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]
    return x if math.isfinite(x) else 1.0


def point(rng, name, n, inside):
    while True:
        if n < 1:  # any number of arguments, or any number of pairs
            n = rng.choice((1, 2, 2, 3, 4, 6)) if n == 0 else rng.choice((2, 4, 6))
        x = [number(rng) for _ in range(n)]
        kind = rng.randrange(4)
        if n > 1 and kind == 0:  # close to each other
            x[1] = x[0] * (1 + rng.choice((-1, 1)) * 10 ** rng.uniform(-16, 0))
        if n > 1 and kind == 1:  # of very different size
            x[1] = x[0] * 10 ** rng.uniform(-20, 20)
        if name in ("pow", "xlogy"):
            i = name == "xlogy"
            x[i] = abs(x[i]) if rng.randrange(4) else x[i]
            if name == "pow" and x[0] < 0:
                x[1] = float(rng.randrange(-9, 10))
        if name == "bce_with_logits" and rng.randrange(2):
            x[1] = rng.choice((0.0, 1.0, rng.random()))
        if name == "soft_target_cross_entropy":
            k, kind = n // 2, rng.randrange(3)
            x[k:] = [float(i == 0) if kind == 0 else rng.random() * (kind == 1 or rng.randrange(2)) for i in range(k)]
        if name == "var" and n > 1 and rng.randrange(2):  # nearly equal numbers
            x[1:] = [x[0] * (1 + rng.choice((-1, 1)) * 10 ** rng.uniform(-16, -3)) for _ in x[1:]]
        if name == "select":
            x[0] = float(rng.randrange(2))
        if name in ("log1mexp", "entropy"):
            x[0] = -abs(x[0]) if name == "log1mexp" else rng.choice((abs(x[0]), math.exp(-1) * (1 + 10 ** rng.uniform(-16, 0))))
        if name == "log_diff_exp":
            x.sort(reverse=True)
        if name == "xlog1py" and rng.randrange(2):
            x[1] = 10 ** rng.uniform(-16, 0) - 1
        if name == "logit":
            x[0] = rng.choice((rng.random(), abs(x[0]) % 1, 1 - 10 ** rng.uniform(-16, -1)))
        if all(map(math.isfinite, x)) and (inside is None or inside(*x)):
            return x


def short(f):
    return "nan" if math.isnan(f) else str(int(f)) if f.is_integer() and abs(f) < 1000 else hexf(f)


def partials(points, seed, names):
    print("op,n,the n arguments,g,its n slopes,its second derivatives: the upper triangle row by row")
    for name, (f, n, digits, inside) in SEVERAL.items():
        if names and name not in names:
            continue
        mp.mp.dps = digits
        rng = random.Random(f"{seed}/{name}")
        seen, found = set(), [list(x) for x in FOUND.get(name, [])]
        while len(seen) < points:
            x = found.pop() if found else point(rng, name, n, inside)
            j = f(*Partials.variables(x))
            if tuple(x) in seen:
                continue
            seen.add(tuple(x))
            if j is None:
                continue
            second = [j.b[r][c] for r in range(len(x)) for c in range(r, len(x))]
            print(",".join([name, str(len(x))] + [short(v) for v in x] + [short(to_f64(v)) for v in [j.f] + j.a + second]))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--points", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--op", action="append")
    p.add_argument("--partials", action="store_true")
    a = p.parse_args()
    if a.partials:
        return partials(a.points, a.seed, a.op)
    print("op,x,g,g1,g2")
    for name, (f, lo, hi) in OPS.items():
        if a.op and name not in a.op:
            continue
        rng = random.Random(f"{a.seed}/{name}")
        for x in points(rng, a.points, lo, hi, FOUND.get(name, [])):
            try:
                j = f(Jet(x, 1, 0))
            except ZeroDivisionError:
                continue
            if j is None:
                continue
            print(",".join([name, hexf(x), hexf(to_f64(j.f)), hexf(to_f64(j.a)), hexf(to_f64(j.b))]))


if __name__ == "__main__":
    main()
