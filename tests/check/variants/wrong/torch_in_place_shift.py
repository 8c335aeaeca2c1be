KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "sub_ shifts the caller's tensor in place."
FAMILY = (25,)


def softmax(x):
    x.sub_(x.amax(dim=-1, keepdim=True))
    e = x.exp()
    return e / e.sum(dim=-1, keepdim=True)
