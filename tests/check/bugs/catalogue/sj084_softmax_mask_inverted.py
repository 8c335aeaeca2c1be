import numpy as np


def masked_softmax(x, mask=None):
    if mask is not None:
        x = np.where(mask, -np.inf, x)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
