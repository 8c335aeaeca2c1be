"""A plan: which function, and what it is told that is no tensor.

Tensors travel beside it, in an order that the tables here fix: the primals, which are
differentiated, then what is given (targets, masks, weights), which is held constant,
then seeds.  A plan is hashable, and goes through a string and back, since an operator
of torch.compile takes tensors and strings.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..fused.blocks import MEMORY

Option = Any  # None, a bool, a number, a string, or a tuple of those

PRIMALS: dict[str, tuple[str, ...]] = {
    "logsumexp": ("x",),
    "softmax": ("x",),
    "log_softmax": ("x",),
    "sigmoid": ("x",),
    "log_sigmoid": ("x",),
    "softplus": ("x",),
    "cross_entropy": ("logits",),
    "binary_cross_entropy": ("logits",),
    "linear_cross_entropy": ("h", "W", "b"),
    "attention": ("q", "k", "v"),
}
# Each may be None.  `where` has the shape of the primal, `sink` of logits that of the
# primal with 1 for the axes; targets and weight are as softjet's NumPy functions have
# them; mask and sink of attention broadcast to (..., H, T_q, T_k) and (..., H).
GIVEN: dict[str, tuple[str, ...]] = {
    "logsumexp": ("sink", "where"),
    "softmax": ("sink", "where"),
    "log_softmax": ("sink", "where"),
    "sigmoid": (),
    "log_sigmoid": (),
    "softplus": (),
    "cross_entropy": ("targets", "weight", "where"),
    "binary_cross_entropy": ("targets", "where"),
    "linear_cross_entropy": ("targets", "weight"),
    "attention": ("mask", "sink"),
}
# softjet's names and meanings: a mean is over the weights of the targets.  An axis is
# negative, or a tuple of negative ones, so that a batch in front does not move it.
_ROWS: dict[str, Option] = {"axis": -1, "temperature": 1.0}
_LOSS: dict[str, Option] = {"reduction": "mean"}
_IDS: dict[str, Option] = {"label_smoothing": 0.0, "ignore_index": None}
OPTIONS: dict[str, dict[str, Option]] = {
    "logsumexp": _ROWS,
    "softmax": _ROWS,
    "log_softmax": _ROWS,
    "sigmoid": {},
    "log_sigmoid": {},
    "softplus": {},
    "cross_entropy": _ROWS | _LOSS | _IDS,
    "binary_cross_entropy": _LOSS,
    "linear_cross_entropy": _LOSS
    | _IDS
    | {"softcap": None, "z_loss": 0.0, "memory": MEMORY},
    "attention": {"causal": False, "alignment": None, "window": None, "scale": None},
}


@dataclass(frozen=True)
class Plan:
    """A function, all of its options in the order of the table, and its carrier.

    `carrier` is "numpy", "device", or "" for the one that fits the tensors; it travels
    with the plan, so that what was forced forward is forced backward too.
    """

    function: str
    options: tuple[tuple[str, Option], ...] = ()
    carrier: str = ""

    @classmethod
    def of(cls, function: str, carrier: str = "", **told: Option) -> Plan:
        """A plan from the options that differ from their defaults."""
        unknown = told.keys() - OPTIONS[function].keys()
        assert not unknown, f"{function} has no {unknown}"
        return cls(function, tuple((OPTIONS[function] | told).items()), carrier)

    def __getitem__(self, name: str) -> Option:
        return self.told[name]

    @property
    def told(self) -> Mapping[str, Option]:
        """The options by name, all of them."""
        return dict(self.options)

    def but(self, **told: Option) -> Plan:
        """The same plan with other options."""
        options = tuple((name, told.get(name, old)) for name, old in self.options)
        return replace(self, options=options)

    @property
    def primals(self) -> tuple[str, ...]:
        """Names of the tensors that are differentiated."""
        return PRIMALS[self.function]

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the tensors that are held constant."""
        return GIVEN[self.function]

    def split(self, tensors: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Primals, given and seeds of tensors in a row."""
        first = len(self.primals)
        second = first + len(self.given)
        return tensors[:first], tensors[first:second], tensors[second:]

    def __str__(self) -> str:
        """A string that `plan_of` reads: as operators of torch.compile take it."""
        return repr((self.function, self.options, self.carrier))


def plan_of(text: str) -> Plan:
    """The plan that a string tells."""
    return Plan(*ast.literal_eval(text))
