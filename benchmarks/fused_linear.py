"""The fused last layer against its peers: python -m benchmarks.fused_linear

    python -m benchmarks.fused_linear                       every mode, the first shape
    python -m benchmarks.fused_linear --shape 4096,256,8192 --mode value_and_grad
    python -m benchmarks.fused_linear --peak                memory instead of time
    python -m benchmarks.fused_linear --products            blocks by tiles and by BLAS

float32.  Contenders agree before they race, take turns, and are judged by medians.  The
limit is the matrix products of a mode alone, into memory that is there already; for
peaks each contender runs in a process of its own, and what is printed is what its
resident memory rose by, outputs and BLAS's buffers included.
"""

from __future__ import annotations

import argparse
import os
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
from softjet.fused import _blas, _products

SHAPES = ((1024, 768, 50257), (4096, 256, 8192), (8192, 512, 32000))
MODES = ("value_and_grad", "value", "jvp", "hvp")
MiB = 1 << 20
# What softjet computes has so many products of N x D x V each.
PRODUCTS = {"value_and_grad": 3, "value": 1, "jvp": 3, "hvp": 7}


class Problem(NamedTuple):
    """A layer in float32, its tangents, and room for the products."""

    h: np.ndarray
    W: np.ndarray
    ids: np.ndarray
    h_dot: np.ndarray
    W_dot: np.ndarray

    @property
    def outputs(self) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros_like(self.h), np.zeros_like(self.W)


def problem(shape: tuple[int, int, int]) -> Problem:
    rows, width, classes = shape
    rng = np.random.default_rng(0)

    def drawn(*size: int) -> np.ndarray:
        return rng.standard_normal(size, np.float32)

    h, h_dot = drawn(rows, width), drawn(rows, width)
    W, W_dot = drawn(classes, width), drawn(classes, width)
    scale = np.float32(width**-0.5)
    return Problem(h, W * scale, rng.integers(0, classes, rows), h_dot, W_dot * scale)


# -- ours, and the limit ---------------------------------------------------------------


def ours(p: Problem, mode: str, memory: int = 64, given: bool = False) -> Contender:
    f, told = sj.linear_cross_entropy, dict[str, Any](memory=memory * MiB)
    primals, dots = (p.h, p.W), (p.h_dot, p.W_dot)
    if mode == "value":
        return Contender(lambda: f(p.h, p.W, p.ids, **told), "new")
    if mode == "jvp":
        return Contender(lambda: f.jvp(primals, dots, p.ids, **told), "new")
    if given:
        told = {"out": p.outputs, "memory": np.zeros(memory * MiB, np.uint8)}
    if mode == "hvp":
        product = partial(f.hvp, primals, dots, p.ids, **told)
        return Contender(product, "given" if given else "new")
    call = partial(f.value_and_grad, primals, p.ids, **told)
    return Contender(lambda: flat(call()), "given" if given else "new")


def flat(answer: Any) -> list[Any]:
    """A loss and a tuple of gradients as one list."""
    return [answer[0], *answer[1]]


def products(p: Problem, mode: str) -> Contender:
    """The matrix products of a mode and nothing else, into given memory."""
    logits = np.zeros((p.h.shape[0], p.W.shape[0]), np.float32)
    h_bar, W_bar = p.outputs

    def forward() -> None:
        np.matmul(p.h, p.W.T, out=logits)

    def back() -> None:
        np.matmul(logits, p.W, out=h_bar)
        np.matmul(logits.T, p.h, out=W_bar)

    steps = {
        "value": [forward],
        "value_and_grad": [forward, back],
        "jvp": [forward] * 3,
        "hvp": [forward] * 3 + [back] * 2,
    }[mode]
    return Contender(lambda: [step() for step in steps], "given")


# -- peers -----------------------------------------------------------------------------


def torch_plain(p: Problem, mode: str) -> Contender:
    """F.cross_entropy(h @ W.T): all logits are stored."""
    functional = peers.torch().nn.functional
    return _torch(p, mode, lambda h, W, t: functional.cross_entropy(h @ W.T, t))


def torch_chunked(p: Problem, mode: str, chunk: int | None) -> Contender:
    """F.linear_cross_entropy with its options; None leaves the chunks to torch."""
    torch = peers.torch()
    if mode in ("jvp", "hvp"):
        raise peers.Lacks("torch's chunked path has no forward mode, no second order")
    options = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=chunk)
    fused = partial(torch.nn.functional.linear_cross_entropy, options=options)
    return _torch(p, mode, fused)


