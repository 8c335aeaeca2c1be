import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax", "jacobian": "softmax_jacobian"}


def softmax(x):
    """x: one vector."""
    assert x.ndim == 1
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def softmax_jacobian(s):
    """s: softmax of one vector."""
    assert s.ndim == 1
    return np.diag(s) - np.outer(s, s)
