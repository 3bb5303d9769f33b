#!/usr/bin/env python3
"""Makes the tables of numbers in src/real/special, and compares them with what is written there; needs mpmath.

    python3 coefficients.py           # a line for every constant and for every bound; exit status 1 if anything differs
    python3 coefficients.py bessel.rs # the numbers made for the constants of this file

Every number is computed with 60 digits or more, and has to be bit for bit the number in the source. A polynomial interpolates
its function in Chebyshev points; the error of the coefficients in the source is sampled, and may not exceed the figure in the constant's comment. Nor
may what a series leaves out exceed the figure that a comment states. A constant of the sources that is not listed here is an error.
"""
import re, sys
from fractions import Fraction
from pathlib import Path
import mpmath as mp

mp.mp.dps = 60
mpf = mp.mpf
SOURCES = Path(__file__).resolve().parents[2] / "src" / "real" / "special"


# The sources.


def comments(text):
    """The comments of a source as one line."""
    return " ".join(re.sub(r"^\s*//[/!]?\s*", "", line) for line in text.splitlines() if line.lstrip().startswith("//"))


def figures(text):
    """The log2 of the figures in a text that look like 2⁻⁵⁷·⁸, 10⁻³⁰ or 1.4 · 10⁻⁸."""
    found = re.findall(r"(?:([\d.]+) · )?\b(2|10)(⁻[⁰¹²³⁴⁵⁶⁷⁸⁹·]*[⁰¹²³⁴⁵⁶⁷⁸⁹])", text)
    ascii_of = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹·", "-0123456789.")
    return [mp.log(mpf(factor or 1), 2) + mpf(power.translate(ascii_of)) * mp.log(int(base), 2) for factor, base, power in found]


def end_of(text, start, ends):
    """Where one of the characters stands outside of all brackets."""
    depth = 0
    for i in range(start, len(text)):
        if depth == 0 and text[i] in ends:
            return i
        depth += (text[i] in "([{") - (text[i] in ")]}")
    raise ValueError(f"no end of {text[start:start + 60]}")


def numbers(rust, names):
    """The numbers of an initialiser in their order, or None if it is more than brackets, names of constants and arithmetic."""
    rust = re.sub(r"\bas f64\b|(?<=\d)[iu]\d+\b|\b(std::)?f64::consts::", "", rust)
    rust = re.sub(r"\b[A-Z]\w*\s*\{", "{", re.sub(r"\b\w+\s*:(?!:)", "", rust))
    try:
        value = eval(" ".join(rust.replace("{", "[").replace("}", "]").split()), {"__builtins__": {}}, names)
    except (SyntaxError, NameError):
        return None
    return list(flat(value))


def flat(value):
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from flat(part)
    else:
        yield value


def constants(text):
    """The name, the numbers and the comments (those before it and in it) of every constant in a source."""
    code = re.sub(r"//.*", lambda comment: " " * len(comment.group()), text)
    names = {"PI": mp.pi, "FRAC_1_PI": 1 / mp.pi, "FRAC_1_SQRT_2": mp.sqrt(0.5), "FRAC_2_SQRT_PI": 2 / mp.sqrt(mp.pi), "SQRT_2": mp.sqrt(2)}
    names = {name: float(value) for name, value in names.items()}
    for start in re.finditer(r"\b(?:const|static) ([A-Z][A-Z0-9_]*)\s*:", code):
        equals = end_of(code, start.end(), "=")
        end = end_of(code, equals, ";")
        values = numbers(code[equals + 1:end], names)
        if values and len(values) == 1:
            names[start.group(1)] = values[0]
        before = re.search(r"(?:^[ \t]*(?://|#\[).*\n)*[^\n]*\Z", text[:start.start()], re.MULTILINE).group()
        yield start.group(1), values, comments(before + text[start.start():end])


# Numbers.


def pair(value):
    """A number as a sum of two f64."""
    return [float(value), float(value - mpf(float(value)))]


def pairs(values):
    return [part for value in values for part in pair(value)]


def floats(values):
    return [float(value) for value in values]


def bernoulli(k):
    """B₂ₖ."""
    return mp.bernoulli(2 * k)


def stirling_term(k):
    """The coefficients of Stirling's series for ln Γ, DLMF 5.11.1."""
    return bernoulli(k) / (2 * k * (2 * k - 1))


