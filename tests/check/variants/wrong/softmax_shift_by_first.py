import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "Each row is shifted by its first entry, not by its largest, and overflows."
FAMILY = (9,)


def softmax(inp):
    shifted = inp - inp[..., :1]
    numerator = np.exp(shifted)
    return numerator / numerator.sum(axis=-1, keepdims=True)
