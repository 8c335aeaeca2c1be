import numpy as np


def loss(logits, labels, ignore_index=-100):
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    keep = labels != ignore_index
    safe = np.where(keep, labels, 0)
    losses = -logp[np.arange(len(labels)), safe] * keep
    return losses.mean()
