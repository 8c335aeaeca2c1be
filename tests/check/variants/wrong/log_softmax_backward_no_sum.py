import numpy as np

KIND = "log_softmax"
PIECES = {"value": "log_softmax", "vjp": "log_softmax_backward"}
MISTAKE = "The cotangent is not summed over the row: g - y g in place of g - y sum(g)."
FAMILY = "new"


def log_softmax(x):
    m = x.max(axis=-1, keepdims=True)
    return x - m - np.log(np.exp(x - m).sum(axis=-1, keepdims=True))


def log_softmax_backward(out, grad):
    return grad - np.exp(out) * grad
