import numpy as np


def jacobian(y):
    n, k = y.shape
    jac = np.zeros((n, k, k))
    for b in range(n):
        for i in range(k):
            for j in range(k):
                if i == j:
                    jac[b, i, j] = y[b, i]
                else:
                    jac[b, i, j] = -y[b, i] * y[b, j]
    return jac
