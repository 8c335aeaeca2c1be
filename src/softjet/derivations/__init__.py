"""The derivations: how each function's derivatives follow from its definition.

    logsumexp              the shift, the gradient is softmax, the Hessian is J
    softmax                the quotient rule, diag(y) - y y^T, one map both ways
    log_softmax            x - f: two maps, and no division
    sigmoid                softmax of [x, 0]
    log_sigmoid            log_softmax of [x, 0]
    softplus               logsumexp of [x, 0]
    cross_entropy          the sum split and rejoined, y - t, on to the weights and bias
    binary_cross_entropy   from two classes, by the sign of the logit
    kl_divergence          from two rows of logits
    entropy                of the softmax of a row
    linear_cross_entropy   tile by tile; back to h, W and b; along all three
    attention              the online merge, and the way back from outputs to q, k, v

A page is data: steps with LaTeX, words and a source, and both sides of each equation as
numbers, which the tests compare.  `print` shows it, a notebook renders it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from ._derivation import Derivation, Step
from ._point import Point, point

__all__ = ["DERIVATIONS", "Derivation", "Point", "Step", "derivation_of", "point"]

_NAMES = (
    "logsumexp",
    "softmax",
    "log_softmax",
    "sigmoid",
    "log_sigmoid",
    "softplus",
    "cross_entropy",
    "binary_cross_entropy",
    "kl_divergence",
    "entropy",
    "linear_cross_entropy",
    "attention",
)


def derivation_of(name: str) -> Derivation:
    """The page of the function `name`; a KeyError that lists the pages if none has it.

    >>> derivation_of("softmax").steps[0].latex
    'y_i = \\\\frac{e^{x_i}}{\\\\sum_j e^{x_j}}'
    """
    if name not in _NAMES:
        raise KeyError(f"no derivation of {name!r}; there are {', '.join(_NAMES)}")
    return import_module(f".{name}", __name__).derivation


class _Pages(Mapping[str, Derivation]):
    """All pages by name, in reading order; a page is loaded when it is read."""

    def __getitem__(self, name: str) -> Derivation:
        return derivation_of(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


DERIVATIONS: Mapping[str, Derivation] = _Pages()
