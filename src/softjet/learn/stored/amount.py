"""Amounts of memory, as people write them: 512MB, 4GiB, or a number of bytes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from softjet.errors import Refusal

UNITS = {
    "": 1,
    **{f"{letter}b": 1000**i for i, letter in enumerate("kmgt", 1)},
    **{f"{letter}ib": 1024**i for i, letter in enumerate("kmgt", 1)},
    "b": 1,
}


def read_amount(amount: Any) -> int:
    """Bytes that an int or a text such as "512MB", "4 GiB" or "1.5gb" stands for.

    KB, MB, GB, TB are powers of 1000; KiB, MiB, GiB, TiB powers of 1024.

    >>> read_amount("512MB"), read_amount("1.5 KiB"), read_amount(4096)
    (512000000, 1536, 4096)
    """
    if isinstance(amount, (int, np.integer)) and not isinstance(amount, bool):
        found = int(amount)
    else:
        text = amount if isinstance(amount, str) else ""
        match = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*([a-zA-Z]*)\s*", text, re.ASCII)
        unit = UNITS.get(match[2].lower()) if match else None
        found = int(float(match[1]) * unit) if match and unit else 0
    if found < 1:
        raise Refusal(
            "memory",
            "this is no amount of memory",
            got=f"memory={amount!r}",
            want="a number of bytes, or a text such as '512MB' or '4GiB'",
        )
    return found


def write_amount(count: int) -> str:
    """Bytes as people read them: three digits and a unit of a thousand.

    >>> write_amount(512_000_000), write_amount(1536), write_amount(12)
    ('512 MB', '1.54 kB', '12 bytes')
    """
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.3g} {unit}"
    return f"{count} bytes"
