"""A table whose cells are all there: numbers are finite, nothing is missing."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.types as kinds

from softjet.errors import Refusal
from softjet.learn.objective import Array


class Frame:
    """Columns by name, read as numbers, words or labels; refuses holes."""

    def __init__(self, table: pa.Table, source: str) -> None:
        self.table, self.source = table, source

    @property
    def names(self) -> list[str]:
        return list(self.table.column_names)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def column(self, name: str) -> pa.ChunkedArray:
        """A column without holes, its dictionary decoded."""
        column = self.table.column(name)
        if kinds.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if column.null_count:
            row = pyarrow.compute.index(column.is_null(), True).as_py()
            raise Refusal(
                "value-missing",
                "a value is missing",
                got=f"row {row + 1}, column {name!r} of {self.source}",
                want="a value in every row of every column that is used",
                hint="fill it in or leave the row out",
            )
        return column

    def is_boolean(self, name: str) -> bool:
        return kinds.is_boolean(_value_type(self.table.column(name).type))

    def is_number(self, name: str) -> bool:
        kind = _value_type(self.table.column(name).type)
        tests = (kinds.is_integer, kinds.is_floating, kinds.is_decimal, kinds.is_null)
        return any(test(kind) for test in tests)

    def is_word(self, name: str) -> bool:
        kind = _value_type(self.table.column(name).type)
        return kinds.is_string(kind) or kinds.is_large_string(kind)

    def check(self, name: str) -> None:
        """Refuse a column that cannot be a feature."""
        if self.is_number(name):
            self.numbers(name)
        else:
            self.words(name)

    def numbers(self, name: str) -> Array:
        """A column as float64; NaN and infinities refused."""
        if not self.is_number(name):
            raise self._no_number(name)
        values = self.column(name).cast(pa.float64(), safe=False).to_numpy()
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            kind = "NaN" if np.isnan(values[bad[0]]) else "an infinite number"
            raise Refusal(
                "value-not-finite",
                f"{kind} is no feature",
                got=f"row {bad[0] + 1}, column {name!r} of {self.source}",
                want="finite numbers",
            )
        return values

    def words(self, name: str) -> np.ndarray:
        """A column of words or booleans as Python strings."""
        if self.is_boolean(name):
            flags = self.column(name).to_numpy()
            return np.where(flags, "true", "false").astype(object)
        if self.is_word(name):
            return np.array(self.column(name).to_pylist(), dtype=object)
        raise Refusal(
            "column-type",
            "a column of this type is no feature",
            got=f"column {name!r} of type {self.table.column(name).type}",
            want="numbers, words or booleans",
            hint=f"--drop {name!r}, or turn it into numbers",
        )

    def labels(self, name: str) -> np.ndarray:
        """The target column: integers, floats, booleans or strings."""
        if self.is_boolean(name):
            return self.column(name).to_numpy()
        if self.is_number(name):
            values = self.numbers(name)
            whole = np.abs(values) < 2.0**53
            if (whole & (values == np.trunc(values))).all():
                return values.astype(np.int64)
            return values
        return self.words(name).astype(str)

    def require(self, name: str, code: str, problem: str) -> None:
        """Refuse, naming near names, if there is no such column."""
        if name not in self.names:
            near = get_close_matches(name, self.names, 1, 0.7) or [
                n for n in self.names if n.lower() == name.lower()
            ]
            raise Refusal(
                code,
                problem,
                got=f"{name!r}, not among the {len(self.names)} of {self.source}",
                want=f"one of {few(self.names)}",
                hint=repr(near[0]) if near else None,
            )

    def _no_number(self, name: str) -> Refusal:
        got = f"column {name!r} of type {self.table.column(name).type}"
        if self.is_word(name):
            cells = self.column(name).to_pylist()
            row = next((i for i, cell in enumerate(cells) if not _parses(cell)), 0)
            got += f", no number in row {row + 1}"
        return Refusal(
            "column-type",
            "a column holds something else than when the model was trained",
            got=got,
            want="numbers",
        )


def few(names: list[str]) -> str:
    """The first five names, and how many more there are."""
    shown = ", ".join(repr(name) for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if kinds.is_dictionary(kind) else kind


def _parses(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
