def bwd(y, g):
    return (y * (g - g.mean(axis=-1, keepdims=True)),)
