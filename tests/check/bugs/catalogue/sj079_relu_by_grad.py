def relu_backward(x, dout):
    dx = dout.copy()
    dx[dout <= 0] = 0
    return dx
