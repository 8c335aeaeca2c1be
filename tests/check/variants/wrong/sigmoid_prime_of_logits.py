KIND = "sigmoid"
PIECES = {"vjp": "backward"}
MISTAKE = "z * (1 - z) is taken of the logit, where the output belongs."
FAMILY = (16,)


def backward(z, grad):
    return grad * z * (1 - z)
