import jax


def gradient(logits, labels):
    p = jax.nn.softmax(logits, axis=-1)
    return p.at[:, labels].add(-1.0) / len(labels)
