"""Refusals that only tables on disk have: the text is the contract."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from softjet import Refusal
from softjet.learn.stored.lines import blocks
from softjet.learn.stored.parquet import ParquetSource
from softjet.learn.stored.plan import Plan
from softjet.learn.stored.table import open_table

X, Y = np.ones((6, 2)), np.arange(6) % 2


def asked(tmp_path, monkeypatch, features, classes, name="X.npy"):
    monkeypatch.chdir(tmp_path)
    for file, content in (("X.npy", features), ("y.npy", classes)):
        if isinstance(content, bytes):
            (tmp_path / file).write_bytes(content)
        elif content is not None:
            np.save(tmp_path / file, content, allow_pickle=True)
    with pytest.raises(Refusal) as refused:
        open_table(name)
    return str(refused.value)


NPY = {
    "no classes": (X, None, """there are no classes to the rows [npy-target]
  got   no file y.npy
  want  the classes in a file of their own
  try   y.npy beside X.npy, or target='FILE.npy'"""),
    "rows": (X, Y[:5], """\
features and classes have different numbers of rows [npy-rows]
  got   6 in X.npy, 5 in y.npy
  want  one class for each row"""),
    "shape": (Y, Y, """the array has another shape or order [npy-shape]
  got   shape (6,) in X.npy
  want  2 axes, in the order of rows (C)"""),
    "order": (np.asfortranarray(X), Y, """\
the array has another shape or order [npy-shape]
  got   shape (6, 2), in the order of columns in X.npy
  want  2 axes, in the order of rows (C)
  try   np.save(FILE, np.ascontiguousarray(X))"""),
    "complex": (X + 1j, Y, """\
an array of this type holds no features or classes [npy-type]
  got   complex128 in X.npy
  want  numbers; or, for classes, text"""),
    "objects": (X.astype(object), Y, """\
an array of this type holds no features or classes [npy-type]
  got   object in X.npy
  want  numbers; or, for classes, text"""),
    "no header": (b"notes", Y, """this is not a whole .npy file [npy-unreadable]
  got   X.npy: no header of NumPy's in it
  want  a file that numpy.save wrote, without objects"""),
    "not finite": (np.where(X * Y[:, None] > 0, np.nan, X), Y, """\
NaN is no feature [value-not-finite]
  got   row 2, column 'x0' of X.npy
  want  finite numbers"""),
}  # fmt: skip


@pytest.mark.parametrize("name", NPY)
def test_of_npy_files(tmp_path, monkeypatch, name):
    features, classes, text = NPY[name]
    assert asked(tmp_path, monkeypatch, features, classes) == text


def test_of_a_npy_file_cut_short(tmp_path, monkeypatch):
    np.save(tmp_path / "whole.npy", X)
    data = (tmp_path / "whole.npy").read_bytes()[:-8]
    assert asked(tmp_path, monkeypatch, data, Y) == (
        "this is not a whole .npy file [npy-unreadable]\n"
        "  got   X.npy: 216 bytes, fewer than its header says\n"
        "  want  a file that numpy.save wrote, without objects"
    )


def test_of_pages_that_do_not_fit(tmp_path):
    columns = {f"x{i}": np.random.default_rng(i).normal(size=5000) for i in range(9)}
    path = tmp_path / "t.parquet"
    pa.parquet.write_table(pa.table(columns), path)
    ParquetSource(path, Plan.of("128MB").working)
    with pytest.raises(Refusal) as refused:
        ParquetSource(path, 10**6)
    text = str(refused.value)
    pages = text.split(" columns, ")[1].split(" in pages")[0]
    assert text == (
        "a page of every column does not fit into the memory that was granted"
        " [memory-columns]\n"
        f"  got   9 columns, {pages} in pages of {path}\n"
        "  want  at most 625 kB\n"
        "  try   more memory, or row groups of fewer rows"
    )
    assert 1.0 < float(pages.removesuffix(" MB")) < 2.0


def test_of_a_line_without_an_end(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,y\n"' + "1" * 1000 + '",x\n')
    with pytest.raises(Refusal) as refused:
        list(blocks(path, 100))
    assert str(refused.value) == (
        "a line does not fit into the memory that was granted [csv-line-long]\n"
        f"  got   896 bytes without the end of a line in {path}\n"
        "  want  lines of at most 800 bytes\n"
        "  try   more memory"
    )


def test_of_a_class_without_training_rows(tmp_path):
    # Two rows of class z: some seeds draw both.
    kinds = ["xy"[i % 2] for i in range(60)]
    kinds[7] = kinds[8] = "z"
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "".join(f"{i},{k}\n" for i, k in enumerate(kinds)))
    texts = []
    for seed in range(20):
        try:
            open_table(path, "y", test_share=0.4, seed=seed)
        except Refusal as refusal:
            texts.append(str(refusal))
    assert texts
    assert set(texts) == {
        "all rows of a class were drawn to test on, none to train on"
        " [class-untrained]\n"
        "  got   a class of 2 rows, the first row 8\n"
        "  want  rows of every class in the training part\n"
        "  try   another --seed, or more rows of that class"
    }


def test_of_more_classes_than_fit(tmp_path, monkeypatch):
    monkeypatch.setattr(Plan, "working", 12 * 8 * 4)
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "".join(f"{i},w{i % 9}\n" for i in range(60)))
    with pytest.raises(Refusal) as refused:
        open_table(path, "y")
    assert str(refused.value) == (
        "so many classes do not fit into the memory that was granted [memory-classes]\n"
        "  got   column 'y': 5 classes in 5 rows\n"
        "  want  at most 4 classes, or more memory"
    )
