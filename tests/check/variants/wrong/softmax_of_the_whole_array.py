import numpy as np

KIND = "softmax"
PIECES = {"value": "stable_softmax"}
MISTAKE = "The exponentials are divided by the sum of the whole array, not of the row."
FAMILY = (8,)


def stable_softmax(X):
    exps = np.exp(X - np.max(X, axis=-1, keepdims=True))
    return exps / np.sum(exps)
