"""cross_entropy.hvp: the Hessian of the mean loss times x_dot.

x, x_dot and the ids are read once, the answer written once.  torch goes through its
graph twice (double backward); torch.compile, which has no double backward, and JAX go
forward over reverse.
"""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, rows
from benchmarks.race import Contender
from benchmarks.speed.cross_entropy import jax_loss

CASES = tuple(rows("hvp"))
LACKS = {"SciPy": "has no derivatives", "ONNX Runtime": "has no derivatives"}


def moved(data: Data) -> int:
    return 3 * data.x.nbytes + data.ids.nbytes


def softjet(data: Data) -> Contender:
    x, x_dot, ids, axis = data.x, data.x_dot, data.ids, data.axis
    return Contender(lambda: sj.cross_entropy.hvp(x, x_dot, ids, axis=axis), "new")


def torch(data: Data) -> Contender:
    module, axis = peers.torch(), data.axis
    x, ids = peers.tensor(data.x).requires_grad_(), peers.tensor(data.ids)
    x_dot, grad = peers.tensor(data.x_dot), module.autograd.grad

    def call():
        loss = module.nn.functional.cross_entropy(x.movedim(axis, -1), ids)
        (slope,) = grad(loss, x, create_graph=True)
        return grad(slope, x, x_dot)[0]

    return Contender(call, "new")


def torch_compiled(data: Data) -> Contender:
    module, axis = peers.torch(), data.axis
    x, x_dot, ids = map(peers.tensor, (data.x, data.x_dot, data.ids))

    def loss_of(x):
        return module.nn.functional.cross_entropy(x.movedim(axis, -1), ids)

    slope, jvp = module.func.grad(loss_of), module.func.jvp
    call = peers.compiled(lambda x, x_dot: jvp(slope, (x,), (x_dot,))[1])
    return Contender(lambda: call(x, x_dot), "new")


def jax(data: Data) -> Contender:
    module = peers.jax(data.threads)
    loss_of = jax_loss(module, data.axis)

    def call(x, x_dot, ids):
        slope = module.grad(loss_of)
        return module.jvp(lambda x: slope(x, ids), (x,), (x_dot,))[1]

    arrays = data.x, data.x_dot, data.ids
    return Contender(peers.jitted(module, call, *arrays), "new")
