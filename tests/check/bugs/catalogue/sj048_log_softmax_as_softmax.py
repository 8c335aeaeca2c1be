import numpy as np


def backward(logits, grad_output):
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return p * (grad_output - (p * grad_output).sum(1, keepdims=True))
