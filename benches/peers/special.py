#!/usr/bin/env python3
"""How exact the special functions of PyTorch, JAX, TensorFlow and Stan are in f64: value, slope and second derivative at the points of the golden files.

    pip install torch jax tensorflow-cpu tensorflow-probability tf-keras
    pip install --no-deps httpstan    (for its copy of Stan's headers; g++ takes a minute for them)
    python3 benches/peers/special.py [--details] [--peers PyTorch,JAX] [--ops lgamma,sinc] [golden file ...]

It is run in the folder of the repository; without files it takes those of tests/data. What is not installed is left out. Every derivative is the peer's
own: reverse mode twice, in JAX forward mode where that fails, in Stan forward over reverse mode.

A cell has the worst errors of value, slope and second derivative in ULP, over all rows of an op and all its orders and arguments. In parentheses, if that
is less, is the fair error: next to zeros it is in units of 2⁻⁵³ times the next derivative (and times |x| where that is below 1; if the file has no third
derivative, the slope stands for it), and numbers below 2⁻¹⁰²² are left out, as arguments and as errors, since JAX and TensorFlow take them for 0.
"NaN" and "inf" are results where the exact number is finite or, inf, the reverse; what raises an exception is NaN. "none" is a function or a derivative
that the peer does not have. --details adds where the worst fair errors are, and between which arguments they are above 1000.
"""

import argparse
import collections
import functools
import importlib.util
import math
import os
import pathlib
import subprocess
import tempfile

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np

FILES = ["golden_special.csv", "golden_partials.csv", "golden_parameters.csv"]
PARTIALS = ["log1mexp", "log_diff_exp", "xlog1py", "entropy"]  # those ops of golden_partials.csv that count as special functions
LEAST = 2.0 ** -1022
FEW = 1000

# Rows of one op and order: parameters and arguments as columns, the exact value, slopes, upper triangle of second derivatives, and, if known, the third
Group = collections.namedtuple("Group", "op n parameters arguments value slopes seconds third")


# ---- the golden rows


def number(text):
    return float.fromhex(text) if "0x" in text else float(text)


def read_row(columns, fields):
    """Op, order, parameters, arguments and exact numbers of a row."""
    op = fields[0]
    if columns[1] == "parameters":
        parameters = [number(word.split("=")[1]) for word in fields[1].split()]
        return op, None, parameters, [number(word) for word in fields[2].split()], [number(field) for field in fields[3:]]
    if columns[2] == "x":
        return op, int(fields[1]) if fields[1] else None, [], [number(fields[2])], [number(field) for field in fields[3:]]
    end = 2 + int(fields[1])
    return op, None, [], [number(field) for field in fields[2:end]], [number(field) for field in fields[end:]]


def read_groups(files):
    rows = collections.defaultdict(list)
    for path in files:
        lines = path.read_text().splitlines()
        columns = lines[0].split(",")
        for line in lines[1:]:
            op, n, *row = read_row(columns, line.split(","))
            if columns[2] != "the n arguments" or op in PARTIALS:
                rows[op, n].append(row)
    for (op, n), of_group in rows.items():
        parameters, arguments, exact = (np.array(column).T for column in zip(*of_group))
        count = len(arguments)
        triangle = count * (count + 1) // 2
        third = exact[3] if count == 1 and len(exact) == 4 else None
        yield Group(op, n, list(parameters), list(arguments), exact[0], exact[1:1 + count], exact[1 + count:1 + count + triangle], third)


# ---- the peers: each is a name and what gives, for a group, the value, the slopes and the upper triangle of second derivatives; None is what it lacks


def of_torch():
    import torch
    from torch import special as s

    torch.set_num_threads(1)
    functions = {
        "lgamma": s.gammaln,
        "digamma": s.digamma,
        "polygamma": s.polygamma,
        "erfcx": s.erfcx,
        "erfinv": s.erfinv,
        "normal_cdf": s.ndtr,
        "normal_log_cdf": s.log_ndtr,
        "normal_quantile": s.ndtri,
        "sinc": s.sinc,
        "bessel_j0": s.bessel_j0,
        "bessel_j1": s.bessel_j1,
        "bessel_y0": s.bessel_y0,
        "bessel_y1": s.bessel_y1,
        "bessel_i0": s.i0,
        "bessel_i1": s.i1,
        "xlog1py": s.xlog1py,
        "entropy": s.entr,
        "gamma_p": s.gammainc,
        "gamma_q": s.gammaincc,
        "gamma_density": lambda a, x: torch.distributions.Gamma(a, torch.ones_like(a)).log_prob(x).exp(),
        "beta_density": lambda a, b, x: torch.distributions.Beta(a, b).log_prob(x).exp(),
    }

    def gradient(y, x):
        """All zero for an argument that y does not depend on."""
        if not y.requires_grad:
            return [torch.zeros_like(v) for v in x]
        slopes = torch.autograd.grad(y.sum(), x, create_graph=True, allow_unused=True)
        return [torch.zeros_like(v) if slope is None else slope for slope, v in zip(slopes, x)]

    def numbers(f, parameters, arguments):
        x = [torch.tensor(v, requires_grad=True) for v in arguments]
        value = f(*map(torch.tensor, parameters), *x)
        yield value.detach().numpy()
        if not value.requires_grad:
            return
        slopes = gradient(value, x)
        yield [slope.detach().numpy() for slope in slopes]
        yield [second.detach().numpy() for i, slope in enumerate(slopes) for second in gradient(slope, x)[i:]]

    return f"PyTorch {torch.__version__.split('+')[0]}", functions, numbers


