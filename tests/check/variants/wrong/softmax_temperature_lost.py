import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax_t", "vjp": "softmax_t_backward"}
ARGS = {"temperature": 2.5}
MISTAKE = "The forward divides by the temperature, the backward does not."
FAMILY = (26,)


def softmax_t(x, temperature=2.5):
    x = x / temperature
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_t_backward(y, grad, temperature=2.5):
    return y * (grad - (y * grad).sum(axis=-1, keepdims=True))
