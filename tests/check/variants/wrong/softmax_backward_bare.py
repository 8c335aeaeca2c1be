import numpy as np

KIND = "softmax"
PIECES = {"value": "SoftmaxLayer"}
MISTAKE = "The outer factor y is forgotten: the result is g - <y, g>."
FAMILY = (12,)


class SoftmaxLayer:
    def forward(self, input_data):
        shifted = input_data - input_data.max(axis=1, keepdims=True)
        self.output = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
        return self.output

    def backward(self, output_gradient):
        weighted = (output_gradient * self.output).sum(axis=1, keepdims=True)
        return output_gradient - weighted
