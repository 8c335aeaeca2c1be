import numpy as np

KIND = "attention"
PIECES = {"value": "attention"}
MISTAKE = "The softmax runs over the queries, not over the keys."
FAMILY = (5,)


def attention(q, k, v):
    scores = np.einsum("...qd,...kd->...qk", q, k) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-2, keepdims=True))
    attn = e / e.sum(axis=-2, keepdims=True)
    return np.einsum("...qk,...kd->...qd", attn, v)
