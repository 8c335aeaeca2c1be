"""A fused function shows itself as the others do: its derivation, step by step."""

from __future__ import annotations


class Shown:
    """What print and a notebook show of a function that has a page of its own."""

    __name__: str

    def __str__(self) -> str:
        from ..derivations import derivation_of

        return derivation_of(self.__name__).to_text()

    def _repr_markdown_(self) -> str:
        from ..derivations import derivation_of

        return derivation_of(self.__name__).to_markdown()
