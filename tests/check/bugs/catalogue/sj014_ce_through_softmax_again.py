import numpy as np


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(p, dout):
    return p * (dout - (p * dout).sum(axis=-1, keepdims=True))


def grad(logits, targets):
    p = softmax(logits)
    delta = p.copy()
    delta[range(len(targets)), targets] -= 1
    delta /= len(targets)
    return softmax_backward(p, delta)
