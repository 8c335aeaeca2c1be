import torch

KIND = "softmax"
PIECES = {"value": "SoftmaxFn"}
MISTAKE = "backward is grad * y: the mean of the cotangent is not taken off."
FAMILY = (2,)


class SoftmaxFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        output = torch.softmax(input, dim=-1)
        ctx.save_for_backward(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        (output,) = ctx.saved_tensors
        return output * grad_output
