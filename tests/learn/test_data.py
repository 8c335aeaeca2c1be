"""From files to features: every kind of file gives the same rows."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from softjet import Refusal
from softjet.learn.columns import from_json, to_json
from softjet.learn.data import load, split
from softjet.learn.files import read_table

ROWS = 60


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return pa.table(
        {
            "size": rng.normal(10.0, 3.0, ROWS),
            "count": rng.integers(0, 9, ROWS),
            "same": np.full(ROWS, 7.0),
            "colour": rng.choice(["red", "green", "blue, dark"], ROWS),
            "sold": rng.random(ROWS) < 0.5,
            "kind": np.array(["u", "v", "w"])[np.arange(ROWS) % 3],
        }
    )


def write(table, folder, kind):
    if kind == "csv":
        pyarrow.csv.write_csv(table, folder / "data.csv")
        return folder / "data.csv"
    if kind == "parquet":
        pyarrow.parquet.write_table(table, folder / "data.parquet")
        return folder / "data.parquet"
    for i in range(2):
        part = table.slice(i * 40, 40)
        pyarrow.parquet.write_table(part, folder / f"part-{i}.parquet")
    return folder


@pytest.mark.parametrize("kind", ["csv", "parquet", "folder"])
def test_every_kind_of_file_gives_the_same_features(tmp_path, table, kind):
    parts = split(load(write(table, tmp_path, kind), "kind"), seed=3)
    train = np.setdiff1d(np.arange(ROWS), parts.test_rows)
    size = table["size"].to_numpy()
    expected = (size - size[train].mean()) / size[train].std()
    np.testing.assert_allclose(parts.X_train[:, 0], expected[train], rtol=1e-12)
    np.testing.assert_allclose(
        parts.X_test[:, 0], expected[parts.test_rows], rtol=1e-12
    )
    assert np.all(parts.X_train[:, 2] == 0.0)  # a constant column says nothing
    names = [name for column in parts.columns for name in column.features]
    assert names[3:] == [
        *("colour=blue, dark", "colour=green", "colour=red"),
        *("sold=false", "sold=true"),
    ]
    red = table["colour"].to_numpy(zero_copy_only=False)[parts.test_rows] == "red"
    np.testing.assert_array_equal(parts.X_test[:, 5], red)


def test_split_keeps_classes_and_depends_on_the_seed(tmp_path, table):
    data = load(write(table, tmp_path, "csv"), "kind")
    one, again, other = (split(data, 0.25, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.test_rows, again.test_rows)
    assert not np.array_equal(one.test_rows, other.test_rows)
    np.testing.assert_array_equal(np.bincount(one.y_test), [5, 5, 5])
    assert len(split(data, 0.5, 1).y_test) == 30


def test_drop_leaves_columns_out(tmp_path, table):
    data = load(write(table, tmp_path, "csv"), "kind", ("colour", "sold"))
    assert data.features == ["size", "count", "same"]
    assert split(data).X_train.shape[1] == 3


def test_columns_survive_json(tmp_path, table):
    columns = split(load(write(table, tmp_path, "csv"), "kind")).columns
    assert [from_json(to_json(column)) for column in columns] == columns


def test_words_that_look_like_numbers_stay_words(tmp_path):
    (tmp_path / "d.csv").write_text("code,y\n007,a\n7,b\n")
    table = read_table(tmp_path / "d.csv", {"code": pa.string()})
    assert table["code"].to_pylist() == ["007", "7"]


def test_quoted_words_are_no_holes(tmp_path):
    (tmp_path / "d.csv").write_text('region,y\n"NA",a\n"EU",b\n')
    assert read_table(tmp_path / "d.csv")["region"].to_pylist() == ["NA", "EU"]


def test_byte_order_mark_and_line_breaks_in_cells(tmp_path):
    (tmp_path / "d.csv").write_bytes(b'\xef\xbb\xbfname,y\r\n"two\nlines",a\r\nx,b\r\n')
    table = read_table(tmp_path / "d.csv")
    assert table.column_names == ["name", "y"]
    assert table.num_rows == 2


def test_no_path_is_the_digits():
    data = load(None, None)
    assert (len(data.frame), len(data.features), data.image) == (1797, 64, (8, 8))


@pytest.mark.parametrize("values", [[1, 2] * 6, [0.5, 1.5] * 6, [True, False] * 6])
def test_labels_keep_their_kind(tmp_path, values):
    table = pa.table({"x": list(range(12)), "y": values})
    data = load(write(table, tmp_path, "csv"), "y")
    assert data.labels.tolist() == values
    assert isinstance(data.labels.tolist()[0], type(values[0]))


def test_unreadable_file(tmp_path, monkeypatch):
    path = tmp_path / "d.csv"
    path.write_text("a,y\n1,2\n")

    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pyarrow.csv, "read_csv", deny)
    with pytest.raises(Refusal) as caught:
        read_table(path)
    assert caught.value.code == "file-unreadable"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_integer_labels_beyond_2_to_the_53_stay_apart(tmp_path, kind):
    values = [2**60, 2**60 + 1, -(2**62) - 1] * 4
    table = pa.table({"x": list(range(12)), "y": values})
    data = load(write(table, tmp_path, kind), "y")
    assert data.labels.tolist() == values


@pytest.mark.parametrize(
    "labels",
    [
        pa.array([2**63, 2**63 + 1] * 6, pa.uint64()),
        pa.array([2.0**53, 1.0] * 6),
    ],
)
def test_labels_that_float64_would_merge_are_refused(tmp_path, labels):
    table = pa.table({"x": list(range(12)), "y": labels})
    with pytest.raises(Refusal) as caught:
        load(write(table, tmp_path, "parquet"), "y")
    assert caught.value.code == "label-large"


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1e200, 1.7e308])
def test_columns_of_any_size(tmp_path, table, size):
    x = np.cos(np.arange(ROWS))
    table = pa.table({"x": x, "big": x * size, "kind": table["kind"]})
    parts = split(load(write(table, tmp_path, "parquet"), "kind"))
    # Subnormal numbers have about 13 digits at 1e-310.
    np.testing.assert_allclose(parts.X_train[:, 1], parts.X_train[:, 0], atol=1e-10)
    assert parts.X_train[:, 1].std() == pytest.approx(1.0)


def test_scaling_by_powers_of_two_changes_no_bit(tmp_path, table):
    parts = split(load(write(table, tmp_path, "parquet"), "kind"))
    size = table["size"].to_numpy()
    train = np.setdiff1d(np.arange(ROWS), parts.test_rows)
    expected = (size - parts.columns[0].mean) / parts.columns[0].scale
    np.testing.assert_array_equal(parts.X_train[:, 0], expected[train])


def folder_of(tmp_path, *columns):
    for i, column in enumerate(columns):
        part = pa.table({"c": column, "y": ["u", "v"]})
        pyarrow.parquet.write_table(part, tmp_path / f"{i}.parquet")
    return tmp_path


def test_folder_with_and_without_dictionaries(tmp_path):
    one = pa.array(["a", "b"]).dictionary_encode()
    table = read_table(folder_of(tmp_path, one, pa.array(["b", "z"])))
    assert table["c"].to_pylist() == ["a", "b", "b", "z"]


def test_folder_of_integers_and_fractions(tmp_path):
    table = read_table(folder_of(tmp_path, pa.array([1, 2]), pa.array([0.5, 1.5])))
    assert table["c"].to_pylist() == [1.0, 2.0, 0.5, 1.5]


@pytest.mark.parametrize(
    "other", [pa.array(["1", "2"]), pa.array([2**60 + 1, 0]), pa.array([[1.0], []])]
)
def test_folder_of_other_types(tmp_path, other):
    with pytest.raises(Refusal, match=r"1\.parquet: 'c' of type") as caught:
        read_table(folder_of(tmp_path, pa.array([0.5, 1.5]), other))
    assert caught.value.code == "parquet-columns"


@pytest.mark.parametrize(
    "text",
    ['a,y\n1,5" pipe\n2,z\n', 'a,y\n1,"say ""no"""\n2,"two\nlines"\n'],
)
def test_quotes_that_are_in_order(tmp_path, text):
    (tmp_path / "d.csv").write_text(text)
    assert read_table(tmp_path / "d.csv").num_rows == 2


def test_cells_beyond_the_limit_of_the_csv_module(tmp_path):
    (tmp_path / "d.csv").write_text(f'a,y\n1,"{"k" * 200_000}"\n2,z\n')
    assert read_table(tmp_path / "d.csv").num_rows == 2


def test_few_cells_that_are_no_numbers_among_categories(tmp_path):
    lines = [f"{i % 15 if i % 3 else 'x'},{'uv'[i % 2]}\n" for i in range(60)]
    (tmp_path / "d.csv").write_text("a,y\n" + "".join(lines))
    assert len(split(load(tmp_path / "d.csv", "y")).columns[0].features) == 11
