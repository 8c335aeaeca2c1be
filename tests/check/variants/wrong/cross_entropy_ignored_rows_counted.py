import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "cross_entropy"}
ARGS = {"ignore_index": -100}
MISTAKE = "Ignored rows cost nothing but are still counted in the mean."
FAMILY = "new"


def cross_entropy(logits, targets, ignore_index=-100):
    x = logits - logits.max(axis=1, keepdims=True)
    log_p = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    keep = targets != ignore_index
    safe = np.where(keep, targets, 0)
    losses = -log_p[np.arange(len(targets)), safe] * keep
    return losses.mean()
