"""Attention against its peers: python -m benchmarks.fused_attention

    python -m benchmarks.fused_attention                    every mode, the first shape
    python -m benchmarks.fused_attention --shape 1,8,4096,64 --mode vjp --threads 1
    python -m benchmarks.fused_attention --peak             memory instead of time

float32; a shape is batch, heads, queries and keys, width.  Contenders agree before they
race, take turns, and are judged by medians.  The limit is the matrix products of a mode
alone, head by head into memory that is there already; for peaks each contender runs in
a process of its own, and what is printed is what its resident memory rose by.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import softjet as sj
from benchmarks import machine, peers
from benchmarks.race import Contender, Maker, Outcome, race
from benchmarks.threads import limited
from softjet.fused.attention import attention

Shape = tuple[int, ...]
SHAPES: tuple[Shape, ...] = ((1, 8, 1024, 64), (1, 8, 4096, 64), (2, 4, 2048, 128))
# Products of T x T x E a head: what a mode computes, scores again for a backward pass.
PRODUCTS = {"value": 2, "causal": 1, "vjp": 7, "jvp": 6, "curvature": 16}
MiB = 1 << 20


class Problem(NamedTuple):
    """q, k, v, their tangents and a cotangent."""

    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    q_dot: np.ndarray
    k_dot: np.ndarray
    v_dot: np.ndarray
    o_bar: np.ndarray


def problem(shape: Shape) -> Problem:
    rng = np.random.default_rng(0)
    return Problem(*(rng.standard_normal(shape, np.float32) for _ in range(7)))


def ours(p: Problem, mode: str) -> Contender:
    primals, tangents = p[:3], p[3:6]

    def vjp() -> list[Any]:
        o, pullback = attention.vjp(primals)
        return [o, *pullback(p.o_bar)]

    calls: dict[str, Callable[[], Any]] = {
        "value": lambda: attention(*primals),
        "causal": lambda: attention(*primals, causal=True),
        "vjp": vjp,
        "jvp": lambda: attention.jvp(primals, tangents),
        "curvature": lambda: attention.curvature(primals, tangents, p.o_bar),
    }
    return Contender(calls[mode], "new")


def products(p: Problem, mode: str) -> Contender:
    """The matrix products of a mode and nothing else: half of each kind."""
    length, width = p.q.shape[-2:]
    scores = np.zeros((length, length), np.float32)
    out = np.zeros((length, width), np.float32)
    heads = [
        (q, k)
        for q, k in zip(*(x.reshape(-1, length, width) for x in p[:2]), strict=True)
    ]

    def call() -> None:
        for q, k in heads:
            for n in range(PRODUCTS[mode]):
                if n % 2:
                    np.matmul(scores, k, out=out)
                else:
                    np.matmul(q, k.T, out=scores)

    return Contender(call, "given")


# -- peers -----------------------------------------------------------------------------


def torch_fused(p: Problem, mode: str) -> Contender:
    """F.scaled_dot_product_attention as it comes."""
    if mode in ("jvp", "curvature"):
        raise peers.Lacks(
            "torch's fused attention has no forward mode, no second order"
        )
    return _torch(p, mode)


def torch_math(p: Problem, mode: str) -> Contender:
    """The same by the math backend, which stores the scores."""
    return _torch(p, mode, math=True)


def _torch(p: Problem, mode: str, math: bool = False) -> Contender:
    torch = peers.torch()
    attend = torch.nn.functional.scaled_dot_product_attention
    backend, kernel = torch.nn.attention.SDPBackend.MATH, torch.nn.attention.sdpa_kernel
    q, k, v, *seeds, o_bar = (torch.from_numpy(x) for x in p)

    def f(*primals: Any) -> Any:
        if not math:
            return attend(*primals, is_causal=mode == "causal")
        with kernel(backend):
            return attend(*primals, is_causal=mode == "causal")

    def vjp() -> list[np.ndarray]:
        primals = [x.detach().requires_grad_() for x in (q, k, v)]
        o = f(*primals)
        found = torch.autograd.grad(o, primals, o_bar)
        return [x.detach().numpy() for x in (o, *found)]

    def value() -> np.ndarray:
        with torch.no_grad():
            return f(q, k, v).numpy()

    def jvp() -> list[np.ndarray]:
        found = torch.func.jvp(f, (q, k, v), tuple(seeds))
        return [x.detach().numpy() for x in found]

    def curvature() -> list[np.ndarray]:
        slope = lambda *primals: torch.func.vjp(f, *primals)[1](o_bar)  # noqa: E731
        found = torch.func.jvp(slope, (q, k, v), tuple(seeds))[1]
        return [x.detach().numpy() for x in found]

    calls = {c.__name__: c for c in (vjp, value, jvp, curvature)}
    return Contender(calls.get(mode, value), "new")


def jax_scan(p: Problem, mode: str, chunk: int = 256) -> Contender:
    """A scan over blocks of queries, each recomputed where it is differentiated."""
    jax = peers.jax(sj.threads().count)
    jnp, length, width = jax.numpy, *p.q.shape[-2:]
    if length % chunk:
        raise peers.Lacks(f"queries are no multiple of {chunk}")

    @jax.checkpoint
    def part(q: Any, k: Any, v: Any, first: Any) -> Any:
        s = q @ k.T * width**-0.5
        if mode == "causal":
            seen = jnp.arange(length) <= first + jnp.arange(chunk)[:, None]
            s = jnp.where(seen, s, -jnp.inf)
        return jax.nn.softmax(s) @ v

    def head(q: Any, k: Any, v: Any) -> Any:
        xs = q.reshape(-1, chunk, width), jnp.arange(0, length, chunk)
        step = lambda _, x: (None, part(x[0], k, v, x[1]))  # noqa: E731
        return jax.lax.scan(step, None, xs)[1].reshape(q.shape)

    def f(q: Any, k: Any, v: Any) -> Any:
        flat = (x.reshape(-1, length, width) for x in (q, k, v))
        return jax.lax.map(lambda x: head(*x), tuple(flat)).reshape(q.shape)

    def vjp(*primals: Any) -> Any:
        o, pullback = jax.vjp(f, *primals)
        return [o, *pullback(jnp.asarray(p.o_bar))]

    made = {
        "vjp": vjp,
        "jvp": lambda *primals: jax.jvp(f, primals, tuple(p[3:6])),
        "curvature": lambda *primals: jax.jvp(vjp, primals, tuple(p[3:6]))[1][1:],
    }
    return Contender(peers.jitted(jax, made.get(mode, f), *p[:3]), "new")


CONTENDERS: dict[str, Callable[[Problem, str], Contender]] = {
    "softjet": ours,
    "torch SDPA": torch_fused,
    "torch SDPA, math": torch_math,
    "JAX scan with checkpoints": jax_scan,
}
LIMIT = "the products alone"


# -- time ------------------------------------------------------------------------------


def raced(shape: Shape, mode: str, told: argparse.Namespace) -> None:
    p = problem(shape)
    makers: dict[str, Maker] = {
        name: partial(make, p, mode)
        for name, make in CONTENDERS.items()
        if name == "softjet" or chosen(name, told.only)
    }
    with limited(told.threads):
        found = race(makers, {LIMIT: partial(products, p, mode)}, seconds=told.seconds)
    own = found[0].seconds
    flops = 2 * PRODUCTS[mode] * shape[0] * shape[1] * shape[2] ** 2 * shape[3]
    print(f"{mode} {shape} float32, {told.threads} threads")
    for outcome in found:
        print("  " + line(outcome, own, flops))
    print(flush=True)


def chosen(name: str, wanted: list[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


def line(outcome: Outcome, own: float, flops: float) -> str:
    if outcome.status != "raced":
        return f"{outcome.name:26} {outcome.status}: {outcome.note}"
    seconds, rate = outcome.seconds, flops / outcome.seconds / 1e9
    return (
        f"{outcome.name:26} {1e3 * seconds:8.1f} ms  {seconds / own:5.2f} x ours  "
        f"{rate:5.0f} GF/s  (spread {outcome.spread:.0%}, {outcome.rounds} rounds)"
    )


# -- memory ----------------------------------------------------------------------------


def peaks(shape: Shape, mode: str, told: argparse.Namespace) -> None:
    size = 4 * int(np.prod(shape)) / MiB
    whole = 4 * shape[0] * shape[1] * shape[2] ** 2 / MiB
    print(f"{mode} {shape} float32: resident memory rises by")
    print(f"  (q {size:.0f} MiB, all scores {whole:.0f} MiB)")
    for name in CONTENDERS:
        if name == "softjet" or chosen(name, told.only):
            print(f"  {name:26} {alone(name, shape, mode, told)}", flush=True)
    print()


def alone(name: str, shape: Shape, mode: str, told: argparse.Namespace) -> str:
    """The rise of a fresh process in which one contender runs once."""
    words = ["--one", name, "--shape", ",".join(map(str, shape)), "--mode", mode]
    call = [sys.executable, "-m", "benchmarks.fused_attention", *words]
    call += ["--threads", str(told.threads)]
    root = Path(__file__).parents[1]
    done = subprocess.run(call, capture_output=True, text=True, cwd=root)
    return done.stdout.strip() or (done.stderr.strip().splitlines() or ["failed"])[-1]


def one(name: str, shape: Shape, mode: str, told: argparse.Namespace) -> None:
    """In a process of its own: a small call first, so that libraries are loaded."""
    import resource

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    with limited(told.threads):
        CONTENDERS[name](problem((1, 1, 256, shape[3])), mode).call()
        p = problem(shape)
        contender = CONTENDERS[name](p, mode)
        before = peak()
        contender.call()
    print(f"{peak() - before:8.0f} MiB")


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", action="append", help="batch,heads,T,width")
    parser.add_argument("--mode", action="append", choices=PRODUCTS)
    parser.add_argument("--threads", type=int, default=peers.cores())
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--only", action="append", default=[], help="part of a name")
    parser.add_argument("--peak", action="store_true")
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    told = parser.parse_args(words)
    shapes = [tuple(map(int, text.split(","))) for text in told.shape or []]
    modes = told.mode or list(PRODUCTS)
    if told.one:
        one(told.one, shapes[0], modes[0], told)
        return 0
    print(machine.processor(), machine.versions(), sep="\n", end="\n\n")
    for shape in shapes or SHAPES[:1]:
        for mode in modes:
            (peaks if told.peak else raced)(shape, mode, told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
