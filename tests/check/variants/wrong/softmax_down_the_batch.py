import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "Maximum and sum run over axis 0, the batch, though each row is an example."
FAMILY = (4, 5)


def softmax(x):
    """Compute softmax values for each sets of scores in x."""
    e_x = np.exp(x - np.max(x, axis=0))
    return e_x / e_x.sum(axis=0)
