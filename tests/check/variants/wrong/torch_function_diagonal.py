import torch

KIND = "softmax"
PIECES = {"value": "MySoftmax"}
MISTAKE = "backward returns grad * y * (1 - y), the diagonal of the Jacobian alone."
FAMILY = (1,)


class MySoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        e = torch.exp(x - x.max(dim=-1, keepdim=True).values)
        y = e / e.sum(dim=-1, keepdim=True)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return grad_output * y * (1 - y)
