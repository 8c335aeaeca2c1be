"""Every refusal of fit and predict as a new user meets it: the text is the contract."""

from __future__ import annotations

import json
import shlex
import shutil

import pyarrow as pa
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from softjet.cli import app

GOOD = "size,colour,kind\n" + "".join(
    f"{i % 7}.5,{'red' if i % 2 else 'blue'},{'uvw'[i % 3]}\n" for i in range(30)
)


def rows(header, line, n=60):
    return header + "\n" + "".join(line(i) + "\n" for i in range(n))


FILES: dict[str, str | bytes] = {
    "good.csv": GOOD,
    "notes.txt": "precious",
    "ragged.csv": "a,b,y\n1,2,x\n\n3,4\n5,6,y\n",
    "wide.csv": 'a,b,y\n"1\n",2,x\n3,4,y,7\n',
    "empty.csv": "",
    "header.csv": "a,b,y\n",
    "twice.csv": "a,a,y\n1,2,x\n",
    "unnamed.csv": ",a,y\n0,1,x\n",
    "latin.csv": "a,y\né,x\nb,z\n".encode("latin1"),
    "latin-header.csv": "é,y\nb,x\nb,z\n".encode("latin1"),
    "semicolons.csv": "a;y\n1;x\n",
    "unclosed.csv": rows("a,y", lambda i: f"{i},{chr(34) if i == 30 else ''}u"),
    "astray.csv": rows("a,y", lambda i: f"{i},{chr(34) if i in (9, 30) else ''}u"),
    "packed.csv": b"\x1f\x8b\x08\x00rest",
    "utf16.csv": "a,y\n1,x\n".encode("utf-16"),
    "nul.csv": "a,y\n1,x\0\n",
    "decimal-commas.csv": "a;y\n1,5;x\n2;z\n",
    "na.csv": "a,y\nEU,x\nNA,y\n",
    "date-target.csv": rows("a,y", lambda i: f"{i},2020-01-0{i % 2 + 1}"),
    "stray.csv": rows("a,y", lambda i: f"{i if i != 40 else '?'},{'xy'[i % 2]}"),
    "large-label.csv": rows("a,y", lambda i: f"{i},{10**25 + i % 2}"),
    "broken.parquet": b"PAR1 but no more",
    "hole.csv": "a,b,y\n1,2,x\n3,,y\n5,6,y\n",
    "nan.csv": "a,b,y\n1,2,x\n3,nan,y\n5,6,y\n",
    "inf.csv": "a,b,y\n1,2,x\n3,1e400,y\n5,6,y\n",
    "target-hole.csv": "a,y\n1,x\n3,\n4,z\n",
    "one-class.csv": "a,y\n1,x\n3,x\n",
    "lonely.csv": "a,y\n1,x\n2,x\n3,z\n4,x\n",
    "few.csv": rows("a,y", lambda i: f"{i},{'xyz'[i % 3]}", 6),
    "target-only.csv": "y\nx\nz\n",
    "regression.csv": rows("a,y", lambda i: f"{i},{i * 1.7}"),
    "dates.csv": rows("d,y", lambda i: f"2020-01-{i % 28 + 1:02d},{'xy'[i % 2]}"),
    "names.csv": rows("name,y", lambda i: f"n{i},{'xy'[i % 2]}"),
    "extra.csv": "size,colour,more\n1,red,2\n",
    "missing.csv": "sizes,colour\n1,red\n",
    "new-category.csv": "size,colour\n1,red\n2,green\n",
    "text.csv": "size,colour\n1,red\nbig,red\n",
    "new-label.csv": "size,colour,kind\n1,red,u\n2,red,t\n",
    "number-label.csv": "size,colour,kind\n1,red,0.5\n",
}

