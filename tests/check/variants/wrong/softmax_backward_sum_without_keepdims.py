import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax", "vjp": "d_softmax"}
MISTAKE = "<y, g> is subtracted without keepdims: row i's goes to column i."
FAMILY = (6,)


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def d_softmax(out, grad_output):
    dot = np.sum(out * grad_output, axis=-1)
    return out * (grad_output - dot)
