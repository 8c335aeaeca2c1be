import jax
import jax.numpy as jnp

KIND = "softmax"
PIECES = {"value": "softmax"}
MISTAKE = "The custom backward is y * g: nothing is centred."
FAMILY = (2,)


@jax.custom_vjp
def softmax(x):
    e = jnp.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_fwd(x):
    y = softmax(x)
    return y, y


def softmax_bwd(y, g):
    return (y * g,)


softmax.defvjp(softmax_fwd, softmax_bwd)
