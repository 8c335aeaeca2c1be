import numpy as np


def weighted_loss(logits, labels, weight=None):
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    losses = -logp[np.arange(len(labels)), labels]
    if weight is not None:
        losses = losses * weight[labels]
    return losses.mean()
