import jax
import jax.numpy as jnp


def softmax_jvp(x, x_dot):
    y = jax.nn.softmax(x, axis=-1)
    return y, y * (x_dot - jnp.sum(y * x_dot, axis=0))
