"""The mathematics: one function per file, with all its derivatives.

In reading order: the potential, its gradient, their logarithm, the same three for two
classes, then the losses and measures built on them.
"""

from . import (
    binary_cross_entropy,
    cross_entropy,
    entropy,
    kl_divergence,
    log_sigmoid,
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    softplus,
)
from ._rule import MODES, Bound, Edges, Rule

RULES: dict[str, Rule] = {
    module.rule.name: module.rule
    for module in (
        logsumexp,
        softmax,
        log_softmax,
        softplus,
        sigmoid,
        log_sigmoid,
        cross_entropy,
        binary_cross_entropy,
        kl_divergence,
        entropy,
    )
}

__all__ = ["MODES", "RULES", "Bound", "Edges", "Rule"]
