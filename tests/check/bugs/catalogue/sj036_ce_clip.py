import numpy as np


def loss(logits, y_true):
    e = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    y_pred = e / np.sum(e, axis=1, keepdims=True)
    y_pred_clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
    correct_confidences = y_pred_clipped[range(len(y_pred)), y_true]
    return np.mean(-np.log(correct_confidences))
