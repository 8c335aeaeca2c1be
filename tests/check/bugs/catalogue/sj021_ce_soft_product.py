import numpy as np


def soft_cross_entropy(logits, target_probs):
    m = logits.max(axis=-1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=-1, keepdims=True))
    return -(target_probs * log_p).sum() / target_probs.sum()