def of_jax():
    import jax
    import jax.numpy as jnp
    from jax.scipy import special as s, stats

    jax.config.update("jax_enable_x64", True)
    functions = {
        "lgamma": s.gammaln,
        "digamma": s.digamma,
        "polygamma": s.polygamma,
        "erfcx": s.erfcx,
        "erfinv": s.erfinv,
        "normal_cdf": s.ndtr,
        "normal_log_cdf": s.log_ndtr,
        "normal_quantile": s.ndtri,
        "sinc": jnp.sinc,
        "bessel_j0": lambda x: s.bessel_jn(x, v=0)[0],
        "bessel_j1": lambda x: s.bessel_jn(x, v=1)[1],
        "bessel_j": lambda n, x: s.bessel_jn(x, v=n)[n],
        "bessel_i0": s.i0,
        "bessel_i1": s.i1,
        "log1mexp": lambda x: jax.nn.log1mexp(-x),
        "log_diff_exp": lambda x, y: s.logsumexp(jnp.stack([x, y]), axis=0, b=jnp.array([[1.0], [-1.0]])),
        "xlog1py": s.xlog1py,
        "entropy": s.entr,
        "gamma_p": s.gammainc,
        "gamma_q": s.gammaincc,
        "gamma_density": lambda a, x: stats.gamma.pdf(x, a),
        "beta_i": s.betainc,
        "beta_density": lambda a, b, x: stats.beta.pdf(x, a, b),
        "lbeta": s.betaln,
    }

    def slope(f, i):
        return jax.grad(lambda *x: f(*x).sum(), i)

    def slope_forward(f, i):
        return lambda *x: jax.jvp(f, x, tuple(jnp.full_like(v, float(i == k)) for k, v in enumerate(x)))[1]

    def first_of(calls):
        for k, call in enumerate(calls):
            try:
                return call()
            except Exception:
                if k + 1 == len(calls):
                    raise

    def numbers(f, parameters, arguments):
        x, along = list(map(jnp.array, arguments)), range(len(arguments))
        g = functools.partial(f, *map(jnp.array, parameters))
        both = (slope, slope_forward)
        yield np.asarray(jax.jit(g)(*x))
        yield [np.asarray(first_of([lambda d=d: jax.jit(d(g, i))(*x) for d in both])) for i in along]
        yield [np.asarray(first_of([lambda d=d: jax.jit(d(d(g, i), j))(*x) for d in both])) for i in along for j in along[i:]]

    return f"JAX {jax.__version__}", functions, numbers


