import numpy as np

KIND = "log_softmax"
PIECES = {"value": "log_softmax"}
MISTAKE = "log(softmax + 1e-12): no entry can fall below -27.6."
FAMILY = (20,)


def log_softmax(logits):
    e = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return np.log(p + 1e-12)
