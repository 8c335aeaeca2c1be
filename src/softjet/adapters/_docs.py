"""The page of a function, put together from its rule: nothing is written twice."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from ..rules._rule import Rule

ARGUMENTS = {
    "x": "array\n    Logits, in nats; any real, any shape and strides.",
    "logits": "array\n    Logits, in nats; any real, any shape and strides.",
    "y": "array\n    Outputs, of any unit; any real, any shape and strides.",
    "p_logits": "array\n    Logits of p, in nats.",
    "q_logits": "array, shape of p_logits\n    Logits of q, in nats.",
    "targets": "array\n    {targets}",
}
IDS = (
    "Class ids (integers, shape of logits without axis) or probabilities\n"
    "    (floats, shape of logits): decided by dtype and shape together."
)
UNIT = "Numbers from 0 to 1, one for each logit."
OPTIONS = {
    "axis": "int or tuple of ints\n    The axis of the classes, which is summed.",
    "temperature": "float\n    T > 0, in the units of the logits: f(x / T).",
    "sink": "number, or array that broadcasts to one number a row\n    s adds exp(s) "
    "to the sum and no output; not divided by T, held constant.",
    "where": "boolean array that broadcasts\n    False takes an entry out of its row: "
    "neither it nor its seed is read.",
    "keepdims": "bool\n    Keep the summed axes, with length one.",
    "out": "array\n    Where to write the answer; it may be the input itself.",
    "reduction": '"mean", "sum" or "none"\n    The mean is over the weights of the '
    "targets; 0 where there are none.",
    "label_smoothing": "float\n    Share of each target spread evenly over classes.",
    "weight": "array (K,)\n    A weight for each class, >= 0.",
    "ignore_index": "int\n    Rows with this class id take no part.",
}
RETURNS = {
    "entries": "array, shape and dtype of the input (float64 for integers)",
    "rows": "array, shape and dtype of the input (float64 for integers)",
    "numbers": "array of the input's dtype, without the summed axes; a scalar if none "
    "are left",
}
LOSS_RETURNS = "scalar of the logits' dtype; one number a row with reduction=none"
REFUSED = (
    "Complex, object and other dtypes, arrays of other libraries, shapes that do not\n"
    "fit, axes out of range, options out of their domain: softjet.Refusal, with what\n"
    "came and what was wanted."
)


def docstring(rule: Rule, defaults: Mapping[str, Any]) -> str:
    """One line, formula, parameters, returns, refusals, accuracy, source, example."""
    sections = [
        rule.summary,
        "\n".join(rule.formula.strip().splitlines()[1:]).strip("\n"),
        _section("Parameters", _parameters(rule, defaults)),
        _section("Returns", LOSS_RETURNS if rule.given else RETURNS[rule.maps]),
        _section("Refused", REFUSED),
        _section("Accuracy", _accuracy(rule)),
        _section("Source", rule.source),
        _section("See also", _listed(rule.see_also)),
        _section("Examples", _example(rule)),
    ]
    return "\n\n".join(sections) + "\n"


def _section(title: str, body: str) -> str:
    lines = [_wrapped(line) for line in body.splitlines()]
    return "\n".join([title, "-" * len(title), *lines])


def _wrapped(line: str) -> str:
    """Long lines broken at 84, as help() indents them by four."""
    indent = line[: len(line) - len(line.lstrip())]
    if len(line) <= 84 or line.lstrip().startswith((">>>", "array")):
        return line
    return textwrap.fill(line, 84, subsequent_indent=indent or "    ")


def _parameters(rule: Rule, defaults: Mapping[str, Any]) -> str:
    targets = UNIT if rule.maps == "entries" else IDS
    lines = [
        f"{name} : {ARGUMENTS[name].format(targets=targets)}"
        for name in rule.primals + rule.given
    ]
    lines += [
        f"{name} : {OPTIONS[name]} Default {defaults[name]!r}." for name in rule.options
    ]
    return "\n".join(lines)


def _accuracy(rule: Rule) -> str:
    bounds = "; ".join(f"{mode} {bound}" for mode, bound in rule.bounds.items())
    return (
        f"{bounds}.\nHeld by tests/test_accuracy.py against 60 digits; u is the unit "
        "roundoff of\nthe dtype, size the error model of the rule."
    )


def _listed(entries: Mapping[str, str]) -> str:
    return "\n".join(f"{name} : {text}" for name, text in entries.items())


def _example(rule: Rule) -> str:
    return ">>> import numpy as np, softjet as sj\n" + rule.example
