import math

KIND = "softmax"
PIECES = {"value": "softmax", "vjp": "softmax_backward"}


def softmax(logits):
    top = max(logits)
    exps = [math.exp(v - top) for v in logits]
    total = math.fsum(exps)
    return [e / total for e in exps]


def softmax_backward(probs, grad):
    dot = sum(p * g for p, g in zip(probs, grad, strict=True))
    return [p * (g - dot) for p, g in zip(probs, grad, strict=True)]
