import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "smooth_ce"}
ARGS = {"label_smoothing": 0.1}
MISTAKE = "Smoothing adds eps to every class, not eps / K: targets sum to more than 1."
FAMILY = "new"


def smooth_ce(logits, labels, label_smoothing=0.1):
    n, k = logits.shape
    x = logits - logits.max(axis=1, keepdims=True)
    log_p = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    one_hot = np.eye(k)[labels]
    smooth = one_hot * (1 - label_smoothing) + label_smoothing
    return -(smooth * log_p).sum() / n
