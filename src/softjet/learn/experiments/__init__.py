"""Experiments of one call each: what a small network does, in numbers.

    logit_paths()      SGD keeps every logit vector in the plane of sum 0; Adam does not
    losses()           from a start that is sure and wrong, squared error hardly moves
    hidden_layers()    a ReLU kills half of the gradients; a softmax makes all faint
    imbalance()        99 : 1 classes slow SGD down, and Adam less
    table()            a table of logits comes to match the frequencies in the data

Each takes a seed and returns a small dataclass of arrays and numbers; what its page
says it shows is under test (tests/learn/test_experiments.py), and the figures of one
run are in docs/experiments.md.
"""

from softjet.learn.experiments.hidden_layers import HiddenLayers, hidden_layers
from softjet.learn.experiments.imbalance import Imbalance, imbalance
from softjet.learn.experiments.logit_paths import LogitPaths, logit_paths
from softjet.learn.experiments.losses import Losses, losses
from softjet.learn.experiments.table import Table, table

__all__ = [
    "HiddenLayers",
    "Imbalance",
    "LogitPaths",
    "Losses",
    "Table",
    "hidden_layers",
    "imbalance",
    "logit_paths",
    "losses",
    "table",
]
