import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax_rows"}
MISTAKE = "The total is set to zero once, not once a row, so later rows are too small."
FAMILY = (4, 8)


def softmax_rows(scores):
    n, k = scores.shape
    out = np.empty((n, k))
    total = 0.0
    for i in range(n):
        top = max(scores[i])
        for j in range(k):
            out[i, j] = np.exp(scores[i, j] - top)
            total += out[i, j]
        for j in range(k):
            out[i, j] /= total
    return out
