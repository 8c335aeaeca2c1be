import numpy as np

KIND = "softmax"
PIECES = {"value": "Softmax"}
MISTAKE = "backward is out * (1 - out) * dout, as if softmax were a sigmoid."
FAMILY = (1,)


class Softmax:
    def __init__(self):
        self.out = None

    def forward(self, x):
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.out = e / np.sum(e, axis=1, keepdims=True)
        return self.out

    def backward(self, dout):
        local_grad = self.out * (1.0 - self.out)
        return dout * local_grad
