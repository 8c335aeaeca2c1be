import numpy as np

KIND = "cross_entropy"
PIECES = {"value": "CrossEntropyLoss"}
MISTAKE = "backward divides by the number of entries N K, the loss by N alone."
FAMILY = (17,)


class CrossEntropyLoss:
    def forward(self, logits, targets):
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_z = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        log_p = shifted - log_z
        self.p = np.exp(log_p)
        self.targets = targets
        return -log_p[np.arange(len(targets)), targets].mean()

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(self.targets)), self.targets] -= 1
        return d / d.size
