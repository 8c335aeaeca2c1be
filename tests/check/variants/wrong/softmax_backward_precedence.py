import numpy as np

KIND = "softmax"
PIECES = {"jvp": "softmax_jvp"}
MISTAKE = "A bracket is missing: y * x_dot - <y, x_dot>, the second term without y."
FAMILY = "new"


def softmax_jvp(y, x_dot):
    return y * x_dot - np.sum(y * x_dot, axis=-1, keepdims=True)
