import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_backward(y, dy):
    return dy * sigmoid(y) * (1 - sigmoid(y))
