import jax


def softmax_jvp(x, x_dot):
    y = jax.nn.softmax(x, axis=-1)
    return y, y * x_dot
