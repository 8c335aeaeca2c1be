"""Half precision summed in half precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._bug import Bug, Sight
from ._form import Form
from ._parts import Array, Parts

if TYPE_CHECKING:
    from ..judge.trial import Trial

KINDS = "softmax log_softmax logsumexp cross_entropy"


def _sums(p: Parts) -> tuple[Array, Array, Array]:
    z = p.native
    m = z.max(-1, keepdims=True)
    e = np.exp(z - m)
    return z - m, e, e.sum(-1, keepdims=True)


def value(p: Parts) -> Array | None:
    return (_sums(p)[1] / _sums(p)[2]).astype(float) if _half(p) else None


def one_by_one(p: Parts) -> Array | None:
    """A running sum in the dtype, as a loop has it: it stops at 2048."""
    if not _half(p):
        return None
    e = _sums(p)[1]
    return (e / np.cumsum(e, axis=-1, dtype=e.dtype)[..., -1:]).astype(float)


def log_value(p: Parts) -> Array | None:
    return (_sums(p)[0] - np.log(_sums(p)[2])).astype(float) if _half(p) else None


def lse(p: Parts) -> Array | None:
    m, s = p.native.max(-1), _sums(p)[2][..., 0]
    return (m + np.log(s)).astype(float) if _half(p) else None


def _half(p: Parts) -> bool:
    return p.trial.dtype == "float16"


def long_rows_alone(trials: Sequence[Trial]) -> bool:
    """Wrong on long rows of half precision, and on nothing else."""
    wrong = [trial for trial in trials if trial.wrong]
    return bool(wrong) and all(
        t.dtype in ("float16", "bfloat16") and t.x.shape[-1] > 256 for t in wrong
    )


BUG = Bug(
    code="SJ038",
    name="half precision summed in half precision",
    line="e = np.exp(x16 - m); y = e / e.sum(axis=-1, keepdims=True)",
    looks_right_when="rows are short",
    symptom="Long rows: probabilities of all 0 (the sum is inf above 65504), or rows "
    "that sum to 2 (a running sum stops at 2048).",
    why="float16 has 11 bits and ends at 65504. A sum of thousands of terms needs more "
    "of both than its terms do.",
    tell="100 000 equal logits in float16 give 0, not 1e-5.",
    mended="Convert to float32 before the exponential, sum there, and round once.",
    sources=(
        "github.com/pytorch/pytorch/issues/158310",
        "github.com/pytorch/executorch/pull/20089",
    ),
    forms=(
        Form(value, "softmax", "value", ranged=True),
        Form(one_by_one, "softmax", "value", ranged=True),
        Form(log_value, "log_softmax", "value", ranged=True),
        Form(lse, "logsumexp", "value", ranged=True),
    ),
    sight=Sight(long_rows_alone, KINDS, "value gradient vjp jvp"),
)
