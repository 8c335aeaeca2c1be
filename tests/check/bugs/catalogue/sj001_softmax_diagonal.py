def softmax_backward(softmax_output, dvalues):
    return softmax_output * (1 - softmax_output) * dvalues
