import numpy as np


def log_softmax_backward(x, dout):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    softmax = e / np.sum(e, axis=-1, keepdims=True)
    return dout - softmax * dout
