#!/usr/bin/env python3
"""Gradients of small programs at many points in JAX on one thread, in ns a point: the other side of
`cargo bench --bench batches`.

    python3 batches.py

R1a is a network of two hidden layers of 16 units, its gradient by all weights at 1,000 lists of weights; R1b is the price of a call, its gradient by
(S, K, r, sigma, T) at 100,000 points. Each is `jit(vmap(value_and_grad(f)))`, on numbers of double precision.
"""

import os
import statistics
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
INPUTS, HIDDEN, LABEL = 64, 16, 0.75
SAMPLE = jnp.asarray(np.random.default_rng(1).uniform(-1, 1, INPUTS))


def network(w):
    sizes = [HIDDEN * INPUTS, HIDDEN, HIDDEN * HIDDEN, HIDDEN, HIDDEN, 1]
    w1, b1, w2, b2, w3, b3 = jnp.split(w, np.cumsum(sizes)[:-1])
    h1 = jnp.tanh(w1.reshape(HIDDEN, INPUTS) @ SAMPLE + b1)
    h2 = jnp.tanh(w2.reshape(HIDDEN, HIDDEN) @ h1 + b2)
    p = jax.nn.sigmoid(w3 @ h2 + b3[0])
    return -(jnp.log(p) * LABEL + jnp.log(1 - p) * (1 - LABEL))


def price(x):
    s, k, r, sigma, t = x
    normal = lambda x: (jax.scipy.special.erf(x * 0.5**0.5) + 1) * 0.5
    width = sigma * jnp.sqrt(t)
    d1 = (jnp.log(s / k) + (r + sigma * sigma * 0.5) * t) / width
    return s * normal(d1) - k * jnp.exp(-r * t) * normal(d1 - width)


def nanoseconds(f, points, rounds=21):
    """The median time of a batch, a point."""
    batch = jax.jit(jax.vmap(jax.value_and_grad(f)))
    jax.block_until_ready(batch(points))
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        jax.block_until_ready(batch(points))
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e9 / len(points)


if __name__ == "__main__":
    random = np.random.default_rng(2)
    weights = 0.25 * random.uniform(-1, 1, (1000, HIDDEN * INPUTS + HIDDEN + HIDDEN * HIDDEN + 2 * HIDDEN + 1))
    low, width = np.array([80, 80, 0.01, 0.1, 0.25]), np.array([40, 40, 0.05, 0.4, 2.0])
    options = low + width * random.uniform(0, 1, (100_000, 5))
    print(f"R1a {nanoseconds(network, jnp.asarray(weights)):8.0f} ns a point")
    print(f"R1b {nanoseconds(price, jnp.asarray(options)):8.1f} ns a point")
