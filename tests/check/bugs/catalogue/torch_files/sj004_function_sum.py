import torch


class MySoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inp):
        out = torch.softmax(inp, dim=1)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad):
        (out,) = ctx.saved_tensors
        return out * (grad - (out * grad).sum())
