import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "cross_entropy", "gradient": "cross_entropy_grad"}
MISTAKE = "The loss is the mean over the batch, the gradient is that of the sum."
FAMILY = (17,)


def log_softmax(x):
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def cross_entropy(logits, targets):
    n = logits.shape[0]
    return -log_softmax(logits)[range(n), targets].sum() / n


def cross_entropy_grad(logits, targets):
    n = logits.shape[0]
    grad = np.exp(log_softmax(logits))
    grad[range(n), targets] -= 1
    return grad
