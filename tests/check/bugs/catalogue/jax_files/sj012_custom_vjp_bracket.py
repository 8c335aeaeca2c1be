import jax.numpy as jnp


def bwd(y, g):
    return g - jnp.sum(g * y, axis=-1, keepdims=True)