def of_tensorflow():
    import tensorflow as tf
    import tensorflow_probability as tfp

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    m, s, p, d = tf.math, tf.math.special, tfp.math, tfp.distributions
    one = tf.constant(1.0, tf.float64)
    normal = d.Normal(one - one, one)
    # I of order n from its scaled one; the factor in two steps, so that it does not overflow before the function does
    bessel_i = lambda n, x: p.bessel_ive(tf.constant(n, tf.float64), x) * tf.exp(abs(x) / 2) * tf.exp(abs(x) / 2)
    functions = {
        "lgamma": m.lgamma,
        "digamma": m.digamma,
        "polygamma": lambda n, x: m.polygamma(tf.constant(n, tf.float64), x),
        "erfcx": p.erfcx,
        "erfinv": m.erfinv,
        "normal_cdf": normal.cdf,
        "normal_log_cdf": normal.log_cdf,
        "normal_quantile": m.ndtri,
        "sinc": tf.experimental.numpy.sinc,
        "bessel_j0": s.bessel_j0,
        "bessel_j1": s.bessel_j1,
        "bessel_y0": s.bessel_y0,
        "bessel_y1": s.bessel_y1,
        "bessel_i0": s.bessel_i0,
        "bessel_i1": s.bessel_i1,
        "bessel_i": bessel_i,
        "log1mexp": p.log1mexp,
        "log_diff_exp": p.log_sub_exp,
        "xlog1py": m.xlog1py,
        "entropy": lambda x: -m.xlogy(x, x),
        "gamma_p": m.igamma,
        "gamma_q": m.igammac,
        "gamma_density": lambda a, x: d.Gamma(a, one).prob(x),
        "beta_i": m.betainc,
        "beta_density": lambda a, b, x: d.Beta(a, b).prob(x),
        "lbeta": p.lbeta,
    }

    def numbers(f, parameters, arguments):
        x = [tf.constant(v) for v in arguments]
        parameters = [tf.constant(v) for v in parameters]
        zero = tf.UnconnectedGradients.ZERO
        yield f(*parameters, *x).numpy()
        with tf.GradientTape(persistent=True) as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                value = f(*parameters, *x)
            slopes = inner.gradient(value, x, unconnected_gradients=zero)
        yield [slope.numpy() for slope in slopes]
        yield [second.numpy() for i, slope in enumerate(slopes) for second in outer.gradient(slope, x, unconnected_gradients=zero)[i:]]

    return f"TensorFlow {tf.__version__} (with Probability {tfp.__version__})", functions, numbers


STAN = r"""
#include <stan/math/mix.hpp>
#include <cstdio>
#include <iostream>
#include <limits>
#include <sstream>
using namespace stan::math;

template <class F> void slopes(const F& f, const Eigen::VectorXd& x) {
  double value;
  Eigen::VectorXd slope;
  gradient(f, x, value, slope);
  std::printf("%a", value);
  for (double s : slope) std::printf(" %a", s);
}
template <class F> void numbers(const F& f, const Eigen::VectorXd& x) {
  double value;
  Eigen::VectorXd slope;
  Eigen::MatrixXd second;
  slopes(f, x);
  hessian(f, x, value, slope, second);
  for (int i = 0; i < x.size(); i++)
    for (int j = i; j < x.size(); j++) std::printf(" %a", second(i, j));
}

int main(int, char** argv) {
  std::string op = argv[1], line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::vector<double> parameters, arguments;
    std::string word;
    for (bool after = false; words >> word;) {
      if (word == "|") after = true;
      else (after ? arguments : parameters).push_back(std::strtod(word.c_str(), nullptr));
    }
    Eigen::VectorXd at = Eigen::Map<Eigen::VectorXd>(arguments.data(), arguments.size());
    double a = parameters.size() > 0 ? parameters[0] : 0, b = parameters.size() > 1 ? parameters[1] : 0;
    int n = a;
    try {
#define OP(name, call) if (op == name) numbers([&](const auto& x) { return eval(call); }, at);
OPS
    } catch (const std::exception&) {
      std::printf(" raises");
    }
    std::puts("");
  }
}
"""


