import numpy as np

KIND = "softmax"
PIECES = {"value": "masked_softmax"}
MISTAKE = "The mask multiplies the logits, so a masked entry has logit 0, not -inf."
FAMILY = (23,)


def masked_softmax(scores, mask):
    scores = scores * mask
    scores = scores - scores.max(-1, keepdims=True)
    weights = np.exp(scores)
    return weights / weights.sum(-1, keepdims=True)
