import numpy as np

KIND = "softmax"
PIECES = {"value": "safe_softmax"}
MISTAKE = "Logits are clipped to +-20 to be safe, which changes every wide row."
FAMILY = "new"


def safe_softmax(logits):
    logits = np.clip(logits, -20.0, 20.0)
    e = np.exp(logits)
    return e / e.sum(axis=-1, keepdims=True)
