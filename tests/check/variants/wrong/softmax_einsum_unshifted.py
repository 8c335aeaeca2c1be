import numpy as np

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "Nothing is subtracted before exp, so a logit of 800 overflows."
FAMILY = (9,)


def softmax(logits):
    e = np.exp(logits)
    z = np.einsum("nk->n", e)
    return e / z[:, None]
