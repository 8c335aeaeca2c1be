"""What could stand in softmax's place, to compare it with: functions and losses.

    sparsemax           the nearest point of the simplex: exact zeros
    spherical_softmax   shares of the squares
    taylor_softmax      the exponential's polynomial in its place
    clipped_softmax     stretched and cut: exact zeros and ones
    hardmax             all to the largest: softmax without temperature
    squared_error       the loss that came before cross-entropy
    brier_score         the same of probabilities, from logits

They are rules like those at the top level, with every mode and the same edge cases, and
without kernels: for comparing, not for speed.  docs/alternatives.md compares them.

>>> import numpy as np
>>> import softjet.alternatives as alternatives
>>> y, pullback = alternatives.sparsemax.vjp(np.array([1.0, 0.5, -2.0]))
>>> y, pullback(np.array([1.0, 0.0, 5.0]))
(array([0.75, 0.25, 0.  ]), array([ 0.5, -0.5,  0. ]))
"""

from __future__ import annotations

from typing import Any

from . import (
    brier_score as _brier_score,
)
from . import (
    clipped_softmax as _clipped_softmax,
)
from . import (
    hardmax as _hardmax,
)
from . import (
    sparsemax as _sparsemax,
)
from . import (
    spherical_softmax as _spherical_softmax,
)
from . import (
    squared_error as _squared_error,
)
from . import (
    taylor_softmax as _taylor_softmax,
)
from ._function import Family, function_of

sparsemax = function_of(_sparsemax.rule)
spherical_softmax = function_of(_spherical_softmax.rule)
taylor_softmax = Family(
    _taylor_softmax.rule_of,
    {"order": (2, "int\n    Order of the polynomial: 2, 4, ... 20.")},
)
clipped_softmax = Family(
    _clipped_softmax.rule_of,
    {
        "zeta": (1.0, "float\n    Upper end of the stretch, 1 or more."),
        "gamma": (-0.03, "float\n    Lower end of the stretch, 0 or less."),
    },
)
hardmax = function_of(_hardmax.rule)
squared_error = function_of(_squared_error.rule)
brier_score = function_of(_brier_score.rule)

FUNCTIONS: dict[str, Any] = {
    function.__name__: function
    for function in (
        sparsemax,
        spherical_softmax,
        taylor_softmax,
        clipped_softmax,
        hardmax,
        squared_error,
        brier_score,
    )
}
__test__ = {name: function.__doc__ for name, function in FUNCTIONS.items()}

__all__ = [
    "brier_score",
    "clipped_softmax",
    "hardmax",
    "sparsemax",
    "spherical_softmax",
    "squared_error",
    "taylor_softmax",
]
