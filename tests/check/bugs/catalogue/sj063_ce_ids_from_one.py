import numpy as np


def loss(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    total = 0.0
    for i, label in enumerate(labels):
        total -= logp[i, label - 1]
    return total / len(labels)
