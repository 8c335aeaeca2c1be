import numpy as np

KIND = "binary_cross_entropy"
PIECES = {"value": "loss", "gradient": "loss_prime"}
MISTAKE = "p - t is multiplied by p (1 - p) again, as for a squared error."
FAMILY = (14,)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def loss(logits, targets):
    z = logits
    return np.mean(np.maximum(z, 0) - z * targets + np.log1p(np.exp(-np.abs(z))))


def loss_prime(logits, targets):
    p = sigmoid(logits)
    return (p - targets) * p * (1 - p) / p.size
