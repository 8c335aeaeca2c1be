def softplus_backward(x, grad):
    return grad * (x > 0)
