"""The text that the small GPT learns: Python's own library source, as tokens.

A token is a byte.  A larger vocabulary adds the commonest words: identifiers, runs of
blanks with their line break, and runs of signs; what is not among them is spelled out.
"""

from __future__ import annotations

import collections
import re
import sysconfig
from pathlib import Path

import numpy as np

BYTES = 256
WORDS = re.compile(rb"\s+|\w+|[^\s\w]+")


def source(limit: int | None = None) -> bytes:
    """The modules at the top of the standard library, in the order of their names."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    text = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    return text[:limit]


def tokens(text: bytes, vocabulary: int) -> np.ndarray:
    """Ids below `vocabulary`: bytes first, then words from the commonest down."""
    if vocabulary < BYTES:
        raise ValueError(f"a vocabulary of {vocabulary} does not hold the 256 bytes")
    if vocabulary == BYTES:
        return np.frombuffer(text, np.uint8).astype(np.int64)
    ids = {word: [BYTES + n] for n, word in enumerate(common(text, vocabulary))}
    flat = [number for word in WORDS.findall(text) for number in ids.get(word, word)]
    return np.array(flat, np.int64)


def common(text: bytes, vocabulary: int) -> list[bytes]:
    """The words whose ids follow those of the bytes."""
    counts = collections.Counter(w for w in WORDS.findall(text) if len(w) > 1)
    return [word for word, _ in counts.most_common(vocabulary - BYTES)]
