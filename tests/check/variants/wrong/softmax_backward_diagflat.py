import numpy as np

KIND = "softmax"
PIECES = {"vjp": "softmax_grad"}
MISTAKE = "The batch is flattened to one long row before diagflat(s) - s s^T."
FAMILY = (3, 4)


def softmax_grad(probs, upstream):
    s = probs.reshape(-1, 1)
    jac = np.diagflat(s) - np.dot(s, s.T)
    return np.dot(jac, upstream.reshape(-1, 1)).reshape(probs.shape)
