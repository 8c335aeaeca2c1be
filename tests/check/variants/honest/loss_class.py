import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "SoftmaxCrossEntropy"}


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.probs, self.labels = np.exp(log_p), labels
        return -np.mean(log_p[np.arange(len(labels)), labels])

    def backward(self):
        grad = self.probs.copy()
        grad[np.arange(len(self.labels)), self.labels] -= 1.0
        return grad / len(self.labels)
