import numpy as np

KIND = "softmax"
PIECES = {"value": "masked_softmax"}


def masked_softmax(logits, mask):
    """mask is True where the entry counts; a row without any gives zeros."""
    x = np.where(mask, logits, -np.inf)
    top = x.max(axis=-1, keepdims=True)
    e = np.exp(x - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1.0, total)
