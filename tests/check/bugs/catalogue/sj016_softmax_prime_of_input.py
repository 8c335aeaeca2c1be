def softmax_prime(x, grad):
    return x * (1 - x) * grad
