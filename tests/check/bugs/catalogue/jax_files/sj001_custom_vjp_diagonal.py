import jax


def softmax_fwd(x):
    y = jax.nn.softmax(x, axis=-1)
    return y, y


def softmax_bwd(y, g):
    return (y * (1 - y) * g,)


softmax = jax.custom_vjp(lambda x: jax.nn.softmax(x, axis=-1))
softmax.defvjp(softmax_fwd, softmax_bwd)
