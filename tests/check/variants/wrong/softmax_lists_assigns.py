KIND = "softmax"
PIECES = {"vjp": "softmax_backward"}
MISTAKE = "The inner loop assigns where it should add: only the last term is kept."
FAMILY = "new"


def softmax_backward(probs, grad):
    """probs, grad: lists of floats."""
    n = len(probs)
    dx = [0.0] * n
    for i in range(n):
        for j in range(n):
            delta = 1.0 if i == j else 0.0
            dx[i] = grad[j] * probs[j] * (delta - probs[i])
    return dx
