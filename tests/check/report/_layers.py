"""Functions as people write them, one for each kind of thing a report has to tell."""

import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_without_shift(x):
    e = np.exp(x)
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_in_columns(z):
    e = np.exp(z - np.max(z, axis=0))
    return e / np.sum(e, axis=0)


def backward(y, dout):
    return y * (dout - np.sum(y * dout, axis=-1, keepdims=True))


def diagonal(y, dout):
    return y * (1 - y) * dout


def one_jacobian(s, dout):
    jacobian = np.diagflat(s) - s.reshape(-1, 1) @ s.reshape(1, -1)
    return np.dot(dout, jacobian)


def needy(y, dout, *, strength):
    return strength * dout


def cubed(y, dout):
    return y * (dout**3 - np.sum(y * dout**3, axis=-1, keepdims=True))


def puzzling(foo, bar, baz, qux, quux):
    return foo


def cross_entropy(logits, labels):
    p = softmax(logits)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def gradient_of_the_sum(logits, labels):
    p = softmax(logits)
    p[np.arange(len(labels)), labels] -= 1
    return p


class Softmax:
    def forward(self, x):
        self.y = softmax(x)
        return self.y

    def backward(self, grad):
        return grad * self.y
