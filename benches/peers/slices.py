#!/usr/bin/env python3
"""Elementwise functions over 10**6 elements in JAX and PyTorch on one thread: values, then the pull-back, in ns an element for both passes.

    python3 slices.py        (what is not installed is left out)

It is the other side of `cargo bench --bench slices`, with the same arguments. JAX compiles each pass, from x to y and from x and the adjoints of
y to those of x; PyTorch runs a function and its backward pass as a user would.
"""

import os
import statistics
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

N = 1_000_000
RANGES = {
    "sigmoid": (-6, 6),
    "tanh": (-4, 4),
    "softplus": (-6, 6),
    "gelu": (-4, 4),
    "gelu_tanh": (-4, 4),
    "silu": (-6, 6),
    "relu": (-4, 4),
    "exp": (-6, 6),
    "ln": (0.1, 10),
    "sin": (-6, 6),
    "erf": (-4, 4),
}


def numbers(low, high):
    return [low + (high - low) * (i * 0.6180339887498949 % 1) for i in range(N)]


def nanoseconds(call, rounds=41):
    """The median time of a call, an element."""
    call()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e9 / N


def of_jax():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    functions = {
        "sigmoid": jax.nn.sigmoid,
        "tanh": jnp.tanh,
        "softplus": jax.nn.softplus,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "gelu_tanh": lambda x: jax.nn.gelu(x, approximate=True),
        "silu": jax.nn.silu,
        "relu": jax.nn.relu,
        "exp": jnp.exp,
        "ln": jnp.log,
        "sin": jnp.sin,
        "erf": jax.scipy.special.erf,
    }

    def measure(name, dtype):
        f = functions[name]
        x, gy = jnp.array(numbers(*RANGES[name]), dtype), jnp.array(numbers(-1, 1), dtype)
        value = jax.jit(f)
        back = jax.jit(lambda x, gy: jax.vjp(f, x)[1](gy)[0])
        times = [nanoseconds(lambda: value(x).block_until_ready()), nanoseconds(lambda: back(x, gy).block_until_ready())]
        return times[0], sum(times)

    return f"JAX {jax.__version__}", measure, {"f64": jnp.float64, "f32": jnp.float32}


def of_torch():
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    functions = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softplus": F.softplus,
        "gelu": F.gelu,
        "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "silu": F.silu,
        "relu": F.relu,
        "exp": torch.exp,
        "ln": torch.log,
        "sin": torch.sin,
        "erf": torch.erf,
    }

    def measure(name, dtype):
        f = functions[name]
        x = torch.tensor(numbers(*RANGES[name]), dtype=dtype)
        gy = torch.tensor(numbers(-1, 1), dtype=dtype)
        leaf = x.clone().requires_grad_(True)

        def both():
            leaf.grad = None
            f(leaf).backward(gy)

        with torch.no_grad():
            value = nanoseconds(lambda: f(x))
        return value, nanoseconds(both)

    return f"PyTorch {torch.__version__}", measure, {"f64": torch.float64, "f32": torch.float32}


def main():
    for peer in (of_jax, of_torch):
        try:
            title, measure, types = peer()
        except ImportError as error:
            print(error)
            continue
        print(f"ns an element, {title}, one thread:")
        print(f"{'op':10} {'values f64':>12} {'both f64':>10} {'values f32':>12} {'both f32':>10}")
        for name in RANGES:
            row = [measure(name, dtype) for dtype in types.values()]
            print(f"{name:10} {row[0][0]:12.2f} {row[0][1]:10.2f} {row[1][0]:12.2f} {row[1][1]:10.2f}", flush=True)


if __name__ == "__main__":
    main()
