"""A table whose cells are all there: numbers are finite, nothing is missing."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
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
            raise self._missing(name, column)
        return column

    def _missing(self, name: str, column: pa.ChunkedArray) -> Refusal:
        row = pyarrow.compute.index(column.is_null(), True).as_py()
        text = _spelling(self.source, name, row)
        read = f", where {text!r} was read as missing" if text else ""
        word = text and self.is_word(name)
        return Refusal(
            "value-missing",
            "a value is missing",
            got=f"row {row + 1}, column {name!r} of {self.source}{read}",
            want="a value in every row of every column that is used",
            hint=f'write "{text}", in quotes, if it is a word'
            if word
            else "fill it in or leave the row out",
        )

    def is_empty(self, name: str) -> bool:
        """Whether no row has a value in the column."""
        return int(self.table.column(name).null_count) == len(self)

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
        elif self.is_word(name) or self.is_boolean(name):
            self.words(name)
        else:
            raise Refusal(
                "column-type",
                "a column of this type is no feature",
                got=f"column {name!r} of type {self.table.column(name).type}",
                want="numbers, words or booleans",
                hint=f"--drop {name!r}, or turn it into numbers",
            )

    def numbers(self, name: str, role: str = "feature") -> Array:
        """A column as float64; NaN and infinities refused."""
        if not self.is_number(name):
            raise self._no_number(name)
        values = self.column(name).cast(pa.float64(), safe=False).to_numpy()
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            kind = "NaN" if np.isnan(values[bad[0]]) else "an infinite number"
            raise Refusal(
                "value-not-finite",
                f"{kind} is no {role}",
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
            "a column holds something else than when the model was trained",
            got=f"column {name!r} of type {self.table.column(name).type}",
            want="words or booleans",
        )

    def labels(self, name: str) -> np.ndarray:
        """The target column: integers, floats, booleans or strings."""
        if self.is_boolean(name):
            return self.column(name).to_numpy()
        if self.is_number(name):
            return self._number_labels(name)
        if self.is_word(name):
            return self.words(name).astype(str)
        raise Refusal(
            "target-type",
            "the target is of a type that holds no classes",
            got=f"column {name!r} of type {self.table.column(name).type}",
            want="whole numbers, words or booleans",
        )

    def _number_labels(self, name: str) -> np.ndarray:
        """Labels as int64 where whole; float64 would merge those beyond 2^53."""
        if kinds.is_integer(_value_type(self.table.column(name).type)):
            try:
                return self.column(name).cast(pa.int64()).to_numpy()
            except pa.ArrowInvalid as error:
                raise self._label_large(name, "-2^63 to 2^63 - 1") from error
        values = self.numbers(name, "class")
        if (np.abs(values) >= 2.0**53).any():
            raise self._label_large(name, "below 2^53 where they are no integers")
        whole = bool((values == np.trunc(values)).all())
        return values.astype(np.int64) if whole else values

    def _label_large(self, name: str, want: str) -> Refusal:
        return Refusal(
            "label-large",
            "a number in the target is too large to tell it from its neighbours",
            got=f"column {name!r} of type {self.table.column(name).type}",
            want=f"numbers {want}",
        )

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
            row = next((i for i, cell in enumerate(cells) if not parses(cell)), 0)
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


def _spelling(source: str, name: str, row: int) -> str:
    """What a CSV holds where a value was read as missing; empty for other files."""
    if not source.lower().endswith(".csv"):
        return ""
    convert = pyarrow.csv.ConvertOptions(
        include_columns=[name], column_types={name: pa.string()}
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    table = pyarrow.csv.read_csv(source, convert_options=convert, parse_options=parse)
    return str(table[name][row].as_py())


def parses(cell: str | None) -> bool:
    """Whether the text of a cell is a number."""
    if cell is None:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True