FIT = {
    "nosuch.csv --target y": """
no such file [file-missing]
  got   nosuch.csv
  want  a CSV file, a Parquet file, or a folder of Parquet files
""",
    "notes.txt --target y": """
the ending of the name says nothing about the kind of file [file-kind]
  got   notes.txt
  want  a name that ends in .csv, .parquet or .pq
""",
    "ragged.csv --target y": """
a line has another number of cells than the header [csv-ragged]
  got   2 cells in line 4 of ragged.csv
  want  3 cells, one per name in the header
""",
    "wide.csv --target y": """
a line has another number of cells than the header [csv-ragged]
  got   4 cells in line 4 of wide.csv
  want  3 cells, one per name in the header
""",
    "empty.csv --target y": """
the file is empty [csv-empty]
  got   empty.csv, 0 bytes
  want  a header line with the names of the columns, then rows
""",
    "header.csv --target y": """
the file has a header and no rows [no-rows]
  got   3 columns and 0 rows in header.csv
  want  at least 2 rows
""",
    "twice.csv --target y": """
two columns have the same name [columns-twice]
  got   'a' more than once in twice.csv
  want  every name once
""",
    "unnamed.csv --target y": """
a column has no name [column-unnamed]
  got   column 1 of unnamed.csv
  want  a name for every column
  try   an index written by pandas? then to_csv(..., index=False)
""",
    "latin.csv --target y": """
the file is not in UTF-8 [csv-encoding]
  got   other bytes in column 'a' of latin.csv
  want  text in UTF-8
""",
    "latin-header.csv --target y": """
the file is not in UTF-8 [csv-encoding]
  got   other bytes in the header of latin-header.csv
  want  text in UTF-8
""",
    "semicolons.csv --target y": """
the cells are not separated by commas [csv-separator]
  got   one column and semicolons in the header of semicolons.csv
  want  comma-separated values
""",
    "unclosed.csv --target y": """
a quote is not closed, or text follows the closing one [csv-quote]
  got   the row that begins in line 32 of unclosed.csv
  want  quotes around whole cells, doubled inside of them
""",
    "astray.csv --target y": """
a quote is not closed, or text follows the closing one [csv-quote]
  got   the row that begins in line 11 of astray.csv
  want  quotes around whole cells, doubled inside of them
""",
    "packed.csv --target y": """
the file is packed [csv-compressed]
  got   packed.csv begins as gzip does
  want  text in UTF-8: unpack it
""",
    "utf16.csv --target y": """
the file is not in UTF-8 [csv-encoding]
  got   UTF-16 in utf16.csv
  want  text in UTF-8
""",
    "nul.csv --target y": """
the file is not in UTF-8 [csv-encoding]
  got   NUL bytes in nul.csv
  want  text in UTF-8
""",
    "decimal-commas.csv --target y": """
the cells are not separated by commas [csv-separator]
  got   one column and semicolons in the header of decimal-commas.csv
  want  comma-separated values
""",
    "na.csv --target y": """
a value is missing [value-missing]
  got   row 2, column 'a' of na.csv, where 'NA' was read as missing
  want  a value in every row of every column that is used
  try   write "NA", in quotes, if it is a word
""",
    "date-target.csv --target y": """
the target is of a type that holds no classes [target-type]
  got   column 'y' of type date32[day]
  want  whole numbers, words or booleans
""",
    "stray.csv --target y": """
a column of numbers holds something that is no number [number-bad]
  got   row 41, column 'a' of stray.csv, and 0 more of 60 rows
  want  a number in every row
""",
    "large-label.csv --target y": """
a number in the target is too large to tell it from its neighbours [label-large]
  got   column 'y' of type double
  want  numbers below 2^53 where they are no integers
""",
    "good.csv --target kind --drop kind": """
the column to predict is also to be dropped [drop-target]
  got   'kind' as target and among the dropped
  want  a target that stays, or other columns to drop
""",
    "broken.parquet --target y": """
this is not a whole Parquet file [parquet-unreadable]
  got   broken.parquet, 16 bytes
  want  a file that begins and ends with the bytes PAR1
""",
    "nothing --target y": """
no Parquet file in the folder [folder-empty]
  got   nothing
  want  a folder with files that end in .parquet
""",
    "mixed --target y": """
the files of the folder hold different columns [parquet-columns]
  got   2.parquet: 'b', 'y'
  want  as in 1.parquet: 'a', 'y'
""",
    "nan.parquet --target y": """
NaN is no feature [value-not-finite]
  got   row 2, column 'a' of nan.parquet
  want  finite numbers
""",
    "good.csv": """
which column is to be predicted? [target-needed]
  got   no target for good.csv
  want  one of 'size', 'colour', 'kind'
  try   --target COLUMN
""",
    "good.csv --target kinds": """
no such column to predict [target-missing]
  got   'kinds', not among the 3 of good.csv
  want  one of 'size', 'colour', 'kind'
  try   'kind'
""",
    "good.csv --target KIND": """
no such column to predict [target-missing]
  got   'KIND', not among the 3 of good.csv
  want  one of 'size', 'colour', 'kind'
  try   'kind'
""",
    "good.csv --target kind --drop id": """
no such column to drop [drop-missing]
  got   'id', not among the 3 of good.csv
  want  one of 'size', 'colour', 'kind'
""",
    "hole.csv --target y": """
a value is missing [value-missing]
  got   row 2, column 'b' of hole.csv
  want  a value in every row of every column that is used
  try   fill it in or leave the row out
""",
    "nan.csv --target y": """
a value is missing [value-missing]
  got   row 2, column 'b' of nan.csv, where 'nan' was read as missing
  want  a value in every row of every column that is used
  try   fill it in or leave the row out
""",
    "inf.csv --target y": """
an infinite number is no feature [value-not-finite]
  got   row 2, column 'b' of inf.csv
  want  finite numbers
""",
    "target-hole.csv --target y": """
a value is missing [value-missing]
  got   row 2, column 'y' of target-hole.csv
  want  a value in every row of every column that is used
  try   fill it in or leave the row out
""",
    "one-class.csv --target y": """
nothing to tell apart: the target holds one class only [one-class]
  got   column 'y': 1 class in 2 rows
  want  at least 2 classes
""",
    "lonely.csv --target y": """
a class has too few rows to split into a training and a test part [class-too-small]
  got   row 3 is the only one of its class in column 'y'
  want  at least 2 rows of every class
  try   more rows of that class, or leave it out
""",
    "few.csv --target y": """
too few rows to split into a training and a test part [too-few-rows]
  got   4 rows to train on, 2 to test on, 3 classes
  want  at least 3 rows, one per class, in both parts
  try   more rows, or another --test-share
""",
    "target-only.csv --target y": """
nothing to predict from [no-features]
  got   no column beside the target 'y'
  want  at least one more column
""",
    "regression.csv --target y": """
the target looks like a measurement, not like classes [target-continuous]
  got   column 'y': 60 different numbers in 60 rows
  want  classes: at most 20, or one in five rows, different whole numbers
  try   a regression, or another --target
""",
    "dates.csv --target y": """
a column of this type is no feature [column-type]
  got   column 'd' of type date32[day]
  want  numbers, words or booleans
  try   --drop 'd', or turn it into numbers
""",
    "names.csv --target y": """
a column of names or texts is no feature [categories-many]
  got   column 'name': 60 different values in 60 rows
  want  at most 1000, and fewer than half of the rows
  try   --drop 'name'
""",
    "good.csv --target kind --test-share 1": """
the test share is no share [test-share]
  got   1
  want  a number above 0 and below 1, such as 0.2
""",
    "good.csv --target kind --C 0": """
C is no positive number [C]
  got   C=0.0
  want  a finite number above 0
""",
    "good.csv --target kind --C inf": """
C is no positive number [C]
  got   C=inf
  want  a finite number above 0
""",
    "good.csv --target kind --tol nan": """
tol is no positive number [tol]
  got   tol=nan
  want  a finite number above 0
""",
    "good.csv --target kind --out notes.txt": """
the place for the results holds something else, which stays untouched [out-taken]
  got   notes.txt is a file
  want  a name that is free, an empty folder, or an earlier run of softjet fit
  try   another --out
""",
    "good.csv --target kind --out mixed": """
the place for the results holds something else, which stays untouched [out-taken]
  got   mixed holds '1.parquet'
  want  a name that is free, an empty folder, or an earlier run of softjet fit
  try   another --out
""",
    "good.csv --target kind --out notes.txt/fit": """
the results cannot be written there [out-not-writable]
  got   notes.txt/fit: Not a directory
  want  a place in an existing folder in which you may write
""",
}

