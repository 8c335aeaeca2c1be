"""binary_cross_entropy of logits, the loss of every entry.

x and the targets are read once, the losses written once.  SciPy and JAX have no such
function: theirs is the formula people write with what they have.
"""

from __future__ import annotations

import softjet as sj
from benchmarks import peers
from benchmarks.cases import Data, entries
from benchmarks.race import Contender

CASES = tuple(entries("binary_cross_entropy"))
LACKS = {"ONNX Runtime": "has no such operator"}


def moved(data: Data) -> int:
    return 3 * data.x.nbytes


def softjet(data: Data) -> Contender:
    x, t = data.x, data.targets
    return Contender(lambda: sj.binary_cross_entropy(x, t, reduction="none"), "new")


def scipy(data: Data) -> Contender:
    special, x, t = peers.scipy(), data.x, data.targets
    return Contender(lambda: (1 - t) * x - special.log_expit(x), "new")


def torch(data: Data) -> Contender:
    loss_of = entry_losses()
    x, t = peers.tensor(data.x), peers.tensor(data.targets)
    return Contender(lambda: loss_of(x, t), "new")


def torch_compiled(data: Data) -> Contender:
    call = peers.compiled(entry_losses())
    x, t = peers.tensor(data.x), peers.tensor(data.targets)
    return Contender(lambda: call(x, t), "new")


def entry_losses():
    """torch's loss, without a reduction."""
    functional = peers.torch().nn.functional

    def call(x, t):
        return functional.binary_cross_entropy_with_logits(x, t, reduction="none")

    return call


def jax(data: Data) -> Contender:
    module = peers.jax(data.threads)

    def call(x, t):
        log_sigmoid = module.nn.log_sigmoid
        return -t * log_sigmoid(x) - (1 - t) * log_sigmoid(-x)

    return Contender(peers.jitted(module, call, data.x, data.targets), "new")
