import numpy as np

KIND = "sigmoid"
PIECES = {"value": "sigmoid", "vjp": "sigmoid_backward"}
MISTAKE = "The backward is handed the output and takes its sigmoid once more."
FAMILY = "new"


def sigmoid(x):
    return np.where(
        x >= 0,
        1 / (1 + np.exp(-np.abs(x))),
        np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))),
    )


def sigmoid_backward(out, dout):
    s = sigmoid(out)
    return dout * s * (1 - s)
