import torch


def logsumexp(x):
    m = x.max(dim=-1, keepdim=True).values
    s = torch.exp(x - m.detach()).sum(dim=-1)
    return m.squeeze(-1) + torch.log(s)
