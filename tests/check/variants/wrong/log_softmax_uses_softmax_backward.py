import numpy as np

KIND = "log_softmax"
PIECES = {"vjp": "backward"}
MISTAKE = "The backward is the one of softmax, with exp(log_probs) as its output."
FAMILY = "new"


def backward(log_probs, upstream):
    s = np.exp(log_probs)
    return s * (upstream - (s * upstream).sum(axis=-1, keepdims=True))
