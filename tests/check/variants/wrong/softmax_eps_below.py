import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "A small number is added to the sum to avoid 0/0; rows no longer sum to 1."
FAMILY = "new"


EPS = 1e-8


def softmax(x):
    ex = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return ex / (np.sum(ex, axis=-1, keepdims=True) + EPS)
