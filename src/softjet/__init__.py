"""softjet: the softmax and every derivative of it, right to the last digits.

    y = softmax(x)                           probabilities from logits
    y, y_dot = softmax.jvp(x, x_dot)         forward mode, one pass
    y, pullback = softmax.vjp(x)             reverse mode
    J = softmax.jacobian(x)                  structured: J @ v, J.solve(v), J.sqrt()
    loss, grad = cross_entropy.value_and_grad(logits, targets)
    hv = cross_entropy.hvp(logits, logits_dot, targets)

    loss, bars = linear_cross_entropy.value_and_grad((h, W), targets)
    o, o_dot = attention.jvp((q, k, v), (q_dot, k_dot, v_dot), causal=True)

Every function prints its own derivation: print(softmax).  `edges()` is the table of
edge cases that all of them obey; `threads(n)` sets how many threads they use;
`diagnose(...)` says which mistake a softmax of somebody's own makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .adapters.edges import edges
from .adapters.numpy import FUNCTIONS as _FUNCTIONS
from .errors import Refusal
from .kernels.threads import threads

if TYPE_CHECKING:
    from .check.diagnose import diagnose
    from .fused.attention import attention
    from .fused.linear_cross_entropy import linear_cross_entropy

__version__ = "0.1.0"

logsumexp = _FUNCTIONS["logsumexp"]
softmax = _FUNCTIONS["softmax"]
log_softmax = _FUNCTIONS["log_softmax"]
sigmoid = _FUNCTIONS["sigmoid"]
log_sigmoid = _FUNCTIONS["log_sigmoid"]
softplus = _FUNCTIONS["softplus"]
cross_entropy = _FUNCTIONS["cross_entropy"]
binary_cross_entropy = _FUNCTIONS["binary_cross_entropy"]
kl_divergence = _FUNCTIONS["kl_divergence"]
entropy = _FUNCTIONS["entropy"]

__all__ = [
    "Refusal",
    "attention",
    "binary_cross_entropy",
    "cross_entropy",
    "diagnose",
    "edges",
    "entropy",
    "kl_divergence",
    "linear_cross_entropy",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "sigmoid",
    "softmax",
    "softplus",
    "threads",
]

# What is 20 ms of imports or more, which most programs do not need.
_LATER = {
    "attention": "fused.attention",
    "diagnose": "check.diagnose",
    "linear_cross_entropy": "fused.linear_cross_entropy",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    function = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = function
    return function


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
