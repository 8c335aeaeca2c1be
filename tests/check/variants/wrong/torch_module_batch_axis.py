from torch import nn

KIND = "softmax"
PIECES = {"value": "Head"}
MISTAKE = "nn.Softmax(dim=0) normalises over the batch."
FAMILY = (4, 5)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.activation = nn.Softmax(dim=0)

    def forward(self, x):
        return self.activation(x)