def sinc_term(k):
    """Of Taylor's series of sin(πr)/(πr) by r²."""
    return (-1) ** k * mp.pi ** (2 * k) / mp.factorial(2 * k + 1)


def ln_2():
    """Its first 40 bits and the rest."""
    high = mp.floor(mp.log(2) * 2 ** 40) / 2 ** 40
    return floats([high, mp.log(2) - high])


def reciprocal(i):
    """128/i rounded to a multiple of 2⁻¹¹."""
    return mp.nint(mpf(128) / i * 2048) / 2048


def logarithms():
    rows = []
    for i in range(90, 182):
        value = -mp.log(reciprocal(i))
        high = mp.nint(value * 2 ** 40) / 2 ** 40
        rows += floats([reciprocal(i), high, value - high])
    return rows


def temme():
    """Taylor's coefficients of η/μ by η, where ½η² = μ − ln(1 + μ): of μ by μ μ′ = η (1 + μ), and then of the quotient."""
    count = 36
    mu = [Fraction(0), Fraction(1)]
    for n in range(2, count + 1):
        known = sum(k * mu[n + 1 - k] * mu[k] for k in range(2, n))
        mu.append((mu[n - 1] - known) / (n + 1))
    alpha = [Fraction(1)]
    for n in range(1, count):
        alpha.append(-sum(mu[k + 1] * alpha[n - k] for k in range(1, n + 1)))
    return floats(alpha)


# The repeated integrals of erfc.

ORDERS, TERMS, LAST = 9, 20, 28


def family(x, last):
    """e^(x²) iⁿerfc(x) for the orders from −1 to the last by DLMF 7.18.7, forwards, which cancels up to 3 digits an order."""
    with mp.workdps(mp.mp.dps + 3 * last):
        f = [2 / mp.sqrt(mp.pi), mp.exp(x * x) * mp.erfc(x)]
        for k in range(1, last + 1):
            f.append((f[-2] - 2 * x * f[-1]) / (2 * k))
    return [+value for value in f]


def rows():
    """The centers of the rows and half their widths."""
    up = [(2 ** octave * (1 + mpf(2 * i + 1) / 16) - mpf(17) / 16, mpf(2) ** octave / 16) for octave in range(4) for i in range(8)]
    return up + [(-center, half) for center, half in up[1:8]]


def ratios():
    """fₙ₊₁/fₙ at the centers for the last n."""
    return pairs(f[-1] / f[-2] for f in (family(center, LAST + 1) for center, _ in rows()))


# Polynomials.


def fit(f, interval, count):
    """The coefficients, lowest first, of the polynomial that interpolates in the Chebyshev points."""
    return mp.chebyfit(f, interval, count)[::-1]


def polynomial(coefficients, x):
    return mp.polyval([mpf(c) for c in reversed(coefficients)], x)


def samples(a, b):
    """Points of the interval, never its middle, where what a function is divided by may be 0."""
    return [a + (b - a) * (mpf(k) / 200 + mpf(10) ** -9) for k in range(200)] + [b]


class Fit:
    """A polynomial in f64 for a function on an interval, and its error after a given weight."""

    def __init__(self, f, interval, count, weight=lambda x, value: 1):
        self.f, self.interval, self.count, self.weight = f, [mpf(end) for end in interval], count, weight

    def numbers(self):
        return floats(fit(self.f, self.interval, self.count))

    def errors(self, source):
        values = ((x, self.f(x)) for x in samples(*self.interval))
        return [max(abs((polynomial(source, x) - value) * self.weight(x, value)) for x, value in values)]


class Piece:
    """f about a center, f(c) + f′(c) t + t² p(t), where p is a polynomial of degree 15; its error is relative to f."""

    def __init__(self, f, slope, second, center, interval):
        self.f, self.center, self.interval = f, mpf(float(center)), interval
        self.value, self.slope = (self.at(f), self.at(slope))
        self.limit = second(self.center) / 2

    def at(self, f):
        value = f(self.center)
        return value if abs(value) > mpf(10) ** -40 else mpf(0)  # ln Γ at 1 and 2

    def rest(self, t):
        return (self.f(self.center + t) - self.value - self.slope * t) / t ** 2 if abs(t) > mpf(10) ** -15 else self.limit

    def numbers(self):
        ends = [end - self.center for end in self.interval]
        return [float(self.center)] + pairs([self.value, self.slope]) + floats(fit(self.rest, ends, 16))

    def errors(self, source):
        ends = [end - self.center for end in self.interval]
        return [max(abs((polynomial(source[5:], t) - self.rest(t)) * t * t / self.f(self.center + t)) for t in samples(*ends))]


