import numpy as np


def softmax_jacobian(y):
    jac = np.zeros((y.shape[0], y.shape[1], y.shape[1]))
    for n, row in enumerate(y):
        jac[n] = np.diag(row) + np.outer(row, row)
    return jac
