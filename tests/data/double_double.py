#!/usr/bin/env python3
"""The reference rows of tests/double_double.rs: python3 double_double.py > double_double.csv (needs mpmath).

Columns: function, then argument, second argument and result, each as two C99 hex floats whose sum it is;
the second argument of a function of one is empty. Half of the arguments have a second part that is not 0.
"""
import random
import mpmath as mp

mp.mp.dps = 700  # sin(1e300) and 1 + 1e-300 lose no digit
random.seed(1)
mpf = mp.mpf


def pair(v):
    hi = float(v)
    return (hi, float(v - mpf(hi)) if mp.isfinite(mpf(hi)) else 0.0)


def text(p):
    return ",".join("0" if p == 0 else p.hex() for p in p)


def signed(f):
    return lambda: random.choice([-1, 1]) * f()


def log_uniform(a, b):
    return lambda: 10 ** random.uniform(a, b)


def uniform(a, b):
    return lambda: random.uniform(a, b)


def near(c, *exponents):
    """Close to c, on both sides."""
    return lambda: c + signed(log_uniform(*exponents))()


odd = [signed(log_uniform(-200, 2)), signed(log_uniform(-3, 1))]
circle = odd + [uniform(-1e9, 1e9), lambda: float(random.randint(-10**8, 10**8) * mp.pi / 2)]
inside = [signed(log_uniform(-200, 0)), uniform(-1, 1), lambda: 1 - 10 ** random.uniform(-15, 0),
          lambda: 10 ** random.uniform(-15, 0) - 1]
positive = [log_uniform(-306, 308), near(1, -15, -1), uniform(0.1, 10)]
everywhere = [signed(log_uniform(-200, 308)), signed(log_uniform(-3, 3))]
exponents = odd[:1] + [uniform(-700, 700), uniform(-1, 1)]
steps = [uniform(-5, 5), lambda: random.randint(-5, 5) / 2, signed(log_uniform(-5, 25))]

unary = {
    "exp": (mp.exp, exponents),
    "exp2": (lambda x: mp.power(2, x), odd[:1] + [uniform(-1000, 1000), uniform(-1, 1)]),
    "expm1": (mp.expm1, exponents),
    "ln": (mp.ln, positive),
    "log2": (lambda x: mp.ln(x) / mp.ln(2), positive),
    "log10": (mp.log10, positive),
    "ln_1p": (mp.log1p, [signed(log_uniform(-200, -0.01)), log_uniform(-1, 308), lambda: 10 ** random.uniform(-15, 0) - 1]),
    "sqrt": (mp.sqrt, positive),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), [signed(log_uniform(-300, 308))]),
    "sin": (mp.sin, circle),
    "cos": (mp.cos, circle),
    "tan": (mp.tan, circle),
    "asin": (mp.asin, inside),
    "acos": (mp.acos, inside),
    "atan": (mp.atan, everywhere),
    "sinh": (mp.sinh, odd + [uniform(-709, 709)]),
    "cosh": (mp.cosh, odd + [uniform(-709, 709)]),
    "tanh": (mp.tanh, everywhere),
    "asinh": (mp.asinh, everywhere),
    "acosh": (mp.acosh, [lambda: 1 + 10 ** random.uniform(-15, 1), log_uniform(0, 308)]),
    "atanh": (mp.atanh, inside),
    "erf": (mp.erf, odd[:1] + [uniform(-7, 7), uniform(-2.1, 2.1)]),
    "erfc": (mp.erfc, odd[:1] + [uniform(-3, 25), uniform(1.5, 3)]),
    "floor": (mp.floor, steps),
    "ceil": (mp.ceil, steps),
    "round": (lambda x: mp.sign(x) * mp.floor(abs(x) + mpf(1) / 2), steps),
}
binary = {
    "pow": (mp.power, [(log_uniform(-10, 10), uniform(-25, 25)), (near(1, -15, -1), signed(log_uniform(0, 3))),
                       (uniform(-9, 9), lambda: random.randint(-20, 20))]),
    "atan2": (mp.atan2, [(signed(log_uniform(-100, 100)),) * 2, (uniform(-1, 1),) * 2]),
    "hypot": (mp.hypot, [(signed(log_uniform(-250, 307)),) * 2, (uniform(-1, 1),) * 2]),
    "add": (mp.fadd, [(signed(log_uniform(-15, 15)),) * 2, (uniform(-1, 1),) * 2]),
    "mul": (mp.fmul, [(signed(log_uniform(-120, 150)),) * 2]),
    "div": (mp.fdiv, [(signed(log_uniform(-120, 150)),) * 2]),
}


def double_double(x):
    """x with a second part in half of the cases; integers stay integers."""
    x = float(x)
    lo = random.uniform(-0.5, 0.5) * x * 2.0**-53 if random.random() < 0.5 and not x.is_integer() else 0.0
    return pair(mpf(x) + mpf(lo))


def rows(name, f, kinds, count):
    for i in range(count):
        kind = kinds[i % len(kinds)]
        kind = kind if isinstance(kind, tuple) else (kind,)
        args = [double_double(k()) for k in kind]
        if name == "pow" and args[0][0] < 0:
            args[1] = (float(round(args[1][0])), 0.0)
        value = f(*(mpf(hi) + mpf(lo) for hi, lo in args))
        result = pair(value)
        if 1e-290 < abs(result[0]) < 1e308 or value == 0:
            yield ",".join([name, text(args[0]), text(args[1]) if len(args) > 1 else ",", text(result)])


print("function,x.hi,x.lo,y.hi,y.lo,value.hi,value.lo")
for name, (f, kinds) in {**unary, **binary}.items():
    for row in rows(name, f, kinds, 48):
        print(row)
