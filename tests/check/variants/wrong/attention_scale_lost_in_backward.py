import numpy as np

KIND = "attention"
PIECES = {"value": "attention", "vjp": "attention_backward"}
MISTAKE = "The forward divides the scores by sqrt(d); dq and dk lack that factor."
FAMILY = (26,)


def weights_of(q, k):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    scores = scores - scores.max(axis=-1, keepdims=True)
    e = np.exp(scores)
    return e / e.sum(axis=-1, keepdims=True)


def attention(q, k, v):
    return weights_of(q, k) @ v


def attention_backward(q, k, v, dout):
    w = weights_of(q, k)
    dv = np.swapaxes(w, -1, -2) @ dout
    dw = dout @ np.swapaxes(v, -1, -2)
    ds = w * (dw - (dw * w).sum(axis=-1, keepdims=True))
    return ds @ k, np.swapaxes(ds, -1, -2) @ q, dv
