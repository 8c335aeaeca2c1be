"""softplus: log(1 + exp(x)), entry by entry.  x is read once, y written once."""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, entries
from benchmarks.race import Contender

CASES = tuple(entries("softplus"))
LACKS: dict[str, str] = {}


def moved(data: Data) -> int:
    return 2 * data.x.nbytes


def softjet(data: Data) -> Contender:
    x, y = data.x, data.output()
    return Contender(lambda: sj.softplus(x, out=y), "given")


def softjet_new(data: Data) -> Contender:
    x = data.x
    return Contender(lambda: sj.softplus(x), "new")


def scipy(data: Data) -> Contender:
    special, x = peers.scipy(), data.x
    return Contender(lambda: special.softplus(x), "new")


def torch(data: Data) -> Contender:
    softplus = peers.torch()._C._nn.softplus
    x, y = peers.tensor(data.x), peers.tensor(data.output())
    return Contender(lambda: softplus(x, out=y), "given")


def torch_compiled(data: Data) -> Contender:
    call = peers.compiled(peers.torch().nn.functional.softplus)
    x = peers.tensor(data.x)
    return Contender(lambda: call(x), "new")


def jax(data: Data) -> Contender:
    module = peers.jax(data.threads)
    return Contender(peers.jitted(module, module.nn.softplus, data.x), "new")


def onnxruntime(data: Data) -> Contender:
    call = peers.onnx("Softplus", data.x, data.output(), data.threads)
    return Contender(call, "given")
