"""cross_entropy.value_and_grad: the mean loss of class ids and its gradient.

x is read once and the gradient written once; the ids are read too.  The peers run their
forward and backward passes.
"""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, rows
from benchmarks.race import Contender

CASES = tuple(rows("cross_entropy"))
LACKS = {
    "SciPy": "has no cross_entropy, and no derivatives",
    "ONNX Runtime": "has no derivatives",
}


def moved(data: Data) -> int:
    return 2 * data.x.nbytes + data.ids.nbytes


def softjet(data: Data) -> Contender:
    x, ids, axis = data.x, data.ids, data.axis
    call = sj.cross_entropy.value_and_grad
    return Contender(lambda: call(x, ids, axis=axis), "new")


def torch(data: Data) -> Contender:
    return Contender(forward_and_backward(data, compiled=False), "new")


def torch_compiled(data: Data) -> Contender:
    return Contender(forward_and_backward(data, compiled=True), "new")


def forward_and_backward(data: Data, *, compiled: bool):
    """The call of a torch user; compiled, its backward is compiled with it."""
    module, axis = peers.torch(), data.axis
    x, ids = peers.tensor(data.x).requires_grad_(), peers.tensor(data.ids)

    def loss_of(x):
        return module.nn.functional.cross_entropy(x.movedim(axis, -1), ids)

    forward = peers.compiled(loss_of) if compiled else loss_of

    def call():
        loss = forward(x)
        return loss, module.autograd.grad(loss, x)[0]

    return call


def jax(data: Data) -> Contender:
    module = peers.jax(data.threads)
    loss_of = jax_loss(module, data.axis)
    call = peers.jitted(module, module.value_and_grad(loss_of), data.x, data.ids)
    return Contender(call, "new")


def jax_loss(module, axis: int | None):
    """The mean loss of class ids; JAX has none of its own."""

    def loss_of(x, ids):
        numpy = module.numpy
        logs = module.nn.log_softmax(x, axis)
        places = numpy.expand_dims(ids, axis)
        return -numpy.take_along_axis(logs, places, axis).mean()

    return loss_of
