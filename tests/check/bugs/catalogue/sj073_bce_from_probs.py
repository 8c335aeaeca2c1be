import numpy as np


def bce(logits, targets):
    p = 1 / (1 + np.exp(-logits))
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))
