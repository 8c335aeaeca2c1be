"""Small tables, and the sizes at which they are read as large ones are."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from softjet.learn.stored.plan import Plan

ROWS = 300


@pytest.fixture
def small(monkeypatch):
    """Blocks of 100 bytes and batches of 7 rows: what is rare becomes common."""
    monkeypatch.setattr(Plan, "block", 100)
    monkeypatch.setattr(Plan, "batch_rows", lambda *_: 7)


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    kind = np.arange(ROWS) % 3
    return pa.table(
        {
            "size": rng.normal(1000.0, 3.0, ROWS) + kind,
            "count": rng.integers(0, 9, ROWS),
            "same": np.full(ROWS, 7.0),
            "colour": rng.choice(["red", "green", "blue, dark", "007"], ROWS),
            "sold": rng.random(ROWS) < 0.3 + 0.2 * kind,
            "kind": np.array(["u", "v", "w"])[kind],
        }
    )


@pytest.fixture
def written(table, tmp_path):
    """A function that writes the table as one kind of file or another."""

    def write(kind):
        folder = tmp_path / "data"
        folder.mkdir()
        if kind == "csv":
            pyarrow.csv.write_csv(table, folder / "t.csv")
            return folder / "t.csv"
        if kind == "parquet":
            pyarrow.parquet.write_table(table, folder / "t.parquet", row_group_size=50)
            return folder / "t.parquet"
        for i in range(4):
            part = table.slice(i * 80, 80)
            pyarrow.parquet.write_table(part, folder / f"part-{i}.parquet")
        return folder

    return write
