def sigmoid_backward(y, dy):
    return y * (1 - y)