class Scaled:
    """√x e⁻ˣ Iₙ(x) by t = 1/x from 0 to 1/12: three coefficients as pairs, twenty as f64."""

    def __init__(self, n):
        self.n, self.interval = n, [0, mpf(1) / 12]

    def f(self, t):
        if t > mpf(1) / 400:
            return mp.besseli(self.n, 1 / t) * mp.exp(-1 / t) / mp.sqrt(t)
        total = term = mpf(1)  # DLMF 10.40.1
        k = 0
        while abs(term) > mpf(10) ** -50:
            k += 1
            term *= -(4 * self.n ** 2 - (2 * k - 1) ** 2) * t / (8 * k)
            total += term
        return total / mp.sqrt(2 * mp.pi)

    def numbers(self):
        coefficients = fit(self.f, self.interval, 23)
        return pairs(coefficients[:3]) + floats(coefficients[3:])

    def errors(self, source):
        """That of the interpolation, and with the rounding of the coefficients, which is larger."""
        rounded = [mpf(source[2 * k]) + mpf(source[2 * k + 1]) for k in range(3)] + source[6:]
        values = [(t, self.f(t)) for t in samples(*self.interval)]
        return [max(abs(polynomial(c, t) - value) for t, value in values) for c in (fit(self.f, self.interval, 23), rounded)]


class Several:
    """Fits of which a constant has one after the other."""

    def __init__(self, fits):
        self.fits = fits

    def numbers(self):
        return [number for one in self.fits for number in one.numbers()]

    def errors(self, source):
        size = len(source) // len(self.fits)
        return [error for k, one in enumerate(self.fits) for error in one.errors(source[k * size:(k + 1) * size])]


def pieces_of_lgamma():
    cells = [(mpf(4 + k) / 4, [mpf(7 + 2 * k) / 8, mpf(9 + 2 * k) / 8]) for k in range(6)]
    cells += [(2.625, [2.375, 2.875]), (3.1875, [2.875, 3.5]), (4.5, [3.5, 5.5]), (6.875, [5.5, 8.25])]
    return Several([Piece(mp.loggamma, lambda x: mp.psi(0, x), lambda x: mp.psi(1, x), *cell) for cell in cells])


def pieces_of_digamma():
    zero = mp.findroot(lambda x: mp.psi(0, x), mpf("1.4616"))
    cells = [(1.125, [1, 1.25]), (zero, [1.25, 1.75]), (2, [1.75, 2.25]), (2.625, [2.25, 3])]
    cells += [(3.625, [3, 4.25]), (5.125, [4.25, 6]), (7.125, [6, 8.25])]
    return Several([Piece(*[lambda x, n=n: mp.psi(n, x) for n in range(3)], *cell) for cell in cells])


