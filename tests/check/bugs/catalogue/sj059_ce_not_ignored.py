import numpy as np


def loss(logits, labels, ignore_index=-100):
    pad = labels == ignore_index
    labels = np.where(pad & (labels < 0), 0, labels)
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -logp[np.arange(len(labels)), labels].mean()
