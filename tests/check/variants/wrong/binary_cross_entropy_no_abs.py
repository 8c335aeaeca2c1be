import numpy as np

KIND = "binary_cross_entropy"
PIECES = {"value": "bce_with_logits"}
MISTAKE = "log1p(exp(-x)) in place of log1p(exp(-|x|)) in the stable formula."
FAMILY = "new"


def bce_with_logits(x, t):
    return (np.maximum(x, 0) - x * t + np.log1p(np.exp(-x))).mean()
