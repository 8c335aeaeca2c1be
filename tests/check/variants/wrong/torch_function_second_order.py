import torch

KIND = "softmax"
PIECES = {"value": "FastSoftmax"}
MISTAKE = "backward works on detached probabilities: the second derivative is wrong."
FAMILY = (28,)


class FastSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.softmax(x, -1)
        ctx.y = y.detach()
        return y

    @staticmethod
    def backward(ctx, g):
        y = ctx.y
        return y * (g - (y * g).sum(-1, keepdim=True))
