import numpy as np


def logsumexp(x):
    x_max = np.max(x, axis=1, keepdims=True)
    return np.log(np.sum(np.exp(x - x_max), axis=1))
