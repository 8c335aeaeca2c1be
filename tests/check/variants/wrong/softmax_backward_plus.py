import numpy as np

KIND = "softmax"
PIECES = {"vjp": "softmax_vjp"}
MISTAKE = "The outer product is added to the diagonal, not subtracted from it."
FAMILY = "new"


def softmax_vjp(p, g):
    inner = np.sum(p * g, axis=-1, keepdims=True)
    return p * (g + inner)
