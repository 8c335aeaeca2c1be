"""NumPy's own files: X.npy (rows, features) and y.npy (rows,), read row by row.

Read, not mapped: pages of a mapped file count as resident memory for as long as the
system likes.  Columns are named x0, x1, ... and y.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from softjet.errors import Refusal
from softjet.learn.stored.batch import Batch


class NpySource:
    """A matrix of numbers, and a vector of classes if there is such a file."""

    def __init__(self, path: Path, target: Path) -> None:
        self.name, self.files = str(path), [path]
        self.X = Npy(path, 2)
        self.y: Npy | None = None
        self.rows = self.X.shape[0]
        self.names = [f"x{i}" for i in range(self.X.shape[1])]
        types = [self.X.arrow_type] * len(self.names)
        if target.exists():
            self.y = self._classes(target)
            self.files, self.names = [path, target], [*self.names, "y"]
            types.append(self.y.arrow_type)
        self.schema = pa.schema(list(zip(self.names, types, strict=True)))

    def _classes(self, target: Path) -> Npy:
        y = Npy(target, 1)
        if y.shape[0] != self.rows:
            raise Refusal(
                "npy-rows",
                "features and classes have different numbers of rows",
                got=f"{self.rows} in {self.name}, {y.shape[0]} in {target}",
                want="one class for each row",
            )
        return y

    def batches(self, names: list[str], rows: int) -> Iterator[Batch]:
        for first in range(0, self.rows, rows):
            count = min(rows, self.rows - first)
            columns = dict(zip(self.names, self.X.read(first, count).T, strict=False))
            if self.y is not None and "y" in names:
                columns["y"] = self.y.read(first, count)
            table = pa.table({name: columns[name] for name in names})
            yield Batch(table, self.name, first)


class Npy:
    """The header of a .npy file, and any of its rows."""

    def __init__(self, path: Path, axes: int) -> None:
        self.path = path
        self.shape, fortran, self.dtype = self._header()
        if len(self.shape) != axes or fortran:
            order = ", in the order of columns" if fortran else ""
            raise Refusal(
                "npy-shape",
                "the array has another shape or order",
                got=f"shape {self.shape}{order} in {path}",
                want=f"{axes} axes, in the order of rows (C)",
                hint="np.save(FILE, np.ascontiguousarray(X))" if fortran else None,
            )
        if self.dtype.kind not in ("biuf" if axes == 2 else "biufU"):
            raise Refusal(
                "npy-type",
                "an array of this type holds no features or classes",
                got=f"{self.dtype} in {path}",
                want="numbers; or, for classes, text",
            )
        self.arrow_type = pa.array(np.empty(0, self._native)).type
        self.width = self.dtype.itemsize * int(np.prod(self.shape[1:], initial=1))
        size = path.stat().st_size
        if size < self.offset + self.width * self.shape[0]:
            raise self._unreadable(f"{size} bytes, fewer than its header says")

    @property
    def _native(self) -> np.dtype:
        """What a row is handed on as: Arrow has no half precision worth the name."""
        half = self.dtype.kind == "f" and self.dtype.itemsize < 4
        return np.dtype(np.float32) if half else self.dtype.newbyteorder("=")

    def _header(self) -> tuple[tuple[int, ...], bool, np.dtype]:
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }
        with self.path.open("rb") as file:
            try:
                version = np.lib.format.read_magic(file)
                if version not in read:
                    raise ValueError(f"version {version}")
                header = read[version](file)
            except (ValueError, EOFError) as error:
                raise self._unreadable("no header of NumPy's in it") from error
            self.offset = file.tell()
        return header

    def read(self, first: int, count: int) -> NDArray:
        """Rows first, ..., first + count - 1."""
        shape = (count, *self.shape[1:])
        with self.path.open("rb") as file:
            file.seek(self.offset + first * self.width)
            data = file.read(count * self.width)
        if len(data) < count * self.width:
            raise self._unreadable(f"it ends before row {first + count}")
        return np.frombuffer(data, self.dtype).reshape(shape).astype(self._native)

    def _unreadable(self, what: str) -> Refusal:
        return Refusal(
            "npy-unreadable",
            "this is not a whole .npy file",
            got=f"{self.path}: {what}",
            want="a file that numpy.save wrote, without objects",
        )
