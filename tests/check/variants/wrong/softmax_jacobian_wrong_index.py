import numpy as np

KIND = "softmax"
PIECES = {"jacobian": "jacobian"}
MISTAKE = "Off the diagonal -s_i s_i stands for -s_i s_j, so J is not symmetric."
FAMILY = "new"


def jacobian(s):
    """Jacobian of softmax for one output vector s."""
    k = s.shape[0]
    jac = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            jac[i, j] = s[i] * (1 - s[i]) if i == j else -s[i] * s[i]
    return jac
