def d_softmax(probs, upstream):
    dot = (probs * upstream).sum(axis=1, keepdims=True)
    return upstream - dot
