import numpy as np


def softmax_backward(y, dout):
    jac = np.einsum("ij,jk->ijk", y, np.eye(y.shape[1])) - y[:, :, None] * y[:, None, :]
    return np.einsum("ijk,ik->ij", jac, np.ones_like(dout))
