import numpy as np


def grad(logits, labels):
    n = len(labels)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    g = np.zeros_like(p)
    g[np.arange(n), labels] = p[np.arange(n), labels] - 1
    return g / n
