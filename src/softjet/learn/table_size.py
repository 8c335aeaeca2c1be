"""How much memory a table in a file will take once it is read."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet

# The table as read, its features in float64, and their split: three of each number.
COPIES = 3
# Bytes of a CSV that hold one number, about: seven digits and a comma.
BYTES_PER_NUMBER = 8


def size_in_memory(path: Path) -> int:
    """Bytes that training on the table in memory will take, about; 0 if unknown."""
    if path.is_dir():
        return sum(size_in_memory(part) for part in path.iterdir() if part.is_file())
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            about = pyarrow.parquet.read_metadata(path)
            return int(COPIES * 8 * about.num_rows * about.num_columns)
        size = path.stat().st_size
    except (OSError, pyarrow.ArrowException):
        return 0  # whoever reads it says what is wrong
    return COPIES * 8 * size // BYTES_PER_NUMBER
