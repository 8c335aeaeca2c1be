import numpy as np


def attention(q, k, v, causal=False):
    t = q.shape[-2]
    s = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    if causal:
        keep = np.tril(np.ones((t, k.shape[-2])), k=1)
        s = np.where(keep == 1, s, -np.inf)
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)) @ v