def of_stan():
    spec = importlib.util.find_spec("httpstan")
    if spec is None:
        raise ImportError("No module named 'httpstan'")
    home = pathlib.Path(spec.submodule_search_locations[0])
    include, lib = home / "include", home / "lib"
    major, minor, patch = (line.split()[-1] for line in (include / "stan/math/version.hpp").read_text().splitlines()
                           if line.startswith(("#define STAN_MATH_MAJOR", "#define STAN_MATH_MINOR", "#define STAN_MATH_PATCH")))
    calls = {
        "lgamma": "stan::math::lgamma(x[0])",
        "digamma": "digamma(x[0])",
        "polygamma": "trigamma(x[0])",
        "normal_cdf": "Phi(x[0])",
        "normal_log_cdf": "std_normal_lcdf(x[0])",
        "normal_quantile": "inv_Phi(x[0])",
        "bessel_j0": "bessel_first_kind(0, x[0])",
        "bessel_j1": "bessel_first_kind(1, x[0])",
        "bessel_j": "bessel_first_kind(n, x[0])",
        "bessel_y0": "bessel_second_kind(0, x[0])",
        "bessel_y1": "bessel_second_kind(1, x[0])",
        "bessel_y": "bessel_second_kind(n, x[0])",
        "bessel_i0": "modified_bessel_first_kind(0, x[0])",
        "bessel_i1": "modified_bessel_first_kind(1, x[0])",
        "bessel_i": "modified_bessel_first_kind(n, x[0])",
        "log1mexp": "log1m_exp(x[0])",
        "log_diff_exp": "log_diff_exp(x[0], x[1])",
        "entropy": "-lmultiply(x[0], x[0])",
        "gamma_p": "gamma_p(a, x[0])",
        "gamma_q": "gamma_q(a, x[0])",
        "gamma_density": "exp(gamma_lpdf(x[0], a, 1.0))",
        "beta_i": "inc_beta(a, b, x[0])",
        "beta_density": "exp(beta_lpdf(x[0], a, b))",
        "lbeta": "stan::math::lbeta(x[0], x[1])",
    }
    folder = tempfile.TemporaryDirectory()
    source, program = pathlib.Path(folder.name, "peers.cpp"), pathlib.Path(folder.name, "peers")
    source.write_text(STAN.replace("OPS\n", "".join(f'OP("{op}", {call})\n' for op, call in calls.items())))
    tbb = [f"-L{lib}", "-l:libtbb.so.2", f"-Wl,-rpath,{lib}"]
    subprocess.run(["g++", "-std=c++17", "-O1", "-w", "-D_REENTRANT", f"-I{include}", source, "-o", program, *tbb], check=True)

    def numbers(op, parameters, arguments):
        folder.name  # the program is there as long as this function
        if op == "polygamma" and parameters[0] != 1:
            return
        count = len(arguments[0])
        columns = [np.broadcast_to(column, count) for column in parameters]
        lines = (" ".join([*(float(c[i]).hex() for c in columns), "|", *(float(x[i]).hex() for x in arguments)]) for i in range(count))
        out = subprocess.run([program, op], input="\n".join(lines), capture_output=True, text=True, check=True).stdout
        length = 1 + len(arguments) + len(arguments) * (len(arguments) + 1) // 2
        rows = []
        for line in out.splitlines():
            row = [float.fromhex(word) for word in line.split() if word != "raises"]
            rows.append(row + [math.nan] * (length - len(row)))
        table = np.array(rows).T
        yield table[0]
        yield table[1:1 + len(arguments)]
        yield table[1 + len(arguments):]

    return f"Stan Math {major}.{minor}.{patch}", {op: op for op in calls}, numbers


# ---- the errors


def evaluate(peer, group):
    """Value, slopes and second derivatives; None from what the peer does not have on."""
    _, functions, numbers = peer
    found = []
    if group.op in functions:
        parameters = group.parameters if group.n is None else [group.n]
        try:
            f = functions[group.op]
            if group.n is not None and callable(f):
                f, parameters = functools.partial(f, group.n), []
            for each in numbers(f, parameters, group.arguments):
                found.append(np.atleast_2d(each))
        except Exception as error:
            print(f"<!-- {peer[0]}, {group.op}: {type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''} -->")
    return found + [None] * (3 - len(found))


def errors(got, exact, unit):
    """|got − exact| in ULP of the exact number, and where the unit is larger in that; NaN or infinite where only one of the numbers is."""
    with np.errstate(all="ignore"):
        difference = np.abs(got - exact)
        ulp = np.spacing(np.maximum(np.abs(exact), LEAST))
        raw, fair = difference / ulp, np.where(difference < LEAST, 0, difference / np.maximum(ulp, unit))
    for error in (raw, fair):
        error[(got == exact) | np.isnan(exact)] = 0
        error[np.isinf(got) ^ np.isinf(exact)] = np.inf
        error[np.isinf(got) & np.isinf(exact) & (got != exact)] = np.inf
        error[np.isnan(got) & ~np.isnan(exact)] = np.nan
    return raw, fair


def with_units(group):
    """The exact values, slopes and second derivatives, each with the units of fair errors next to its zeros."""
    near = [np.minimum(np.abs(x), 1) for x in group.arguments]
    count = len(near)
    index = {pair: k for k, pair in enumerate((i, j) for i in range(count) for j in range(i, count))}
    third = np.zeros_like(group.value) if count > 1 else group.slopes[0] if group.third is None else group.third

    def unit(along):
        """Of what has these derivatives by the arguments."""
        with np.errstate(all="ignore"):
            total = sum(r * np.abs(derivative) for r, derivative in zip(near, along)) * 2.0 ** -53
        return np.where(np.isfinite(total), total, 0)

    slopes = [unit([group.seconds[index[min(i, j), max(i, j)]] for j in range(count)]) for i in range(count)]
    return [([group.value], [unit(group.slopes)]), (group.slopes, slopes), (group.seconds, [unit([third])] * len(index))]


