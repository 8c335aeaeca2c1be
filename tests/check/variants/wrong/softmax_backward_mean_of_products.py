KIND = "softmax"
PIECES = {"vjp": "softmax_vjp"}
MISTAKE = "The mean of y * g stands where their sum should: centred by <y, g> / K."
FAMILY = "new"


def softmax_vjp(y, g):
    return y * (g - (y * g).mean(axis=-1, keepdims=True))
