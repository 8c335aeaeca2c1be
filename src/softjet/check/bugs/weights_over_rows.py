"""A weighted sum divided by the number of rows, not by the sum of the weights."""

from __future__ import annotations

from ._bug import Bug
from ._form import Form
from ._loss_parts import LossParts
from ._parts import Array


def by_rows(p: LossParts) -> Array | None:
    return p.loss(p.a, p.live.sum()) if _weighted(p) else None


def by_all_rows(p: LossParts) -> Array | None:
    return p.loss(p.a, p.N) if _weighted(p) else None


def by_all_weights(p: LossParts) -> Array | None:
    return p.loss(p.a, p.weight.sum()) if _weighted(p) else None


def _weighted(p: LossParts) -> bool:
    return p.told.get("weight") is not None and p.mean


BUG = Bug(
    code="SJ053",
    name="weighted mean divided by the rows",
    line="loss = (w[t] * losses).sum() / N",
    looks_right_when="all weights are 1",
    symptom="The loss changes its size with the weights' scale and the batch's "
    "classes.",
    why="The mean of weighted numbers is their weighted sum over the sum of the "
    "weights "
    "that occur, so that doubling all weights changes nothing.",
    tell="Doubling all class weights doubles the loss.",
    mended="Divide by w[t].sum().",
    sources=("github.com/pytorch/pytorch/issues/61309",),
    forms=tuple(
        Form(f, "cross_entropy", "value gradient vjp jvp")
        for f in (by_rows, by_all_rows, by_all_weights)
    ),
)
