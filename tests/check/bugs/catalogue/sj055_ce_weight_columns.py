import numpy as np


def grad(logits, labels, weight=None):
    c = logits.shape[1]
    w = np.ones(c) if weight is None else weight
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    onehot = np.eye(c)[labels]
    return w * (p - onehot) / w[labels].sum()
