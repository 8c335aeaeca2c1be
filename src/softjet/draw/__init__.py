"""Pictures: arrays in, matplotlib Axes out.

Every number in a picture was computed by the library and is handed in; nothing here
knows a model or a file.  Figures are made without pyplot, so drawing needs no display
and leaves no state behind.
"""

from softjet.draw.confusion import confusion
from softjet.draw.curve import gap_curve, objective_curve
from softjet.draw.jacobian import jacobian
from softjet.draw.reliability import reliability
from softjet.draw.weights import weight_bars, weight_images

__all__ = [
    "confusion",
    "gap_curve",
    "jacobian",
    "objective_curve",
    "reliability",
    "weight_bars",
    "weight_images",
]
