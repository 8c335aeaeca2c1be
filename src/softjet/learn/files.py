"""Reading a table from disk: CSV, Parquet, or a folder of Parquet.

pyarrow reads; this file turns everything that can be wrong with a file into one refusal
that says where.  Rows are counted from 1, the header not included; lines as an editor
counts them.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyarrow.types

from softjet.errors import Refusal
from softjet.learn.frame import few

KINDS = (".csv", ".parquet", ".pq")


def read_table(path: Path, types: dict[str, pa.DataType] | None = None) -> pa.Table:
    """The table in `path`; `types` says how columns of a CSV are to be read."""
    try:
        if path.is_dir():
            table = _read_folder(path)
        elif not path.exists():
            raise _missing(path)
        elif path.suffix.lower() in (".parquet", ".pq"):
            table = _read_parquet(path)
        elif path.suffix.lower() == ".csv":
            table = _read_csv(path, types or {})
        else:
            raise _unknown_kind(path)
    except PermissionError as error:
        raise Refusal(
            "file-unreadable",
            "the file cannot be read",
            got=f"{path}: {error.strerror}",
            want="a file that you may read",
        ) from error
    _check_shape(path, table)
    return table


def _read_folder(path: Path) -> pa.Table:
    parts = sorted(p for p in path.iterdir() if p.suffix.lower() in (".parquet", ".pq"))
    if not parts:
        raise Refusal(
            "folder-empty",
            "no Parquet file in the folder",
            got=str(path),
            want="a folder with files that end in .parquet",
        )
    tables = [_plain(_read_parquet(part)) for part in parts]
    for part, table in zip(parts, tables, strict=True):
        if table.schema.names != tables[0].schema.names:
            raise Refusal(
                "parquet-columns",
                "the files of the folder hold different columns",
                got=f"{part.name}: {few(table.schema.names)}",
                want=f"as in {parts[0].name}: {few(tables[0].schema.names)}",
            )
    return _join(parts, tables)


def _plain(table: pa.Table) -> pa.Table:
    """The table without dictionaries: they differ from file to file."""
    for i, field in enumerate(table.schema):
        if pyarrow.types.is_dictionary(field.type):
            words = table.column(i).cast(field.type.value_type)
            table = table.set_column(i, field.name, words)
    return table


def _join(parts: list[Path], tables: list[pa.Table]) -> pa.Table:
    """The tables one below the other; refuses types that do not go together."""
    seen = [tables[0].select([i]) for i in range(tables[0].num_columns)]
    for part, table in zip(parts[1:], tables[1:], strict=True):
        for i, field in enumerate(table.schema):
            try:
                pair = [seen[i], table.select([i])]
                seen[i] = pa.concat_tables(pair, promote_options="permissive")
            except pa.ArrowException as error:
                raise Refusal(
                    "parquet-columns",
                    "the files of the folder hold a column in different types",
                    got=f"{part.name}: {field.name!r} of type {field.type}",
                    want=f"as in {parts[0].name}: {tables[0].schema.types[i]}",
                ) from error
    return pa.table([one.column(0) for one in seen], names=tables[0].schema.names)


def _read_parquet(path: Path) -> pa.Table:
    try:
        # Not read_table: it would make columns out of names of folders such as day=1.
        return pyarrow.parquet.ParquetFile(path).read()
    except PermissionError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise Refusal(
            "parquet-unreadable",
            "this is not a whole Parquet file",
            got=f"{path}, {path.stat().st_size} bytes",
            want="a file that begins and ends with the bytes PAR1",
        ) from error


def _read_csv(path: Path, types: dict[str, pa.DataType]) -> pa.Table:
    convert = pyarrow.csv.ConvertOptions(
        column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    _check_bytes(path)
    try:
        table = pyarrow.csv.read_csv(path, convert_options=convert, parse_options=parse)
        _check_text(path, table)
    except pa.ArrowInvalid as error:
        raise _csv_refusal(path, str(error)) from error
    return table


def _check_bytes(path: Path) -> None:
    """Refuse what is no text, and a quote that would swallow the rows below it."""
    quotes = 0
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((b"\x1f\x8b", b"PK\x03\x04")):
            raise Refusal(
                "csv-compressed",
                "the file is packed",
                got=f"{path} begins as {'zip' if head[:1] == b'P' else 'gzip'} does",
                want="text in UTF-8: unpack it",
            )
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _not_utf8(str(path), "UTF-16")
        file.seek(0)
        while block := file.read(2**24):
            quotes += block.count(b'"')
            if b"\0" in block:
                raise _not_utf8(str(path), "NUL bytes")
    if quotes:
        _check_quotes(path, odd=quotes % 2 == 1)


def _check_quotes(path: Path, odd: bool) -> None:
    """Refuse a quote without its partner; pyarrow reads on to the end of the file."""
    line = 1
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error as error:
            # A cell beyond Python's limit of 128 KiB is allowed where quotes pair up.
            if odd or "limit" not in str(error):
                raise Refusal(
                    "csv-quote",
                    "a quote is not closed, or text follows the closing one",
                    got=f"the row that begins in line {line} of {path}",
                    want="quotes around whole cells, doubled inside of them",
                ) from error


def _check_text(path: Path, table: pa.Table) -> None:
    """Refuse bytes that are no UTF-8, and separators that are no commas."""
    try:
        names = table.column_names
    except UnicodeDecodeError as error:
        raise _not_utf8(f"the header of {path}") from error
    for name, kind in zip(names, table.schema.types, strict=True):
        if pyarrow.types.is_binary(kind):
            raise _not_utf8(f"column {name!r} of {path}")
    if refusal := _separated(path, names):
        raise refusal


def _separated(path: Path, names: list[str]) -> Refusal | None:
    """The refusal of a header whose one name holds another separator."""
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in names[0]:
            return Refusal(
                "csv-separator",
                "the cells are not separated by commas",
                got=f"one column and {word} in the header of {path}",
                want="comma-separated values",
            )
    return None


def _not_utf8(where: str, what: str = "other bytes") -> Refusal:
    return Refusal(
        "csv-encoding",
        "the file is not in UTF-8",
        got=f"{what} in {where}",
        want="text in UTF-8",
    )


def _csv_refusal(path: Path, message: str) -> Refusal:
    if "Empty CSV" in message:
        return Refusal(
            "csv-empty",
            "the file is empty",
            got=f"{path}, {path.stat().st_size} bytes",
            want="a header line with the names of the columns, then rows",
        )
    if column := re.search(r"In CSV column #(\d+)", message):
        kind = re.search(r"conversion error to (\w+)", message)
        return Refusal(
            "column-type",
            "a column holds something else than when the model was trained",
            got=f"column {_header(path)[int(column[1])]!r} of {path}",
            want=f"values of the type {kind[1] if kind else 'of the model'}",
        )
    return (
        _separated(path, _header(path))
        or _ragged(path)
        or Refusal(
            "csv-unreadable",
            "the file cannot be read as CSV",
            got=f"{path}: {message.splitlines()[0]}",
            want="comma-separated values in UTF-8",
        )
    )


def _ragged(path: Path) -> Refusal | None:
    """The first line with too few or too many cells, if there is one."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        width = None
        for cells in reader:
            width = width or len(cells) or None
            if cells and len(cells) != width:
                return Refusal(
                    "csv-ragged",
                    "a line has another number of cells than the header",
                    got=f"{_count(len(cells), 'cell')} in line {reader.line_num}"
                    f" of {path}",
                    want=f"{_count(width or 0, 'cell')}, one per name in the header",
                )
    return None


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file), [])


def _check_shape(path: Path, table: pa.Table) -> None:
    names = table.column_names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refusal(
            "columns-twice",
            "two columns have the same name",
            got=f"{few(twice)} more than once in {path}",
            want="every name once",
        )
    if any(not name.strip() for name in names):
        raise Refusal(
            "column-unnamed",
            "a column has no name",
            got=f"column {[not n.strip() for n in names].index(True) + 1} of {path}",
            want="a name for every column",
            hint="an index written by pandas? then to_csv(..., index=False)",
        )
    if table.num_rows == 0:
        raise Refusal(
            "no-rows",
            "the file has a header and no rows",
            got=f"{_count(len(names), 'column')} and 0 rows in {path}",
            want="at least 2 rows",
        )


def _missing(path: Path) -> Refusal:
    return Refusal(
        "file-missing",
        "no such file",
        got=str(path),
        want="a CSV file, a Parquet file, or a folder of Parquet files",
    )


def _unknown_kind(path: Path) -> Refusal:
    return Refusal(
        "file-kind",
        "the ending of the name says nothing about the kind of file",
        got=path.name,
        want=f"a name that ends in {', '.join(KINDS[:-1])} or {KINDS[-1]}",
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
