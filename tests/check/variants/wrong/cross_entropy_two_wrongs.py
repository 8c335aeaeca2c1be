import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "loss", "gradient": "loss_grad", "vjp": "softmax_backward"}
MISTAKE = "The gradient of binary cross-entropy times a diagonal Jacobian gives p - y."
FAMILY = (13, 1)


def loss(logits, onehot):
    m = logits.max(axis=1, keepdims=True)
    log_p = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -(onehot * log_p).sum(axis=1).mean()


def loss_grad(probs, onehot):
    """Gradient with respect to the probabilities."""
    return (-onehot / probs + (1 - onehot) / (1 - probs)) / len(probs)


def softmax_backward(probs, grad):
    return grad * probs * (1 - probs)
