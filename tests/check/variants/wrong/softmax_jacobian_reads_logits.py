import numpy as np

KIND = "softmax"
PIECES = {"jacobian": "softmax_jacobian"}
MISTAKE = "The Jacobian multiplies the probabilities by the logits they came from."
FAMILY = (16,)


def softmax_jacobian(logits):
    e = np.exp(logits - np.max(logits))
    value = e / e.sum()
    n = len(value)
    J = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i == j:
                J[i][j] = value[i] * (1 - logits[i])
            else:
                J[i][j] = -value[i] * logits[j]
    return J
