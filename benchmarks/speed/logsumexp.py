"""logsumexp: the log-partition of every row.  x is read once; the numbers are few."""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, rows
from benchmarks.race import Contender

CASES = tuple(rows("logsumexp"))
LACKS: dict[str, str] = {}


def moved(data: Data) -> int:
    return data.x.nbytes + data.numbers().nbytes


def softjet(data: Data) -> Contender:
    x, axis, f = data.x, data.axis, data.numbers()
    return Contender(lambda: sj.logsumexp(x, axis=axis, out=f), "given")


def softjet_new(data: Data) -> Contender:
    x, axis = data.x, data.axis
    return Contender(lambda: sj.logsumexp(x, axis=axis), "new")


def scipy(data: Data) -> Contender:
    special, x, axis = peers.scipy(), data.x, data.axis
    return Contender(lambda: special.logsumexp(x, axis=axis), "new")


def torch(data: Data) -> Contender:
    module, axis = peers.torch(), data.axis
    x, f = peers.tensor(data.x), peers.tensor(data.numbers())
    return Contender(lambda: module.logsumexp(x, axis, out=f), "given")


def torch_compiled(data: Data) -> Contender:
    module, axis, x = peers.torch(), data.axis, peers.tensor(data.x)
    call = peers.compiled(lambda x: module.logsumexp(x, axis))
    return Contender(lambda: call(x), "new")


def jax(data: Data) -> Contender:
    module, axis = peers.jax(data.threads), data.axis
    call = peers.jitted(module, lambda x: module.nn.logsumexp(x, axis), data.x)
    return Contender(call, "new")


def onnxruntime(data: Data) -> Contender:
    x, f, axes = data.x, data.numbers(), [data.axis]
    call = peers.onnx("ReduceLogSumExp", x, f, data.threads, axes=axes, keepdims=0)
    return Contender(call, "given")
