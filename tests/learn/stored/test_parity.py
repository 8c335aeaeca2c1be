"""What is refused of a table in memory is refused in batches, with the same text."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from softjet import Refusal
from softjet.learn.data import load, split
from softjet.learn.model import Model, save_model
from softjet.learn.predict import predict
from softjet.learn.stored.predicting import predict_stored
from softjet.learn.stored.table import open_table

pytestmark = pytest.mark.usefixtures("small")


def rows(header, line, n=60):
    return header + "\n" + "".join(line(i) + "\n" for i in range(n))


BAD = {
    "ragged": "a,b,y\n" + "1,2,x\n3,4,z\n" * 20 + "3,4\n5,6,y\n",
    "empty": "",
    "header": "a,b,y\n",
    "twice": "a,a,y\n1,2,x\n",
    "unnamed": ",a,y\n0,1,x\n",
    "latin": "a,y\né,x\nb,z\n".encode("latin1"),
    "latin late": ("a,y\n" + "b,x\nc,z\n" * 30).encode() + "é,x\n".encode("latin1"),
    "latin header": "é,y\nb,x\nb,z\n".encode("latin1"),
    "semicolons": "a;y\n1;x\n",
    "tabs": "a\ty\n1\tx\n",
    "unclosed": rows("a,y", lambda i: f"{i},{chr(34) if i == 30 else ''}u"),
    "packed": b"\x1f\x8b\x08\x00rest",
    "utf16": "a,y\n1,x\n".encode("utf-16"),
    "nul": "a,y\n1,x\0\n",
    "hole": rows("a,b,y", lambda i: f"{i},{'' if i == 47 else i},{'xy'[i % 2]}"),
    "hole in words": rows("a,y", lambda i: f"{'' if i == 47 else 'w'},{'xy'[i % 2]}"),
    "na": rows("a,y", lambda i: f"{'NA' if i == 47 else 'EU'},{'xy'[i % 2]}"),
    "nan": rows("a,y", lambda i: f"{'nan' if i == 47 else i},{'xy'[i % 2]}"),
    "inf": rows("a,y", lambda i: f"{'1e400' if i == 47 else i + 0.5},{'xy'[i % 2]}"),
    "target hole": rows("a,y", lambda i: f"{i},{'' if i == 47 else 'xy'[i % 2]}"),
    "one class": "a,y\n" + "1,x\n3,x\n" * 30,
    "lonely": rows("a,y", lambda i: f"{i},{'z' if i == 47 else 'xy'[i % 2]}"),
    "target only": "y\nx\nz\n",
    "regression": rows("a,y", lambda i: f"{i},{i * 1.7}"),
    "late fractions": rows("a,y", lambda i: f"{i},{i % 7 + (i > 30) * i / 100}"),
    "many numbers": rows("a,y", lambda i: f"{i},{i // 2}"),
    "large label": rows("a,y", lambda i: f"{i},{10**25 + i % 2}"),
    "dates": rows("d,y", lambda i: f"2020-01-{i % 28 + 1:02d},{'xy'[i % 2]}"),
    "date target": rows("a,y", lambda i: f"{i},2020-01-0{i % 2 + 1}"),
    "names": rows("name,y", lambda i: f"n{i},{'xy'[i % 2]}"),
    "stray": rows("a,y", lambda i: f"{i if i != 47 else '?'},{'xy'[i % 2]}"),
    "strays": rows("a,y", lambda i: f"{i if i % 20 else '?'},{'xy'[i % 2]}"),
    "many names": rows("a,y", lambda i: f"n{i % 1500},{'xy'[i % 2]}", 4000),
}


def refusal(call):
    with pytest.raises(Refusal) as refused:
        call()
    return str(refused.value)


def in_memory(path, target="y", drop=()):
    return refusal(lambda: split(load(path, target, drop), 0.2))


def stored(path, target="y", drop=()):
    return refusal(lambda: open_table(path, target, drop=drop, test_share=0.2))


@pytest.mark.parametrize("name", BAD)
def test_of_a_csv(tmp_path, name):
    path, data = tmp_path / "t.csv", BAD[name]
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    assert stored(path) == in_memory(path)
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]  # nothing is left behind


COLUMNS = {
    "nan": pa.array([0.5] * 50 + [float("nan")] * 10),
    "missing": pa.array([0.5] * 50 + [None] * 10),
    "never there": pa.nulls(60),
    "list": pa.array([[1, 2]] * 60),
    "numbers as words": pa.array([str(i) for i in range(60)]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_of_parquet(tmp_path, name):
    column = COLUMNS[name]
    path = tmp_path / "t.parquet"
    table = pa.table({"a": column, "y": ["u", "v"] * 30})
    pa.parquet.write_table(table, path, row_group_size=13)
    assert stored(path) == in_memory(path)


@pytest.mark.parametrize("columns", [{"b": [1.0]}, {"a": ["w"]}, {"a": [[1.0]]}])
def test_of_a_folder(tmp_path, columns):
    for i, one in enumerate(({"a": [1.0]}, columns)):
        pa.parquet.write_table(pa.table(one | {"y": ["u"]}), tmp_path / f"{i}.parquet")
    assert stored(tmp_path) == in_memory(tmp_path)


@pytest.mark.parametrize("name", ["nosuch.csv", "notes.txt", "bad.parquet", "nothing"])
def test_of_what_is_no_table(tmp_path, name):
    (tmp_path / "nothing").mkdir()
    (tmp_path / "notes.txt").write_text("precious")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 but no more")
    assert stored(tmp_path / name) == in_memory(tmp_path / name)


@pytest.mark.parametrize(
    ("target", "drop"),
    [(None, ()), ("yy", ()), ("Y", ()), ("y", ("b",)), ("y", ("y",)), ("y", ("a",))],
)
def test_of_names(tmp_path, target, drop):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,x\n2,z\n")
    assert stored(path, target, drop) == in_memory(path, target, drop)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "good.csv"
    path.write_text(rows("a,w,y", lambda i: f"{i % 7}.5,{'rb'[i % 2]},{'uvw'[i % 3]}"))
    parts = split(load(path, "y"), 0.2)
    coef = np.arange(9.0).reshape(3, 3)
    folder = tmp_path / "model"
    folder.mkdir()
    save_model(folder, Model(coef, np.ones(3), parts.classes, parts.columns, "y"))
    return folder


ROWS = {
    "extra": rows("a,w,more", lambda i: "1,r,2"),
    "missing": rows("aa,w", lambda i: "1,r"),
    "new category": rows("a,w", lambda i: f"1,{'g' if i == 47 else 'r'}"),
    "text": rows("a,w", lambda i: f"{'big' if i == 47 else 1},r"),
    "new label": rows("a,w,y", lambda i: f"1,r,{'t' if i == 47 else 'u'}"),
    "hole": rows("a,w", lambda i: f"{'' if i == 47 else 1},r"),
    "too far": rows("a,w", lambda i: f"{1e308 if i == 47 else 1},r"),
    "no truth later": rows("a,w,y", lambda i: f"1,r,{'' if i > 46 else 'u'}"),
    "no truth at first": rows("a,w,y", lambda i: f"1,r,{'' if i < 46 else 'u'}"),
}


@pytest.mark.parametrize("name", ROWS)
def test_of_rows_to_predict(tmp_path, model, name):
    path, out = tmp_path / "t.csv", tmp_path / "p.csv"
    path.write_text(ROWS[name])
    before = refusal(lambda: predict(model, path, out))
    assert refusal(lambda: predict_stored(model, path, out)) == before
    assert not out.exists()
    assert not list(tmp_path.glob(".softjet*"))
