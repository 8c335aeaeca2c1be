import numpy as np

KIND = "cross_entropy"
PIECES = {"gradient": "ce_backward"}
MISTAKE = "y - p in place of p - y: descent climbs."
FAMILY = (10,)


def ce_backward(probs, labels):
    n, k = probs.shape
    return (np.eye(k)[labels] - probs) / n
