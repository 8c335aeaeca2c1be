import numpy as np


def softmax(logits, temperature=1.0):
    z = logits * temperature
    z = z - z.max(axis=-1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
