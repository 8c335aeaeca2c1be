def backward(y, dy):
    return dy * (1 - y**2)
