import numpy as np

KIND = "logsumexp"
PIECES = {"gradient": "logsumexp_grad"}
MISTAKE = "The gradient is the one of max: 1 at the largest entry, 0 elsewhere."
FAMILY = "new"


def logsumexp_grad(x):
    grad = np.zeros(x.shape)
    grad[np.arange(len(x)), x.argmax(axis=1)] = 1.0
    return grad
