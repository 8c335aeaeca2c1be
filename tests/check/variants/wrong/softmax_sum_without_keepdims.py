import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "The sum is taken without keepdims, so column j is divided by row j's sum."
FAMILY = (6,)


def softmax(a):
    shifted = a - a.max(axis=1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=1)
