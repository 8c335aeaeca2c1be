import numpy as np


def attention_backward(q, k, v, d_out):
    scale = 1 / np.sqrt(q.shape[-1])
    s = scale * (q @ k.swapaxes(-1, -2))
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    d_v = p.swapaxes(-1, -2) @ d_out
    d_p = d_out @ v.swapaxes(-1, -2)
    d_s = p * (1 - p) * d_p
    return scale * d_s @ k, scale * d_s.swapaxes(-1, -2) @ q, d_v
