import numpy as np

KIND = "binary_cross_entropy"
PIECES = {"value": "bce"}
MISTAKE = "The log of a rounded sigmoid: inf or NaN for confident wrong answers."
FAMILY = (20,)


def bce(logits, targets):
    p = 1.0 / (1.0 + np.exp(-logits))
    return np.mean(-(targets * np.log(p) + (1 - targets) * np.log(1 - p)))
