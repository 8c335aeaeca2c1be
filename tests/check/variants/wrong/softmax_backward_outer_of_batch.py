import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax", "vjp": "softmax_backward"}
MISTAKE = "The outer product is summed over the batch: every row sees the others."
FAMILY = (3, 4)


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_backward(y, dy):
    eye = np.eye(y.shape[1])
    jacobian = np.einsum("nj,jk->njk", y, eye) - np.einsum("nj,nk->jk", y, y)
    return np.einsum("njk,nk->nj", jacobian, dy)
