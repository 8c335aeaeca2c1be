import numpy as np

KIND = "softmax"
PIECES = {"vjp": "backward"}
MISTAKE = "After the loop every row is multiplied by the Jacobian of the last row."
FAMILY = "new"


def backward(softmax_output, grad):
    for row in softmax_output:
        p = row.reshape(-1, 1)
        jacobian = np.diagflat(p) - p @ p.T
    return grad @ jacobian
