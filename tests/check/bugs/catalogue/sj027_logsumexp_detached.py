import numpy as np


def logsumexp_backward(x, g):
    idx = x.argmax(axis=1)
    e = np.exp(x - x.max(axis=1, keepdims=True))
    inner = e / e.sum(axis=1, keepdims=True)
    inner[np.arange(len(x)), idx] += 1
    return g[:, None] * inner