def _torch(p: Problem, mode: str, loss: Callable[..., Any]) -> Contender:
    torch = peers.torch()
    h, W, ids, h_dot, W_dot = (torch.from_numpy(x) for x in p)

    def of(a: Any, b: Any) -> Any:
        return loss(a, b, ids)

    def value_and_grad() -> list[np.ndarray]:
        a, b = h.detach().requires_grad_(), W.detach().requires_grad_()
        out = of(a, b)
        out.backward()
        return [x.numpy() for x in (out.detach(), a.grad, b.grad)]

    def value() -> np.ndarray:
        with torch.no_grad():
            return of(h, W).numpy()

    def jvp() -> list[np.ndarray]:
        found = torch.func.jvp(of, (h, W), (h_dot, W_dot))
        return [x.detach().numpy() for x in found]

    def hvp() -> list[np.ndarray]:
        slope = torch.func.grad(of, argnums=(0, 1))
        found = torch.func.jvp(slope, (h, W), (h_dot, W_dot))[1]
        return [x.detach().numpy() for x in found]

    calls = {f.__name__: f for f in (value_and_grad, value, jvp, hvp)}
    return Contender(calls[mode], "new")


def jax_scan(p: Problem, mode: str, chunk: int = 128) -> Contender:
    """A scan over chunks of rows, each recomputed where it is differentiated."""
    jax = peers.jax(sj.threads().count)
    if p.h.shape[0] % chunk:
        raise peers.Lacks(f"rows are no multiple of {chunk}")
    jnp, ids = jax.numpy, p.ids.astype(np.int32)

    @jax.checkpoint
    def part(h: Any, W: Any, t: Any) -> Any:
        z = h @ W.T
        own = jnp.take_along_axis(z, t[:, None], 1)[:, 0]
        return (jax.scipy.special.logsumexp(z, axis=-1) - own).sum()

    def loss(h: Any, W: Any) -> Any:
        shape = -1, chunk
        xs = h.reshape(*shape, h.shape[1]), ids.reshape(shape)
        step = lambda total, x: (total + part(x[0], W, x[1]), None)  # noqa: E731
        return jax.lax.scan(step, 0.0, xs)[0] / h.shape[0]

    slope = jax.grad(loss, argnums=(0, 1))
    primals, dots = (p.h, p.W), (p.h_dot, p.W_dot)
    both = jax.value_and_grad(loss, argnums=(0, 1))
    made = {
        "value": jax.jit(loss),
        "value_and_grad": jax.jit(lambda h, W: flat(both(h, W))),
        "jvp": jax.jit(lambda h, W: jax.jvp(loss, (h, W), dots)),
        "hvp": jax.jit(lambda h, W: jax.jvp(slope, (h, W), dots)[1]),
    }[mode]
    primals = tuple(map(jnp.asarray, primals))
    return Contender(lambda: jax.block_until_ready(made(*primals)), "new")


CONTENDERS: dict[str, Callable[[Problem, str], Contender]] = {
    "softjet": ours,
    "softjet, given memory": partial(ours, given=True),
    "softjet, given 256 MiB": partial(ours, memory=256, given=True),
    "torch cross_entropy(h @ W.T)": torch_plain,
    "torch linear_cross_entropy, auto": partial(torch_chunked, chunk=None),
    "torch linear_cross_entropy, 128": partial(torch_chunked, chunk=128),
    "torch linear_cross_entropy, 256": partial(torch_chunked, chunk=256),
    "JAX scan with checkpoints": jax_scan,
}
LIMIT = "the products alone"


def makers(p: Problem, mode: str, wanted: list[str]) -> dict[str, Maker]:
    plain = mode in ("value", "jvp")  # these hold a tile or two, whatever is granted
    skipped = ("softjet, given memory", "softjet, given 256 MiB") if plain else ()
    return {
        name: partial(make, p, mode)
        for name, make in CONTENDERS.items()
        if name not in skipped and (name == "softjet" or chosen(name, wanted))
    }


