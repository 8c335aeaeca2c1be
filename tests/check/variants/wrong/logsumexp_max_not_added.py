import numpy as np

KIND = "logsumexp"
PIECES = {"value": "logsumexp"}
MISTAKE = "The maximum is subtracted and never added back."
FAMILY = "new"


def logsumexp(x):
    x = x - np.max(x, axis=-1, keepdims=True)
    return np.log(np.sum(np.exp(x), axis=-1))
