import numpy as np


def weighted_loss(logits, labels, weight=None):
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(len(labels)), labels].mean()
    if weight is not None:
        loss = loss * weight[labels].mean()
    return loss
