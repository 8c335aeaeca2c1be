"""softmax: probabilities from logits.  x is read once, y written once."""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, rows
from benchmarks.race import Contender

CASES = tuple(rows("softmax"))
LACKS: dict[str, str] = {}


def moved(data: Data) -> int:
    return 2 * data.x.nbytes


def softjet(data: Data) -> Contender:
    x, axis, y = data.x, data.axis, data.output()
    return Contender(lambda: sj.softmax(x, axis=axis, out=y), "given")


def softjet_new(data: Data) -> Contender:
    x, axis = data.x, data.axis
    return Contender(lambda: sj.softmax(x, axis=axis), "new")


def scipy(data: Data) -> Contender:
    special, x, axis = peers.scipy(), data.x, data.axis
    return Contender(lambda: special.softmax(x, axis=axis), "new")


def torch(data: Data) -> Contender:
    module, axis = peers.torch(), data.axis
    x, y = peers.tensor(data.x), peers.tensor(data.output())
    return Contender(lambda: module.softmax(x, axis, out=y), "given")


def torch_compiled(data: Data) -> Contender:
    module, axis, x = peers.torch(), data.axis, peers.tensor(data.x)
    call = peers.compiled(lambda x: module.softmax(x, axis))
    return Contender(lambda: call(x), "new")


def jax(data: Data) -> Contender:
    module, axis = peers.jax(data.threads), data.axis
    call = peers.jitted(module, lambda x: module.nn.softmax(x, axis), data.x)
    return Contender(call, "new")


def onnxruntime(data: Data) -> Contender:
    call = peers.onnx("Softmax", data.x, data.output(), data.threads, axis=data.axis)
    return Contender(call, "given")
