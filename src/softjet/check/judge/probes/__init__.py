"""Probes that cannot be fooled, one idea a file, simplest first."""

from __future__ import annotations

from functools import cache

from ..kinds import Kind
from ..probe import Probe
from . import (
    attention,
    axes,
    dead_entries,
    dead_rows,
    integers,
    long,
    masks,
    memory,
    narrow,
    offset,
    one_row,
    saturated,
    square,
    targets,
    temperature,
    ties,
    two_classes,
    uneven,
    wide,
)

_FILES = (
    uneven,
    square,
    two_classes,
    one_row,
    ties,
    memory,
    integers,
    narrow,
    saturated,
    long,
    dead_entries,
    offset,
    wide,
    temperature,
    targets,
    masks,
    axes,
    dead_rows,
)
# Families that any implementation of the formula serves; the others stress one thing.
PLAIN = ("uneven", "square", "two classes", "one row", "long")


@cache  # half the time of a verdict was drawing them; what is handed over are copies
def probes_of(kind: Kind) -> tuple[Probe, ...]:
    """Every probe that has a meaning for the kind."""
    if kind.maps == "attention":
        return tuple(attention.probes(kind))
    return tuple(probe for file in _FILES for probe in file.probes(kind))


__all__ = ["PLAIN", "probes_of"]
