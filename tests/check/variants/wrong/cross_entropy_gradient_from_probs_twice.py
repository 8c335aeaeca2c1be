import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "loss", "gradient": "gradient"}
MISTAKE = "p - y is already the gradient to the logits; it goes through softmax again."
FAMILY = (14,)


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(logits, one_hot):
    m = logits.max(axis=1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -np.sum(one_hot * log_p) / logits.shape[0]


def gradient(logits, one_hot):
    p = softmax(logits)
    delta = (p - one_hot) / logits.shape[0]
    inner = np.sum(p * delta, axis=1, keepdims=True)
    return p * (delta - inner)
