"""log_sigmoid: -log(1 + exp(-x)), entry by entry.  x is read once, y written once."""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, entries
from benchmarks.race import Contender

CASES = tuple(entries("log_sigmoid"))
LACKS = {"ONNX Runtime": "has no such operator"}


def moved(data: Data) -> int:
    return 2 * data.x.nbytes


def softjet(data: Data) -> Contender:
    x, y = data.x, data.output()
    return Contender(lambda: sj.log_sigmoid(x, out=y), "given")


def softjet_new(data: Data) -> Contender:
    x = data.x
    return Contender(lambda: sj.log_sigmoid(x), "new")


def scipy(data: Data) -> Contender:
    log_expit, x, y = peers.scipy().log_expit, data.x, data.output()
    return Contender(lambda: log_expit(x, out=y), "given")


def torch(data: Data) -> Contender:
    log_sigmoid = peers.torch()._C._nn.log_sigmoid
    x, y = peers.tensor(data.x), peers.tensor(data.output())
    return Contender(lambda: log_sigmoid(x, out=y), "given")


def torch_compiled(data: Data) -> Contender:
    call = peers.compiled(peers.torch().nn.functional.logsigmoid)
    x = peers.tensor(data.x)
    return Contender(lambda: call(x), "new")


def jax(data: Data) -> Contender:
    module = peers.jax(data.threads)
    return Contender(peers.jitted(module, module.nn.log_sigmoid, data.x), "new")
