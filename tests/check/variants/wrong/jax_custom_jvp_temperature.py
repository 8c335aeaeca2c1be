import jax

KIND = "softmax"
PIECES = {"value": "tempered"}
ARGS = {"temperature": 0.5}
MISTAKE = "The custom JVP multiplies by the temperature, where it should divide."
FAMILY = (26,)


TEMPERATURE = 0.5


@jax.custom_jvp
def tempered(x):
    return jax.nn.softmax(x / TEMPERATURE, axis=-1)


@tempered.defjvp
def tempered_jvp(primals, tangents):
    (x,), (x_dot,) = primals, tangents
    y = tempered(x)
    x_dot = x_dot * TEMPERATURE
    return y, y * (x_dot - (y * x_dot).sum(axis=-1, keepdims=True))
