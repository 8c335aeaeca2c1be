import numpy as np


def grad_logits(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    t = np.zeros_like(p)
    t[np.arange(len(labels)), labels] = 1
    return -t / p / len(labels)
