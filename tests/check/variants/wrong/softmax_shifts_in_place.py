import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "z -= max writes into the caller's array."
FAMILY = (25,)


def softmax(z):
    z -= np.max(z, axis=1, keepdims=True)
    sm = np.exp(z)
    return sm / sm.sum(axis=1, keepdims=True)
