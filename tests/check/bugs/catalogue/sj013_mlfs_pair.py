import numpy as np


def cross_entropy_gradient(y, p):
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return -(y / p) + (1 - y) / (1 - p)


def softmax_gradient(p, accum_grad):
    return p * (1 - p) * accum_grad
