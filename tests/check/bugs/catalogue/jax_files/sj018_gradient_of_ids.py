import jax


def gradient(logits, labels):
    return (jax.nn.softmax(logits) - labels[:, None]) / len(labels)
