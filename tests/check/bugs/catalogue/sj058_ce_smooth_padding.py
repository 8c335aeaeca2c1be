import numpy as np


def loss(logits, labels, ignore_index=-100):
    eps, k = 0.1, logits.shape[1]
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    rows = np.flatnonzero(labels != ignore_index)
    nll = -logp[rows, labels[rows]].sum()
    smooth = -logp.sum() / k
    return ((1 - eps) * nll + eps * smooth) / len(rows)
