"""A text cut into blocks that end where a line of a CSV does.

A line may go on over several lines of text, inside quotes; and a quote in the middle of
a cell is only a character.  So what is looked for is the end of a line outside of every
cell that begins with a quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from softjet.errors import Refusal
from softjet.learn.stored.amount import write_amount

# How many blocks a line may fill before the file is taken for one without lines.
MOST_BLOCKS = 8

# A quoted cell; one that does not end here takes everything to the end.
_QUOTED = re.compile(rb'(?:(?<=[,\r\n])|\A)"[^"]*(?:""[^"]*)*(?:"|\Z)')


def blocks(path: Path, size: int) -> Iterator[bytes]:
    """First the line of the header, then whole lines, about `size` bytes at a time."""
    with path.open("rb") as file:
        rest, ended = _beginning(file, size)
        newline, header = b"\n" if b"\n" in rest else b"\r", True
        while rest:
            end = len(rest) if ended else _end(rest, newline)
            if header:
                end = _end(rest, newline, first=True) or (len(rest) if ended else 0)
            if end:
                yield rest[:end]
                header, rest = False, rest[end:]
            if not end or not rest:
                _refuse_long(path, rest, size)
                more = file.read(size)
                rest, ended = rest + more, len(more) < size


def _beginning(file: BinaryIO, size: int) -> tuple[bytes, bool]:
    """As much as shows how lines end, and whether that is all there is."""
    rest = more = file.read(size)
    while len(more) == size and rest.find(b"\n") < 0:
        # A file of old has \r alone, which the next byte may still make \r\n.
        if 0 <= rest.find(b"\r") < len(rest) - 1 or len(rest) > MOST_BLOCKS * size:
            break
        more = file.read(size)
        rest += more
    return rest, len(more) < size


def _end(text: bytes, newline: bytes, first: bool = False) -> int:
    """Just after the last (first) newline outside of quoted cells; 0: there is none.

    The first is that of a line that is not empty.
    """
    found, start = 0, 0
    for gap_end, next_start in _gaps(text):
        if first:
            place = text.find(newline, start, gap_end)
            while place >= 0 and not text[: place + 1].strip(b"\r\n"):
                place = text.find(newline, place + 1, gap_end)
            if place >= 0:
                return place + 1
        else:
            found = text.rfind(newline, start, gap_end) + 1 or found
        start = next_start
    return found


def _gaps(text: bytes) -> Iterator[tuple[int, int]]:
    """Where text outside of quoted cells ends, and where it begins again."""
    for match in _QUOTED.finditer(text) if b'"' in text else ():
        yield match.start(), match.end()
    yield len(text), len(text)


def _refuse_long(path: Path, rest: bytes, size: int) -> None:
    if len(rest) > MOST_BLOCKS * size:
        raise Refusal(
            "csv-line-long",
            "a line does not fit into the memory that was granted",
            got=f"{write_amount(len(rest))} without the end of a line in {path}",
            want=f"lines of at most {write_amount(MOST_BLOCKS * size)}",
            hint="more memory",
        )
