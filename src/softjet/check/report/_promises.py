"""What each law promises, in a sentence: what its file begins with."""

from __future__ import annotations

from functools import cache

from ..judge import laws


@cache
def promises() -> dict[str, str]:
    """The sentences by the names of the laws."""
    files = (file for file in vars(laws).values() if hasattr(file, "law"))
    return {file.law.name: _sentence(file.__doc__ or "") for file in files}


def _sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split()).rstrip(".")


def promise(law: str) -> str:
    """ "vjp: the VJP is the transposed derivative of the value"; a name alone if that
    is all there is."""
    sentence = promises().get(law)
    return law if sentence is None else f"{law}: {sentence[:1].lower()}{sentence[1:]}"
