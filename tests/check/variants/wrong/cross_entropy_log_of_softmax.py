import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "cross_entropy"}
MISTAKE = (
    "The log of a rounded softmax: inf as soon as the probability is below 1e-308."
)
FAMILY = (20,)


def cross_entropy(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = e / e.sum(axis=1, keepdims=True)
    nll = 0.0
    for i, label in enumerate(labels):
        nll -= np.log(probs[i, label])
    return nll / len(labels)
