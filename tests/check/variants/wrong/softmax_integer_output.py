import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "The result is made by zeros_like(x): for integer logits it is all 0 and 1."
FAMILY = (24,)


def softmax(x):
    x = np.asarray(x)
    out = np.zeros_like(x)
    for row in range(x.shape[0]):
        e = np.exp(x[row] - x[row].max())
        out[row] = e / e.sum()
    return out
