import jax


def backward(x, g):
    p = jax.nn.softmax(x, axis=-1)
    return g - p * g
