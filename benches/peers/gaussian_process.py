"""The Gaussian process of benches/linalg.rs in JAX (f64, one thread, compiled), beside that bench in turns.

pip install "jax[cpu]"; cargo bench --features linalg --bench linalg --no-run; then
XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1" OMP_NUM_THREADS=1 taskset -c 0 python benches/peers/gaussian_process.py
"""

import subprocess
import time

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def process(n):
    t = jnp.arange(n) * 10.0 / n
    squares = (t[:, None] - t[None, :]) ** 2
    y = jnp.sin(t) + 0.1 * jnp.cos(37.0 * t)

    def value(theta):
        k = jnp.exp(2 * theta[0]) * jnp.exp(-0.5 * jnp.exp(-2 * theta[1]) * squares) + jnp.exp(2 * theta[2]) * jnp.eye(n)
        l = jnp.linalg.cholesky(k)
        w = jax.scipy.linalg.solve_triangular(l, y, lower=True)
        return jnp.log(jnp.diag(l)).sum() + 0.5 * w @ w

    return value


def median(call, rounds=101):
    call()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return sorted(times)[rounds // 2] * 1e3


theta = jnp.array([0.1, -0.2, -1.5])
for turn in range(3):
    print(subprocess.run(["cargo", "bench", "-q", "--features", "linalg", "--bench", "linalg"], capture_output=True, text=True).stdout)
    print("JAX")
    for n in [50, 100, 200]:
        f = process(n)
        gradient, hessian = jax.jit(jax.value_and_grad(f)), jax.jit(jax.hessian(f))
        value, g = gradient(theta)
        times = [median(lambda: jax.block_until_ready(call(theta))) for call in (jax.jit(f), gradient, hessian)]
        print(f"{n:>5}" + "".join(f" {t:>10.3f}" for t in times) + f"   {value} {list(map(float, g))}")
