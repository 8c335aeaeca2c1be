"""sigmoid: entry by entry.  x is read once, y written once."""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, entries
from benchmarks.race import Contender

CASES = tuple(entries("sigmoid"))
LACKS: dict[str, str] = {}


def moved(data: Data) -> int:
    return 2 * data.x.nbytes


def softjet(data: Data) -> Contender:
    x, y = data.x, data.output()
    return Contender(lambda: sj.sigmoid(x, out=y), "given")


def softjet_new(data: Data) -> Contender:
    x = data.x
    return Contender(lambda: sj.sigmoid(x), "new")


def scipy(data: Data) -> Contender:
    expit, x, y = peers.scipy().expit, data.x, data.output()
    return Contender(lambda: expit(x, out=y), "given")


def torch(data: Data) -> Contender:
    sigmoid, x, y = peers.torch().sigmoid, *map(peers.tensor, (data.x, data.output()))
    return Contender(lambda: sigmoid(x, out=y), "given")


def torch_compiled(data: Data) -> Contender:
    x, call = peers.tensor(data.x), peers.compiled(peers.torch().sigmoid)
    return Contender(lambda: call(x), "new")


def jax(data: Data) -> Contender:
    module = peers.jax(data.threads)
    return Contender(peers.jitted(module, module.nn.sigmoid, data.x), "new")


def onnxruntime(data: Data) -> Contender:
    call = peers.onnx("Sigmoid", data.x, data.output(), data.threads)
    return Contender(call, "given")
