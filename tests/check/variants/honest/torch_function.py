import torch

KIND = "softmax"
PIECES = {"value": "Softmax"}


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x = x - x.amax(dim=-1, keepdim=True)
        y = x.exp() / x.exp().sum(dim=-1, keepdim=True)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return y * (grad_output - (y * grad_output).sum(dim=-1, keepdim=True))
