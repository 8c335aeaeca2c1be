"""Learning with the softmax: two classifiers, a certificate, and the main job.

Start at `regression.py`, the scikit-learn classifier; `objective.py` is what it
minimises, `certificate.py` how far from the minimum it can be, `fit.py` the job that
`softjet fit` runs; `stored/` reads what is larger than memory.  To see how a network
learns, start at `network.py`; `layers/` and `chain.py` are all of its backpropagation,
`experiments/` what can be seen with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from softjet.learn.network import Network
    from softjet.learn.regression import SoftmaxRegression
    from softjet.learn.stored.table import StoredTable, open_table

__all__ = ["Network", "SoftmaxRegression", "StoredTable", "open_table"]
HOMES = {
    "Network": "network",
    "SoftmaxRegression": "regression",
    "StoredTable": "stored.table",
    "open_table": "stored.table",
}


def __getattr__(name: str) -> Any:
    # scikit-learn takes half a second to import: reading a model does not need it.
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
