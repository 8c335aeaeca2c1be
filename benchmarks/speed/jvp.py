"""softmax.jvp, value and tangent in one pass: x and x_dot read, y and y_dot written."""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, rows
from benchmarks.race import Contender

CASES = tuple(rows("jvp"))
LACKS = {"SciPy": "has no derivatives", "ONNX Runtime": "has no derivatives"}


def moved(data: Data) -> int:
    return 4 * data.x.nbytes


def softjet(data: Data) -> Contender:
    x, x_dot, axis = data.x, data.x_dot, data.axis
    return Contender(lambda: sj.softmax.jvp(x, x_dot, axis=axis), "new")


def torch(data: Data) -> Contender:
    call = forward_mode(data)
    x, x_dot = peers.tensor(data.x), peers.tensor(data.x_dot)
    return Contender(lambda: call(x, x_dot), "new")


def torch_compiled(data: Data) -> Contender:
    call = peers.compiled(forward_mode(data))
    x, x_dot = peers.tensor(data.x), peers.tensor(data.x_dot)
    return Contender(lambda: call(x, x_dot), "new")


def forward_mode(data: Data):
    """torch.func.jvp of torch.softmax."""
    module, axis = peers.torch(), data.axis

    def call(x, x_dot):
        return module.func.jvp(lambda x: module.softmax(x, axis), (x,), (x_dot,))

    return call


def jax(data: Data) -> Contender:
    module, axis = peers.jax(data.threads), data.axis

    def forward(x, x_dot):
        return module.jvp(lambda x: module.nn.softmax(x, axis), (x,), (x_dot,))

    return Contender(peers.jitted(module, forward, data.x, data.x_dot), "new")
