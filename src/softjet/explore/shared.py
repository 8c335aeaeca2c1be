"""The fields that all scenes share, in the order in which the page offers them."""

from __future__ import annotations

from softjet.explore.fields import LAST_CLASS, Field, Number, Vector, Whole

TEMPERATURE = Number("temperature", "Temperature T", 1.0, 0.05, 20.0, 0.01, log=True)
TARGET = Whole("target", "Label", 0, 0, LAST_CLASS)

SHARED: tuple[Field, ...] = (TEMPERATURE, TARGET)

# Not offered everywhere, but the same in every scene that has them.
SELECTED = Whole("selected", "Class looked at", 0, 0, LAST_CLASS)
TANGENT = Vector("tangent", "Tangent", (1.0, -0.5, 0.5, 0.0), -3.0, 3.0)
COTANGENT = Vector("cotangent", "Cotangent", (-1.0, 0.6, 0.2, -0.4), -3.0, 3.0)
