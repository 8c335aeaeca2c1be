import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "criterion"}
MISTAKE = "Softmax is applied twice: its result is handed to a loss that takes logits."
FAMILY = (15,)


def softmax(v):
    e = np.exp(v - v.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def nll_with_softmax(outputs, target):
    p = softmax(outputs)
    return -np.log(p[np.arange(target.size), target]).mean()


def criterion(logits, target):
    probs = softmax(logits)
    return nll_with_softmax(probs, target)
