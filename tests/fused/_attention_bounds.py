"""How far attention's answers may be off, and an error as a share of that."""

from __future__ import annotations

from softjet.check._attention_bounds import Bounds
from softjet.check._share import share

__all__ = ["Bounds", "share"]
