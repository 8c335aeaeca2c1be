import numpy as np


def softmax(x):
    out = np.zeros_like(x)
    for i in range(len(x)):
        row = x[i] - np.max(x[i])
        out[i] = np.exp(row) / np.exp(row).sum()
    return out
