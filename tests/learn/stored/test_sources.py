"""Batches add up to what `read_table` reads, wherever the blocks are cut."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from softjet import Refusal
from softjet.learn.files import read_table
from softjet.learn.stored.csv import CsvSource
from softjet.learn.stored.lines import blocks
from softjet.learn.stored.plan import Plan
from softjet.learn.stored.sources import open_source

TEXTS = {
    "plain": "a,b,y\n1,2,x\n3,4,z\n",
    "no last newline": "a,y\n1,x\n2,z",
    "windows": "a,y\r\n1,x\r\n2,z\r\n",
    "old mac": "a,y\r1,x\r2,z\r",
    "blank lines": "\n\na,y\n\n1,x\n\n\n2,z\n\n",
    "quoted lines": 'a,y\n"1\n2",x\n"a,""b""\n",z\n3,w\n',
    "quotes inside": 'a,y\nz"w,v\n3",u\n"k",t\n',
    "byte order mark": "\ufeffa,y\n1,x\n2,z\n",
    "007": "a,y\n" + "".join(f"00{i},x\n" for i in range(40)) + "none,x\n",
    "late fraction": "a,y\n" + "1,x\n" * 40 + "2.5,z\n",
    "late word": "a,y\n" + "1.50,x\n" * 40 + "w,z\n",
    "late truth": "a,y\n" + "0,x\n1,z\n" * 20 + "true,z\n",
    "no truth": "a,y\n" + "2,x\n" * 20 + "true,z\n",
    "fraction and truth": "a,y\n" + "0.5,x\n" * 20 + "true,z\n",
    "dates": "a,y\n" + "2020-01-01,x\n" * 20,
    "late time": "a,y\n" + "2020-01-01,x\n" * 20 + "2020-01-01 10:00:00,x\n",
    "empty cells": "a,b,y\n1,,x\n" + "2,,x\n" * 20,
    "late cell": "a,b,y\n1,,x\n" + "2,,x\n" * 20 + "2,5,x\n",
    "one column": "y\n1\n\n2\n",
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("size", [7, 16, 64, 10_000])
def test_blocks_of_a_csv_add_up(tmp_path, name, size):
    path = tmp_path / "t.csv"
    path.write_bytes(TEXTS[name].encode())
    cut = list(blocks(path, size))
    assert b"".join(cut) == path.read_bytes()
    source = CsvSource(path, size, {})
    parts = [batch.table for batch in source.batches(source.names, 3)]
    expected = read_table(path)
    assert pa.concat_tables(parts).combine_chunks().equals(expected.combine_chunks())
    assert source.rows == len(expected)


def test_a_line_longer_than_memory_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,y\n"' + "1" * 1000 + '",x\n')
    with pytest.raises(Refusal, match="csv-line-long"):
        list(blocks(path, 100))


@pytest.mark.parametrize("kind", ["csv", "parquet", "folder"])
def test_batches_add_up(small, written, table, kind):
    source = open_source(written(kind), Plan.of("1GB"))
    found = list(source.batches(["kind", "size"], 7))
    assert all(len(batch) <= 7 for batch in found)
    assert [b.first for b in found[1:]] == [
        a.first + len(a) for a, _ in pairwise(found)
    ]
    whole = pa.concat_tables([batch.table for batch in found]).combine_chunks()
    assert whole.equals(table.select(["kind", "size"]).combine_chunks())
    assert source.rows == len(table)


def test_types_of_a_folder_hold_for_all_files(tmp_path):
    for i, column in enumerate(([1, 2], [0.5, 1.5])):
        one = pa.table({"a": column, "y": pa.array(["u", "v"]).dictionary_encode()})
        pa.parquet.write_table(one, tmp_path / f"{i}.parquet")
    source = open_source(tmp_path, Plan.of("1GB"))
    parts = [b.table for b in source.batches(["a", "y"], 1)]
    assert (
        pa.concat_tables(parts)
        .combine_chunks()
        .equals(read_table(tmp_path).combine_chunks())
    )


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f8", "i2", "u1", "?"])
@pytest.mark.parametrize("labels", [np.arange(20), np.array(list("abcd") * 5)])
def test_npy_rows_come_as_they_were_saved(tmp_path, dtype, labels):
    X = np.arange(60).reshape(20, 3).astype(dtype)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", labels)
    source = open_source(tmp_path / "X.npy", Plan.of("1GB"))
    parts = [batch.table for batch in source.batches(["x2", "y"], 7)]
    whole = pa.concat_tables(parts)
    np.testing.assert_array_equal(whole["x2"].to_numpy(), X[:, 2])
    np.testing.assert_array_equal(whole["y"].to_numpy(), labels)
