def normalize(scores):
    shifted = scores - scores.min(axis=1, keepdims=True)
    return shifted / shifted.sum(axis=1, keepdims=True)
