import numpy as np


def grad(logits, labels, weight=None):
    n, k = logits.shape
    w = np.ones(k) if weight is None else weight
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    t = np.zeros((n, k))
    t[np.arange(n), labels] = w[labels]
    return (p - t) / t.sum()
