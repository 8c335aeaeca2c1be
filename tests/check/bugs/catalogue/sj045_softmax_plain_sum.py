def softmax_grad(softmax_out, grad_out):
    return softmax_out * (grad_out - grad_out.sum(axis=-1, keepdims=True))
