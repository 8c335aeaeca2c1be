"""softmax.curvature: the pullback of y_bar, differentiated along x_dot.

x, x_dot and y_bar are read once, the answer written once.  The peers differentiate
forward over reverse, the composition their manuals recommend.
"""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, rows
from benchmarks.race import Contender

CASES = tuple(rows("curvature"))
LACKS = {"SciPy": "has no derivatives", "ONNX Runtime": "has no derivatives"}


def moved(data: Data) -> int:
    return 4 * data.x.nbytes


def softjet(data: Data) -> Contender:
    x, x_dot, y_bar, axis = data.x, data.x_dot, data.y_bar, data.axis
    return Contender(lambda: sj.softmax.curvature(x, x_dot, y_bar, axis=axis), "new")


def torch(data: Data) -> Contender:
    arrays = [peers.tensor(a) for a in (data.x, data.x_dot, data.y_bar)]
    module, axis = peers.torch(), data.axis
    call = forward_over_reverse(
        module.func.jvp, module.func.vjp, lambda x: module.softmax(x, axis)
    )
    return Contender(lambda: call(*arrays), "new")


def torch_compiled(data: Data) -> Contender:
    arrays = [peers.tensor(a) for a in (data.x, data.x_dot, data.y_bar)]
    module, axis = peers.torch(), data.axis
    call = peers.compiled(
        forward_over_reverse(
            module.func.jvp, module.func.vjp, lambda x: module.softmax(x, axis)
        )
    )
    return Contender(lambda: call(*arrays), "new")


def jax(data: Data) -> Contender:
    module, axis = peers.jax(data.threads), data.axis
    call = forward_over_reverse(
        module.jvp, module.vjp, lambda x: module.nn.softmax(x, axis)
    )
    arrays = data.x, data.x_dot, data.y_bar
    return Contender(peers.jitted(module, call, *arrays), "new")


def forward_over_reverse(jvp, vjp, softmax):
    """The derivative along x_dot of x -> vjp(softmax, x)(y_bar)."""

    def call(x, x_dot, y_bar):
        return jvp(lambda x: vjp(softmax, x)[1](y_bar)[0], (x,), (x_dot,))[1]

    return call
