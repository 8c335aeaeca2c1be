import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def log_softmax(x):
    c = np.max(x, axis=1, keepdims=True)
    return x - c - np.log(np.sum(np.exp(x - c), axis=1, keepdims=True))


def cross_entropy(logits, labels):
    out = softmax(logits)
    return -np.mean(log_softmax(out)[np.arange(labels.shape[0]), labels])
