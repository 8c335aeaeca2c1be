"""softjet: the softmax and every derivative of it, right to the last digits.

    y = softmax(x)                           probabilities from logits
    y, y_dot = softmax.jvp(x, x_dot)         forward mode, one pass
    y, pullback = softmax.vjp(x)             reverse mode
    J = softmax.jacobian(x)                  structured: J @ v, J.solve(v), J.sqrt()
    loss, grad = cross_entropy.value_and_grad(logits, targets)
    hv = cross_entropy.hvp(logits, logits_dot, targets)

Every function prints its own derivation: print(softmax).  `edges()` is the table of
edge cases that all of them obey; `threads(n)` sets how many threads they use.
"""

from .adapters.edges import edges
from .adapters.numpy import FUNCTIONS as _FUNCTIONS
from .errors import Refusal
from .kernels.threads import threads

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
    "binary_cross_entropy",
    "cross_entropy",
    "edges",
    "entropy",
    "kl_divergence",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "sigmoid",
    "softmax",
    "softplus",
    "threads",
]
