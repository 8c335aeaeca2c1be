import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax", "vjp": "backward"}


def softmax(scores):
    out = np.empty(scores.shape)
    for i, row in enumerate(scores):
        e = np.exp(row - row.max())
        out[i] = e / e.sum()
    return out


def backward(probs, dout):
    dx = np.empty_like(dout)
    for i, (p, g) in enumerate(zip(probs, dout, strict=True)):
        p = p.reshape(-1, 1)
        dx[i] = (np.diagflat(p) - p @ p.T) @ g
    return dx
