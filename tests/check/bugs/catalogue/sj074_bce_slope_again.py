import numpy as np


def delta(logits, targets):
    a = 1 / (1 + np.exp(-logits))
    return (a - targets) * a * (1 - a) / logits.size
