#!/usr/bin/env python3
"""Reference values for the vector functions, each the exact value rounded to f64; needs mpmath.

    python3 golden_vectors.py > golden_vectors.csv

Columns: function, its parameter max or nothing, n, the n arguments, the n results, the Jacobian row by row (a row for each result). Every number
is a C99 hex float ("inf", "-inf", "nan" as such), or a small integer. The formulas of the results and of the Jacobians are evaluated with 1500 digits.
"""
import random
import mpmath as mp
from golden import number, short, to_f64

mp.mp.dps = 1500
mpf = mp.mpf


def delta(i, j):
    return int(i == j)


def softmax(x):
    top = max(x)
    e = [mp.exp(t - top) for t in x]
    p = [t / sum(e) for t in e]
    # 1 - p as the sum of the others, which is exact where p is nearly 1
    rest = [sum(q for j, q in enumerate(p) if j != i) for i in range(len(p))]
    return p, [[p[i] * (rest[i] if i == j else -p[j]) for j in range(len(x))] for i in range(len(x))]


def log_softmax(x):
    p, _ = softmax(x)
    n, top = range(len(x)), x.index(max(x))
    tail = mp.log1p(sum(mp.exp(x[j] - x[top]) for j in n if j != top))
    y = [-tail if i == top else x[i] - x[top] - tail for i in n]
    rest = [sum(q for j, q in enumerate(p) if j != i) for i in n]
    return y, [[rest[i] if i == j else -p[j] for j in n] for i in n]


def logcumsumexp(x):
    y, rows = [], []
    for i in range(len(x)):
        top = max(x[:i + 1])
        rest = sum(mp.exp(t - top) for t in x[:i + 1]) - 1
        y.append(top + mp.log1p(rest))
        rows.append([mp.exp(x[j] - top) / (1 + rest) if j <= i else 0 for j in range(len(x))])
    return y, rows


def cumsum(x):
    n = range(len(x))
    return [sum(x[:i + 1]) for i in n], [[int(j <= i) for j in n] for i in n]


def cumprod(x):
    n = range(len(x))
    product = lambda factors: mp.fprod(factors) if factors else mpf(1)
    return ([product(x[:i + 1]) for i in n],
            [[product(x[:j] + x[j + 1:i + 1]) if j <= i else mpf(0) for j in n] for i in n])


def normalize(x):
    n, norm = range(len(x)), mp.sqrt(sum(t * t for t in x))
    y = [t / norm for t in x]
    return y, [[(sum(y[k] ** 2 for k in n if k != i) if i == j else -y[i] * y[j]) / norm for j in n] for i in n]


def clip_by_norm(x, most):
    n, norm = range(len(x)), mp.sqrt(sum(t * t for t in x))
    if norm <= most:
        return x, [[delta(i, j) for j in n] for i in n]
    y, rows = normalize(x)
    return [t * most for t in y], [[t * most for t in row] for row in rows]


def products_are_normal(x):
    products = [mpf(1)]
    for factor in x:
        products += [p * factor for p in products]
    return all(p == 0 or mpf(10) ** -300 < abs(p) < mpf(10) ** 300 for p in products)


def logits(rng):
    return rng.choice((rng.uniform(-6, 6), rng.uniform(-700, 700), rng.gauss(0, 1), 10 ** rng.uniform(-12, 2)))


FUNCTIONS = [(f, logits) for f in (softmax, log_softmax, logcumsumexp)] + [
    (f, number) for f in (cumsum, cumprod, normalize, clip_by_norm)]


def main():
    print("function,max,n,the n arguments,the n results,the Jacobian row by row")
    for f, draw in FUNCTIONS:
        rng = random.Random(f"1/{f.__name__}")
        for row in range(120):
            n = rng.choice((1, 2, 2, 3, 4, 6)) if row else 30
            while True:
                x = [draw(rng) for _ in range(n)] if n < 30 else [rng.choice((-1, 1)) * rng.uniform(0.5, 2) for _ in range(n)]
                if n > 1 and rng.randrange(4) == 0:
                    x[1] = x[0] if rng.randrange(2) else x[0] * (1 + 10 ** rng.uniform(-16, 0))
                exact = [mpf(t) for t in x]
                if f is cumprod and n < 30 and not products_are_normal(exact):
                    continue
                if any(exact) or f not in (normalize, clip_by_norm):
                    break
            most = mpf(float(mp.sqrt(sum(t * t for t in exact)) * rng.choice((0.25, 0.9, 1.5)))) if f is clip_by_norm else None
            y, rows = f(exact, most) if f is clip_by_norm else f(exact)
            numbers = x + [to_f64(mpf(v)) for v in y] + [to_f64(mpf(v)) for r in rows for v in r]
            print(",".join([f.__name__, "" if most is None else short(float(most)), str(n)] + [short(v) for v in numbers]))


if __name__ == "__main__":
    main()
