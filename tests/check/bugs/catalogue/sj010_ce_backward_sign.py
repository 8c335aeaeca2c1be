import numpy as np


def probabilities(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(log_sum - shifted[np.arange(len(labels)), labels])


def loss_grad(logits, labels):
    onehot = np.zeros_like(logits)
    onehot[np.arange(len(labels)), labels] = 1
    return (onehot - probabilities(logits)) / len(labels)
