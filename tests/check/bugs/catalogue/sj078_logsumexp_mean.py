import numpy as np


def logsumexp(x):
    m = np.max(x, axis=-1, keepdims=True)
    return m[:, 0] + np.log(np.mean(np.exp(x - m), axis=-1))