def chosen(name: str, wanted: list[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


# -- time ------------------------------------------------------------------------------


def raced(shape: tuple[int, int, int], mode: str, told: Any) -> None:
    p = problem(shape)
    limit = {LIMIT: partial(products, p, mode)}
    with limited(told.threads):
        found = race(makers(p, mode, told.only), limit, seconds=told.seconds)
    whole = next((o.seconds for o in found if o.name == LIMIT), float("nan"))
    flops = 2 * PRODUCTS[mode] * shape[0] * shape[1] * shape[2]
    print(f"{mode} {shape} float32, {told.threads} threads")
    for outcome in found:
        print("  " + line(outcome, whole, flops))
    print(flush=True)


def line(outcome: Outcome, whole: float, flops: int) -> str:
    if outcome.status != "raced":
        return f"{outcome.name:34} {outcome.status}: {outcome.note}"
    seconds, rate = outcome.seconds, flops / outcome.seconds / 1e9
    return (
        f"{outcome.name:34} {1e3 * seconds:8.0f} ms  {seconds / whole:5.2f} x the "
        f"products  {rate:5.0f} GF/s  (spread {outcome.spread:.0%}, "
        f"{outcome.rounds} rounds)"
    )


# -- memory ----------------------------------------------------------------------------


def peaks(shape: tuple[int, int, int], mode: str, told: Any) -> None:
    print(f"{mode} {shape} float32: resident memory rises by, outputs included")
    outputs = 4 * (shape[0] + shape[2]) * shape[1] / MiB
    print(f"  (h_bar and W_bar {outputs:.0f} MiB, logits {logits(shape):.0f} MiB)")
    for name in CONTENDERS:
        if chosen(name, told.only):
            print(f"  {name:34} {_in_its_own_process(name, shape, mode, told)}")
    print(flush=True)


def logits(shape: tuple[int, int, int]) -> float:
    return 4 * shape[0] * shape[2] / MiB


def _in_its_own_process(name: str, shape: Any, mode: str, told: Any) -> str:
    words = ["--alone", name, "--shape", ",".join(map(str, shape)), "--mode", mode]
    words += ["--threads", str(told.threads)]
    command = [sys.executable, "-m", "benchmarks.fused_linear", *words]
    run = subprocess.run(command, capture_output=True, text=True)
    return (run.stdout or run.stderr).strip().splitlines()[-1]


def alone(name: str, shape: tuple[int, int, int], mode: str, threads: int) -> str:
    """What resident memory rises by in one call, after a small call of everything."""
    make = CONTENDERS[name]
    try:
        with limited(threads):
            make(problem((128, shape[1], 256)), mode).call()
            call = make(problem(shape), mode).call
            before = _status("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
            held = call()
            risen = _status("VmHWM") - before
            del held
    except peers.Lacks as lacks:
        return f"lacks: {lacks}"
    return f"{risen / 1024:6.0f} MiB"


def _status(field: str) -> int:
    """KiB, as Linux tells."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(one for one in lines if one.startswith(field)).split()[1])


# -- products of blocks ----------------------------------------------------------------


def by_both(shape: tuple[int, int, int], seconds: float) -> None:
    """The layer's products, a block of 512 rows by 1024 classes, on one thread."""
    width = shape[1]
    rng = np.random.default_rng(0)
    h, W, G = (
        rng.standard_normal(size, np.float32)
        for size in ((512, width), (1024, width), (512, 1040))
    )
    z, h_bar, W_bar = G[:, :1024], np.zeros_like(h), np.zeros_like(W)
    told = {"logits": (h, W.T, z), "h_bar": (z, W, h_bar), "W_bar": (z.T, h, W_bar)}
    flops = 2 * 512 * 1024 * width
    print(f"blocks of a layer {width} wide, float32, 1 thread")
    for name, operands in told.items():
        ways: dict[str, Maker] = {
            "tiles": partial(_into, _products.multiply, operands),
            "BLAS": partial(_into, _blas.multiply, operands),
        }
        with limited(1):
            found = race(ways, {}, seconds=seconds)
        figures = (
            f"{o.name} {flops / o.seconds / 1e9:4.0f} GF/s, "
            f"off by {_off(multiply, operands):.1e}"
            for o, multiply in zip(found, WAYS, strict=True)
        )
        print(f"  {name:8}" + "   ".join(figures))


WAYS = _products.multiply, _blas.multiply


def _off(multiply: Callable[..., None], operands: tuple[np.ndarray, ...]) -> float:
    """The relative error of a product, by norms, on normally distributed numbers."""
    rng = np.random.default_rng(1)
    a, b, out = (rng.standard_normal(x.shape, np.float32) for x in operands)
    multiply(a, b, out)
    exact = a.astype(float) @ b.astype(float)
    return float(np.linalg.norm(out - exact) / np.linalg.norm(exact))


def _into(multiply: Callable[..., None], operands: tuple[np.ndarray, ...]) -> Contender:
    def call() -> np.ndarray:
        multiply(*operands)
        return operands[2]

    return Contender(call, "given")


def main(words: list[str] | None = None) -> int:
    told = options().parse_args(words)
    if told.products:
        for shape in SHAPES:
            by_both(shape, min(told.seconds, 2.0))
        return 0
    shapes = [told.shape] if told.shape else SHAPES[:1]
    modes = [told.mode] if told.mode else list(MODES)
    if told.alone:
        print(alone(told.alone, shapes[0], modes[0], told.threads))
        return 0
    print(machine.provenance(), flush=True)
    for shape in shapes:
        for mode in modes:
            (peaks if told.peak else raced)(shape, mode, told)
    return 0


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fused_linear")
    parser.add_argument("--shape", type=lambda s: tuple(map(int, s.split(","))))
    parser.add_argument("--mode", choices=MODES)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--only", action="append", default=[], metavar="WORD")
    parser.add_argument("--peak", action="store_true")
    parser.add_argument("--products", action="store_true")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
