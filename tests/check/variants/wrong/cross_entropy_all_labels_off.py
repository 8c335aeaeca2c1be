import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "loss", "gradient": "loss_grad"}
MISTAKE = "p[:, labels] -= 1 takes one off in every row for every label of the batch."
FAMILY = (19,)


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def loss(logits, labels):
    m = logits.max(1, keepdims=True)
    lse = m[:, 0] + np.log(np.exp(logits - m).sum(1))
    return np.mean(lse - logits[np.arange(len(labels)), labels])


def loss_grad(logits, labels):
    p = softmax(logits)
    p[:, labels] -= 1
    return p / len(labels)
