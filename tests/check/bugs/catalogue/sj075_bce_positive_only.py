import numpy as np


def bce(logits, targets):
    return np.mean(targets * np.logaddexp(0, -logits))
