import jax
import jax.numpy as jnp

KIND = "log_softmax"
PIECES = {"value": "log_softmax"}
MISTAKE = "The log is taken of a rounded softmax: -inf for wide rows."
FAMILY = (20,)


def log_softmax(logits):
    return jnp.log(jax.nn.softmax(logits, axis=-1))
