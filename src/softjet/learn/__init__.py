"""Learning with the softmax: the classifier, its certificate, and the main job.

Start at `regression.py`, the scikit-learn classifier; `objective.py` is what it
minimises, `certificate.py` how far from the minimum it can be, `fit.py` the job that
`softjet fit` runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from softjet.learn.regression import SoftmaxRegression

__all__ = ["SoftmaxRegression"]


def __getattr__(name: str) -> Any:
    # scikit-learn takes half a second to import: reading a model does not need it.
    if name != "SoftmaxRegression":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from softjet.learn.regression import SoftmaxRegression

    return SoftmaxRegression
