import numpy as np


def attention(query, key, value, causal=False):
    d_k = query.shape[-1]
    scores = np.matmul(query, key.swapaxes(-2, -1)) / np.sqrt(d_k)
    if causal:
        t = scores.shape[-1]
        future = np.triu(np.ones((t, t), dtype=bool), k=1)
        scores = np.where(future, -10.0, scores)
    p = np.exp(scores - scores.max(-1, keepdims=True))
    p = p / p.sum(-1, keepdims=True)
    return np.matmul(p, value)