def stirling(v):
    """q in ln Γ(x) = (x − ½) ln x − x + ½ ln 2π + u (1/12 + v q(v)), u = 1/x, v = u²."""
    if v < mpf(10) ** -5:
        return mp.fsum(stirling_term(k) * v ** (k - 2) for k in range(2, 9))
    x = 1 / mp.sqrt(v)
    return ((mp.loggamma(x) - (x - mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2) * x - mpf(1) / 12) / v


def digamma_tail(v):
    """q in ψ(x) = ln x − 1/(2x) − v (1/12 + v q(v)), v = 1/x²."""
    if v < mpf(10) ** -5:
        return mp.fsum(bernoulli(k) / (2 * k) * v ** (k - 2) for k in range(2, 9))
    x = 1 / mp.sqrt(v)
    return ((mp.log(x) - 1 / (2 * x) - mp.psi(0, x)) / v - mpf(1) / 12) / v


def cot_rest(s):
    """What 1/r − π cot πr = r (2 ζ(2) + 2 ζ(4) s + ⋯), s = r², has from 2 ζ(12) s⁵ on, over r s⁵."""
    if s < mpf(10) ** -4:
        return mp.fsum(2 * mp.zeta(2 * k) * s ** (k - 6) for k in range(6, 25))
    r = mp.sqrt(s)
    return ((1 / r - mp.pi * mp.cot(mp.pi * r)) / r - mp.fsum(2 * mp.zeta(2 * k) * s ** (k - 1) for k in range(1, 6))) / s ** 5


def inverse_erfc(s):
    """The a with −ln erfc(a) = s: from √s, which is too large, Newton's steps on a convex function fall to it."""
    a = mp.sqrt(s)
    for _ in range(12):
        a += (s + mp.log(mp.erfc(a))) * mp.erfc(a) / (2 / mp.sqrt(mp.pi) * mp.exp(-a * a))
    return a


def relative(x, value):
    return 1 / value


def guesses_of_erfc():
    """a w by w = 1/√(−ln erfc a), on the intervals of 1/w given."""
    ends = [("0.832", "2.5"), ("2.5", "8"), ("8", "27.3")]
    return Several([Fit(lambda w: inverse_erfc(1 / w ** 2) * w, [1 / mpf(b), 1 / mpf(a)], 7, relative) for a, b in ends])


# What is known of the constants, by their files.


def known():
    """Numbers or fits for the constants; None for what is a choice (sizes, limits), or is computed by Rust from the others."""
    pi, root, third = mp.pi, mp.sqrt, mpf(1) / 3
    by_v = lambda v, _: v
    normal_choices = "ORDERS TERMS LAST LOWEST SHIFT ROWS_UP ROWS TABLE BINOMIALS EMPTY EXPONENT SERIES END"
    return {
        "bessel.rs": {
            "LARGEST_ORDER": None,
            "TINY": [2.0 ** -28],
            "HUGE": [2.0 ** 64],
            "SCALED_0": Scaled(0),
            "SCALED_1": Scaled(1),
            "INVERSE_PI": pair(1 / pi),
            "E_64": pair(mp.exp(64)),
        },
        "differences.rs": {
            "ZETA_3": floats([mp.zeta(3)]),
            "COEFFICIENTS": floats(bernoulli(k) / (2 * k) for k in range(1, 9)),
        },
        "gamma.rs": {
            "LGAMMA_PIECES": pieces_of_lgamma(),
            "DIGAMMA_PIECES": pieces_of_digamma(),
            "STIRLING": Fit(stirling, [0, mpf(1) / 64], 8, by_v),
            "DIGAMMA_TAIL": Fit(digamma_tail, [0, mpf(1) / 64], 8, by_v),
            "COT_REST": Fit(cot_rest, [0, mpf(1) / 4], 14),
            "TWO_ZETA": pairs(2 * mp.zeta(2 * k) for k in range(1, 6)),
            "SINC": pairs(sinc_term(k) for k in range(1, 4)),
            "SINC_REST": floats(sinc_term(k) for k in range(4, 14)),
        },
        "incomplete/beta.rs": {
            "LARGEST": [2.0 ** 400],
            "LARGE": None,
            "ZETA_3": floats([mp.zeta(3)]),
            "EULER": pair(mp.euler),
        },
        "incomplete/gamma.rs": {"STEP": [2.0 ** 120]},
        "incomplete/sums.rs": {"SMALL": None},
        "incomplete/temme.rs": {"TEMME": None, "TERMS": None, "ALPHA": temme()},
        "logarithm.rs": {
            "LN_2": ln_2(),
            "THIRD": pair(third),
            "FIFTH": pair(mpf(1) / 5),
            "SEVENTH": pair(mpf(1) / 7),
            "NINTH": pair(mpf(1) / 9),
            "TABLE": logarithms(),
        },
        "normal.rs": dict.fromkeys(normal_choices.split()) | {
            "TWO_OVER_SQRT_PI": pair(2 / root(pi)),
            "HALF_SQRT_PI": pair(root(pi) / 2),
            "SQRT_HALF": pair(root(mpf(1) / 2)),
            "SQRT_2": pair(root(2)),
            "RATIOS": ratios(),
            "GUESS": Fit(lambda q: mp.erfinv(root(q)) / root(q), [mpf(10) ** -20, mpf(1) / 4], 6, relative),
            "GUESSES": guesses_of_erfc(),
        },
        "powers.rs": {
            "HALF_LN_TWO_PI": pair(mp.log(2 * pi) / 2),
            "BERNOULLI": floats(bernoulli(k) / mp.factorial(2 * k) for k in range(1, 15)),
        },
        "sinc.rs": {"PI": pair(pi)},
        "slopes.rs": {
            "HALF_SQRT_PI": pair(root(pi) / 2),
            "SQRT_TAU": pair(root(2 * pi)),
            "HALF_SQRT_TAU": pair(root(pi / 2)),
            "SQRT_HALF_REST": pair(root(mpf(1) / 2))[1:],
            "SHIFT": None,
            "NEAR": pair(1 / root(2 * pi)),
            "FAR": pair(mpf(2) ** 64 * mp.exp(-64) / root(2 * pi)),
            "FAR_LEFT": None,
        },
        "stirling.rs": {
            "START": None,
            "TWELFTH": pair(stirling_term(1)),
            "SECOND": pair(stirling_term(2)),
            "THIRD": pair(stirling_term(3)),
            "OTHERS": floats(stirling_term(k) for k in range(4, 16)),
        },
    }


# Bounds that comments state.


def rest_of_taylor():
    """What the series of fₙ about a center leaves at the ends of the row, relatively."""
    worst = mpf(0)
    for center, half in rows():
        f = family(center, LAST)[1:]
        for d in (-half, half):
            there = family(center + d, ORDERS)[1:]
            for n in range(ORDERS):
                total = mp.fsum(mp.binomial(n + k, k) * (-2 * d) ** k * f[n + k] for k in range(TERMS + 1))
                worst = max(worst, abs(total / there[n] - 1))
    return worst


def error_of_rows():
    """Of the values at the centers, which are computed downwards from the ratios, with 106 bits."""
    worst = mpf(0)
    for center, _ in rows():
        f = family(center, LAST + 1)[1:]
        with mp.workprec(106):
            above, this = mp.fsum(map(mpf, pair(f[-1] / f[-2]))), mpf(1)
            g = [this]
            for n in range(LAST, -1, -1):
                above, this = this, (2 * n + 2) * above + 2 * center * this
                g.insert(0, this)
            scale = 2 / mp.sqrt(mp.pi) / g[0]
        worst = max(worst, max(abs(g[n + 1] * scale / f[n] - 1) for n in range(LAST + 1)))
    return worst


def rest_of_asymptotic():
    """The first term that is left out, which is larger than all that is."""
    x = mpf("14.9")
    return max(mp.fprod(mpf((2 * k + n + 1) * (2 * k + n + 2)) / ((k + 1) * 4 * x * x) for k in range(11 + n)) for n in range(ORDERS))


def rest_of_erf():
    return mpf("0.2276") ** 13 / (mp.factorial(13) * 27)


def rest_of_sinc():
    return abs(sinc_term(14)) / mpf(4) ** 14 / (2 / mp.pi)


def bracket_term(s, k, a):
    """B₂ₖ/(2k)! (s − 1) s ⋯ (s + 2k − 2)/a²ᵏ."""
    return abs(bernoulli(k)) / mp.factorial(2 * k) * mp.rf(s - 1, 2 * k) / a ** (2 * k)


def rest_of_hurwitz():
    return max(bracket_term(s, 15, 8 + mpf(8) / 10 * s) for s in range(2, 24))


def rest_of_stirling():
    return abs(stirling_term(16)) / mpf(16) ** 31


def rest_of_derivatives():
    """B₂ₖ/(2k)! (n + 2k − 2)!/zⁿ⁺²ᵏ⁻¹ over the first of these terms."""
    term = lambda n, k: abs(bernoulli(k)) / mp.factorial(2 * k) * mp.factorial(n + 2 * k - 2) / mpf(16 + n) ** (n + 2 * k - 1)
    return max(term(n, 15) / term(n, 1) for n in range(1, 9))


def rest_of_bessel():
    """What the power series leaves of J, where x²/4 ≤ n + 1, and of I, where it is up to 36, over the sum."""
    worst = mpf(0)
    for n in range(2, 7):
        for sign, z in [(1, 1), (1, 9), (1, 36), (-1, 1), (-1, n + 1)]:
            term = [mpf(sign * z) ** k / (mp.factorial(k) * mp.rf(n + 1, k)) for k in range(80)]
            count = 12 if z <= 1 else 19 if z <= 9 else 26
            worst = max(worst, abs(mp.fsum(term[count + 1:]) / mp.fsum(term)))
    return worst


def largest_r():
    """mc − 1 for the m that belong to a row of the logarithms: those nearest to i/128, from 90.5/128 on and below 181/128."""
    ends = lambda i: (max(i - mpf(1) / 2, mpf(181) / 2) / 128, min(i + mpf(1) / 2, mpf(181)) / 128)
    return max(abs(m * reciprocal(i) - 1) for i in range(90, 182) for m in ends(i))


BOUNDS = [  # the file, the words before the figure, and what it bounds
    ("bessel.rs", "The terms left out are below", rest_of_bessel),
    ("gamma.rs", "the first one left out is below", rest_of_sinc),
    ("gamma.rs", "The first term left out of the 14 is below", rest_of_hurwitz),
    ("logarithm.rs", "r = mc − 1 is exact and |r| <", largest_r),
    ("normal.rs", "what they leave is below", rest_of_taylor),
    ("normal.rs", "for the others the error is", error_of_rows),
    ("normal.rs", "From 14.9 on 10 + n terms leave", rest_of_asymptotic),
    ("normal.rs", "the rest is below", rest_of_erf),
    ("stirling.rs", "the first one left out is below", rest_of_stirling),
    ("stirling.rs", "The first term left out is below", rest_of_derivatives),
]


# The comparison.


def difference(made, found):
    """In words, or "same"."""
    if found is None:
        return "NOT NUMBERS"
    if len(made) != len(found):
        return f"{len(made)} MADE"
    wrong = [i for i, (a, b) in enumerate(zip(made, found)) if float(a).hex() != float(b).hex()]
    if not wrong:
        return "same"
    i = wrong[0]
    return f"{len(wrong)} DIFFER, number {i} is {found[i]!r}, not {made[i]!r}"


def power(log):
    return f"2^{float(log):.1f}"


def held(error, bound):
    """Whether an error is within a bound that may have been rounded to a tenth of a power of two."""
    return error <= bound + 0.05


def report(file, name, entry, found, comment):
    """Prints the line of a constant; whether all is well."""
    is_fit = not isinstance(entry, list)
    verdict = difference(entry.numbers() if is_fit else entry, found)
    well = verdict == "same"
    if is_fit and well:
        errors, stated = [mp.log(error, 2) for error in entry.errors(found)], figures(comment)
        well = len(errors) == len(stated) and all(map(held, errors, stated))
        verdict += f", error {' '.join(map(power, errors))}, " + ("as stated" if well else f"STATED {' '.join(map(power, stated))}")
    print(f"{file:20} {name:17} {len(found or []):4}  {verdict}")
    return well


def compare_file(file, text, entries):
    """Whether a source has these constants and no others."""
    well = True
    for name, found, comment in constants(text):
        if name not in entries:
            print(f"{file:20} {name:17}       UNKNOWN")
            well = False
        elif (entry := entries.pop(name)) is not None:
            well &= report(file, name, entry, found, comment)
    for name in entries:
        print(f"{file:20} {name:17}       MISSING")
    return well and not entries


def check_bound(file, text, words, bounded):
    """Whether the figure that follows these words in a comment bounds the number."""
    stated, error = figures(comments(text).partition(words + " ")[2][:20])[:1], mp.log(bounded(), 2)
    well = bool(stated) and held(error, stated[0])
    print(f"{file:20} {words} {power(stated[0]) if stated else '?'}: {power(error)}, {'held' if well else 'NOT HELD'}")
    return well


def compare():
    """Whether all constants of the sources are as they are made, and what the comments state is so."""
    entries = known()
    texts = {path.relative_to(SOURCES).as_posix(): path.read_text(encoding="utf-8") for path in sorted(SOURCES.rglob("*.rs"))}
    of_files = [compare_file(file, texts.get(file, ""), dict(entries.get(file, {}))) for file in sorted(texts | entries)]
    of_bounds = [check_bound(file, texts.get(file, ""), words, bounded) for file, words, bounded in BOUNDS]
    well = all(of_files + of_bounds)
    rest = sum(entry is None for one in entries.values() for entry in one.values())
    print(f"{'all is well' if well else 'NOT ALL IS WELL'}; the other {rest} constants are sizes and limits, or computed by Rust")
    return well


def show(file):
    for name, entry in known()[file].items():
        if entry is not None:
            print(name, *(entry if isinstance(entry, list) else entry.numbers()), sep="\n    ")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        show(sys.argv[1])
    else:
        sys.exit(0 if compare() else 1)
