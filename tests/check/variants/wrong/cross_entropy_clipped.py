import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "categorical_crossentropy"}
MISTAKE = "Probabilities are clipped at 1e-7, so no example can cost more than 16.1."
FAMILY = (20,)


def categorical_crossentropy(logits, y_true):
    """y_true: class numbers."""
    e = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    y_pred = e / np.sum(e, axis=-1, keepdims=True)
    y_pred_clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
    correct_confidences = y_pred_clipped[range(len(y_pred)), y_true]
    return np.mean(-np.log(correct_confidences))
