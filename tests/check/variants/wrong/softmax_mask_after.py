import numpy as np

KIND = "softmax"
PIECES = {"value": "masked_softmax"}
MISTAKE = "The mask is applied after the softmax and the rows are not normalised again."
FAMILY = (22,)


def masked_softmax(logits, mask):
    """mask is True where the entry counts."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probs = e / e.sum(axis=-1, keepdims=True)
    return probs * mask
