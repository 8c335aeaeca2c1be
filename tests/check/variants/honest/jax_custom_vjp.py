import jax
import jax.numpy as jnp

KIND = "softmax"
PIECES = {"value": "softmax"}


@jax.custom_vjp
def softmax(x):
    unnormalized = jnp.exp(x - x.max(axis=-1, keepdims=True))
    return unnormalized / unnormalized.sum(axis=-1, keepdims=True)


def forward(x):
    y = softmax(x)
    return y, y


def backward(y, g):
    return (y * (g - (y * g).sum(axis=-1, keepdims=True)),)


softmax.defvjp(forward, backward)
