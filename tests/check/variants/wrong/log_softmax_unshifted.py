import numpy as np

KIND = "log_softmax"
PIECES = {"value": "log_softmax"}
MISTAKE = "log of the sum of raw exponentials: inf for large logits, -inf for small."
FAMILY = (9,)


def log_softmax(z):
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))
