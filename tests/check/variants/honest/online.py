import numpy as np

KIND = "logsumexp"
PIECES = {"value": "logsumexp"}


def logsumexp(x):
    """Largest and scaled sum together, one column at a time."""
    largest = np.full(x.shape[0], -np.inf)
    total = np.zeros(x.shape[0])
    for column in x.T:
        raised = np.maximum(largest, column)
        shift = np.where(np.isneginf(raised), 0.0, raised)
        total = total * np.exp(largest - shift) + np.exp(column - shift)
        largest = raised
    with np.errstate(divide="ignore"):
        return largest + np.log(total)