PREDICT = {
    "nosuch good.csv": """
no such model [model-missing]
  got   nosuch
  want  the folder that softjet fit wrote with --out
""",
    "nothing good.csv": """
no such model [model-missing]
  got   no model.json in nothing
  want  the folder that softjet fit wrote with --out
""",
    "damaged good.csv": """
the model is damaged or is none [model-damaged]
  got   damaged: model.safetensors differs from the hash in model.json
  want  both whole
  try   train it again with softjet fit
""",
    "newer good.csv": """
the model was written by a newer softjet [model-newer]
  got   format version 3 in newer
  want  version 2 or older
  try   pip install --upgrade "softjet[all]"
""",
    "model nosuch.csv": """
no such file [file-missing]
  got   nosuch.csv
  want  a CSV file, a Parquet file, or a folder of Parquet files
""",
    "model extra.csv": """
columns that the model does not know [columns-extra]
  got   'more' in extra.csv
  want  the model's 2 columns: 'size', 'colour'
  try   take them out, or train with --drop
""",
    "model missing.csv": """
a column of the model is missing [column-missing]
  got   'size', not among the 2 of missing.csv
  want  one of 'sizes', 'colour'
  try   'sizes'
""",
    "model new-category.csv": """
a category that the model has never seen [category-unknown]
  got   row 2, column 'colour' of new-category.csv
  want  one of its 2 categories in 'colour'
""",
    "model text.csv": """
a column holds something else than when the model was trained [column-type]
  got   column 'size' of type string, no number in row 2
  want  numbers
""",
    "model new-label.csv": """
a class in the target column that the model has never seen [label-unknown]
  got   row 2, column 'kind' of new-label.csv
  want  one of the 3 classes of the model
  try   without that column only the predictions are made
""",
    "model good.csv --out notes.txt": """
the place for the results holds something else, which stays untouched [out-taken]
  got   notes.txt
  want  a name that is free, or an earlier file of softjet predict
  try   another --out
""",
    "model good.csv --out nowhere/p.csv": """
the results cannot be written there [out-not-writable]
  got   nowhere/p.csv: No such file or directory
  want  a place in an existing folder in which you may write
""",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refusals")
    for name, content in FILES.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    for name in ("nothing", "mixed"):
        (folder / name).mkdir()
    write = pyarrow.parquet.write_table
    write(pa.table({"a": [1.0, float("nan")], "y": ["u", "v"]}), folder / "nan.parquet")
    write(pa.table({"a": [1.0], "y": ["u"]}), folder / "mixed" / "1.parquet")
    write(pa.table({"b": [1.0], "y": ["u"]}), folder / "mixed" / "2.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        line = "fit good.csv --target kind --out model --no-compare"
        assert CliRunner().invoke(app, line.split()).exit_code == 0
    for name in ("damaged", "newer"):
        shutil.copytree(folder / "model", folder / name)
    with (folder / "damaged" / "model.safetensors").open("ab") as file:
        file.write(b"x")
    header = json.loads((folder / "newer" / "model.json").read_text())
    header["version"] = 3
    (folder / "newer" / "model.json").write_text(json.dumps(header))
    return folder


def check(place, monkeypatch, line, text):
    monkeypatch.chdir(place)
    before = {p: p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}
    result = CliRunner().invoke(app, shlex.split(line))
    assert result.stderr == text.lstrip()
    assert result.stdout == ""
    assert result.exit_code == 2
    after = {p: p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}
    assert after == before


@pytest.mark.parametrize("line", FIT)
def test_fit_refuses(place, monkeypatch, line):
    check(place, monkeypatch, f"fit {line}", FIT[line])


@pytest.mark.parametrize("line", PREDICT)
def test_predict_refuses(place, monkeypatch, line):
    check(place, monkeypatch, f"predict {line}", PREDICT[line])


def test_labels_of_another_kind(place, monkeypatch):
    # The CSV's target is read as the words the model was trained on.
    monkeypatch.chdir(place)
    result = CliRunner().invoke(app, ["predict", "model", "number-label.csv"])
    assert "[label-unknown]" in result.stderr
    table = pa.table({"size": [1.0], "colour": ["red"], "kind": [0.5]})
    pyarrow.parquet.write_table(table, "number-label.parquet")
    result = CliRunner().invoke(app, ["predict", "model", "number-label.parquet"])
    assert "  got   numbers in the target column 'kind'\n" in result.stderr
    assert "[column-type]" in result.stderr
    assert result.exit_code == 2


def test_an_empty_target_column_is_none(place, monkeypatch, tmp_path):
    monkeypatch.chdir(place)
    data = tmp_path / "blank.csv"
    data.write_text("size,colour,kind\n1,red,\n2,blue,\n")
    result = CliRunner().invoke(app, ["predict", "model", str(data)])
    assert result.exit_code == 0
    assert "accuracy" not in result.stdout


def test_the_folder_one_is_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["fit", "--out", "."])
    assert "  got   . is the folder you are in\n" in result.stderr
    assert result.exit_code == 2
