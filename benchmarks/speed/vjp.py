"""The pullback of softmax, from y and its cotangent: y and y_bar read, x_bar written.

torch runs the kernel of its own backward pass; JAX the pullback that `jax.vjp` returns.
`softjet via vjp` is the closure of our own vjp, which keeps what its forward pass knew.
"""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, rows
from benchmarks.race import Contender

CASES = tuple(rows("vjp"))
LACKS = {"SciPy": "has no derivatives", "ONNX Runtime": "has no derivatives"}


def moved(data: Data) -> int:
    return 3 * data.x.nbytes


def softjet(data: Data) -> Contender:
    y, y_bar, axis = data.y, data.y_bar, data.axis
    return Contender(lambda: sj.softmax.pullback(y, y_bar, axis=axis), "new")


def softjet_via_vjp(data: Data) -> Contender:
    y_bar = data.y_bar
    _, pullback = sj.softmax.vjp(data.x, axis=data.axis)
    return Contender(lambda: pullback(y_bar), "new")


def torch(data: Data) -> Contender:
    module, axis = peers.torch(), data.axis
    y, y_bar = peers.tensor(data.y), peers.tensor(data.y_bar)
    backward, dtype = module._softmax_backward_data, y.dtype
    return Contender(lambda: backward(y_bar, y, axis, dtype), "new")


def torch_compiled(data: Data) -> Contender:
    module, axis = peers.torch(), data.axis
    y, y_bar = peers.tensor(data.y), peers.tensor(data.y_bar)
    backward, dtype = module._softmax_backward_data, y.dtype
    call = peers.compiled(lambda y, y_bar: backward(y_bar, y, axis, dtype))
    return Contender(lambda: call(y, y_bar), "new")


def jax(data: Data) -> Contender:
    module, axis = peers.jax(data.threads), data.axis
    x = module.numpy.asarray(data.x)
    _, pullback = module.vjp(lambda x: module.nn.softmax(x, axis), x)
    call = peers.jitted(module, lambda pull, bar: pull(bar), pullback, data.y_bar)
    return Contender(call, "new")
