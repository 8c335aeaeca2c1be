import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "The maximum is taken without keepdims, so column j is shifted by row j's."
FAMILY = (7,)


def softmax(z):
    maxes = np.amax(z, axis=1)
    e = np.exp(z - maxes)
    return e / e.sum(axis=1, keepdims=True)
