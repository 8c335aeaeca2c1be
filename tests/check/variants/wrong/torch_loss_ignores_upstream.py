import torch

KIND = "cross_entropy"
PIECES = {"value": "CrossEntropy"}
MISTAKE = "backward returns p - y whatever gradient comes from above."
FAMILY = "new"


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, targets):
        log_p = torch.log_softmax(logits, dim=1)
        ctx.save_for_backward(log_p, targets)
        return -log_p[torch.arange(len(targets)), targets].mean()

    @staticmethod
    def backward(ctx, grad_output):
        log_p, targets = ctx.saved_tensors
        grad = log_p.exp()
        grad[torch.arange(len(targets)), targets] -= 1
        return grad / len(targets), None
