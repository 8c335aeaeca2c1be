import math

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "math.exp of the raw logit: OverflowError above 709."
FAMILY = (9,)


def softmax(logits):
    """logits: a list of floats."""
    exps = [math.exp(v) for v in logits]
    total = sum(exps)
    return [e / total for e in exps]
