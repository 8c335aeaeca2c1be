import numpy as np

KIND = "softmax"
PIECES = {"value": "Softmax"}


class Softmax:
    def __init__(self):
        self.output = None

    def forward(self, inputs):
        exps = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exps / np.sum(exps, axis=1, keepdims=True)
        return self.output

    def backward(self, dvalues):
        dinputs = np.empty_like(dvalues)
        for index, (out, dvalue) in enumerate(zip(self.output, dvalues, strict=True)):
            out = out.reshape(-1, 1)
            jacobian_matrix = np.diagflat(out) - np.dot(out, out.T)
            dinputs[index] = np.dot(jacobian_matrix, dvalue)
        return dinputs
