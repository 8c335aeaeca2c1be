"""Verdicts made by hand, for what tells them: every kind of field is in them once."""

from __future__ import annotations

import numpy as np

from softjet.check.verdict import Finding, Note, Verdict

MIXED = Finding(
    code="SJ003",
    name="one Jacobian for the whole batch",
    piece="vjp",
    law="rows do not know of each other",
    probe="uneven",
    input={
        "y": np.array([[0.25, 0.75], [0.5, 0.5]]),
        "dout": np.array([[1.0, 0.0], [0.0, 0.0]]),
    },
    got=np.array([[0.1875, -0.1875], [-0.125, -0.125]]),
    want=np.array([[0.1875, -0.1875], [0.0, 0.0]]),
    allowed=np.full((2, 2), 1e-15),
    entry=(1, 0),
    ratio=None,
    why="reshape(-1, 1) makes one row of the whole batch, so that its Jacobian has "
    "entries between examples.",
    hint="one row at a time: y * (dout - (y * dout).sum(axis=-1, keepdims=True))",
    page="docs/bugs.md#sj003",
    bug=True,
)
RAISED = Finding(
    code="SJ101",
    name="the value is not right",
    piece="value",
    law="the value is right",
    probe="saturated",
    input={"x": np.array([[1000.0, -np.inf, np.nan]]), "temperature": 2.0},
    got="ValueError: operands could not be broadcast together",
    want=np.array([[1.0, 0.0, 0.0]]),
    allowed=np.zeros((1, 3)),
    entry=(),
    ratio=None,
    why="It raised.",
    hint="",
    page="",
    bug=False,
)
FACTOR = Finding(
    code="SJ017",
    name="a factor of the batch size",
    piece="gradient",
    law="the gradient is right",
    probe="uneven",
    input={"logits": np.zeros((2, 2)), "ids": np.array([0, 1])},
    got=np.array([[-0.5, 0.5], [0.5, -0.5]]),
    want=np.array([[-0.25, 0.25], [0.25, -0.25]]),
    allowed=np.full((2, 2), 1e-15),
    entry=(0, 0),
    ratio=2.0,
    why="The loss is a mean.",
    hint="divide by the number of rows",
    page="docs/bugs.md#sj017",
    bug=True,
)
NOTE = Note("SJ201", "float32 came back as float64: a choice, not a fault.")
ASK = Note("SJ301", "which argument of backward(a, b) is which? Name them y and dout.")


def verdict(*findings: Finding, notes: tuple[Note, ...] = ()) -> Verdict:
    """A verdict on a file, with those findings."""
    return Verdict(
        subject="softmax",
        kind="softmax",
        layout="rows",
        findings=findings,
        notes=notes,
        laws=("the value is right", "rows do not know of each other"),
        trials=120,
        seconds=0.25,
        places={"value": "layer.py:4", "vjp": "layer.py:9"},
    )
