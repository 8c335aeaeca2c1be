import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "Shifted by the largest absolute value: a row of very negative logits is 0/0."
FAMILY = "new"


def softmax(z):
    c = np.abs(z).max(axis=1, keepdims=True)
    ez = np.exp(z - c)
    return ez / ez.sum(axis=1, keepdims=True)
