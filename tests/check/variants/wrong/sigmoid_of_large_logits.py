import numpy as np

KIND = "sigmoid"
PIECES = {"value": "sigmoid"}
MISTAKE = "exp(x) / (1 + exp(x)) is inf / inf above 709."
FAMILY = (9,)


def sigmoid(x):
    return np.exp(x) / (1 + np.exp(x))
