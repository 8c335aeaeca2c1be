import numpy as np

KIND = "attention"
PIECES = {"value": "scaled_dot_product_attention"}
MISTAKE = "The scores are divided by d, not by its square root."
FAMILY = "new"


def scaled_dot_product_attention(q, k, v):
    d_k = k.shape[-1]
    scores = np.matmul(q, np.swapaxes(k, -2, -1)) / d_k
    scores -= scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores)
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.matmul(weights, v)