class Worst:
    """The worst errors of a derivative of an op by a peer."""

    def __init__(self):
        self.raw = self.fair = -1.0
        self.place = ""
        self.bad = []

    def add(self, group, got, exact, unit):
        raw, fair = errors(got, exact, unit)
        subnormal = functools.reduce(np.logical_or, [(np.abs(x) < LEAST) & (x != 0) for x in group.arguments])
        fair[subnormal] = 0
        self.raw = worse(raw[rank(raw).argmax()], self.raw)
        places = [(group.n, *at) for at in zip(*group.parameters, *group.arguments)]
        i = rank(fair).argmax()
        if worse(fair[i], self.fair) is not self.fair:
            self.fair = fair[i]
            self.place = f"at {' '.join(f'{v:.17g}' for v in places[i] if v is not None)}: {got[i]:.17g} for {exact[i]:.17g}"
        self.bad += [(places[k], fair[k], got[k]) for k in np.flatnonzero(~(fair <= FEW))]

    def __str__(self):
        raw, fair = short(self.raw), short(self.fair)
        return raw if raw == fair or self.raw < 8 else f"{raw} ({fair})"

    def where(self):
        """Between which arguments the results are off, by what they are."""
        kinds = collections.defaultdict(list)
        for at, error, got in self.bad:
            kinds["NaN" if math.isnan(got) else "inf" if math.isinf(error) else "0" if got == 0 else "off"].append((at[-1], error))
        parts = []
        for kind, bad in kinds.items():
            for side in ([x for x in bad if x[0] < 0], [x for x in bad if x[0] >= 0]):
                if side:
                    low, high = min(side)[0], max(side)[0]
                    most = f" up to {short(max(e for _, e in side))}" if kind == "off" else ""
                    parts.append(f"{len(side)} {kind}{most} for {low:.4g} .. {high:.4g}")
        return "; ".join(parts)


def rank(errors):
    """To sort by: NaN is the worst."""
    return np.where(np.isnan(errors), np.inf, np.where(np.isinf(errors), np.finfo(float).max, errors))


def worse(a, b):
    return a if rank(a) > rank(b) else b


def short(error):
    if math.isnan(error):
        return "NaN"
    if math.isinf(error):
        return "inf"
    if error < 1000:
        return f"{error:.1f}".removesuffix(".0") if error < 10 else f"{error:.0f}"
    return "10" + str(round(math.log10(error))).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def measure(peer, groups):
    """For each op the worst errors of value, slope and second derivative, of those orders that the peer has; and these orders if they are not all."""
    table = collections.defaultdict(lambda: ([None] * 3, []))
    for group in groups:
        worst, orders = table[group.op]
        found = evaluate(peer, group)
        if found[0] is not None:
            orders.append(group.n)
        for k, (got, (exact, units)) in enumerate(zip(found, with_units(group))):
            if got is not None:
                worst[k] = worst[k] or Worst()
                for each in zip(got, exact, units):
                    worst[k].add(group, *each)
    return table


def cell(worst, orders, all_orders):
    if not orders:
        return "none"
    only = "" if orders == all_orders else "n = " + ", ".join(map(str, orders)) + ": "
    return only + ", ".join("none" if w is None else str(w) for w in worst)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=pathlib.Path, help="golden files; tests/data/golden_*.csv if there are none")
    parser.add_argument("--details", action="store_true", help="tell where the errors are")
    parser.add_argument("--peers", default="PyTorch,JAX,TensorFlow,Stan")
    parser.add_argument("--ops", help="only these")
    options = parser.parse_args()
    files = options.files or [path for path in (pathlib.Path("tests/data", name) for name in FILES) if path.exists()]
    groups = [group for group in read_groups(files) if not options.ops or group.op in options.ops.split(",")]

    starts = {"PyTorch": of_torch, "JAX": of_jax, "TensorFlow": of_tensorflow, "Stan": of_stan}
    tables = {}
    for name in options.peers.split(","):
        try:
            peer = starts[name]()
        except ImportError as error:
            print(error)
            continue
        tables[peer[0]] = measure(peer, groups)

    orders = collections.defaultdict(list)
    for group in groups:
        orders[group.op].append(group.n)
    print("| op | " + " | ".join(tables) + " |")
    print("|---" * (len(tables) + 1) + "|")
    for op, of_op in orders.items():
        print(f"| {op} | " + " | ".join(cell(*table[op], of_op) for table in tables.values()) + " |", flush=True)
    if options.details:
        for op in orders:
            for name, table in tables.items():
                for kind, worst in zip(("value", "slope", "second"), table[op][0]):
                    if worst and not worst.fair <= 8:
                        print(f"\n{op}, {name}, {kind}: {worst}; {worst.place}" + (f"\n    {worst.where()}" if worst.bad else ""))


if __name__ == "__main__":
    main()
