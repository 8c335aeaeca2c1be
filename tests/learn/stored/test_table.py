"""A table on disk: its statistics, its rows, and when they are made anew."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from softjet import Refusal
from softjet.learn.columns import encode, fit_column
from softjet.learn.data import load
from softjet.learn.stored import building
from softjet.learn.stored.chunks import ChunkWriter
from softjet.learn.stored.table import open_table


def rows_of(table):
    """Training features, test features, test rows; whatever the shards."""
    X = np.concatenate([shard.X for shard in table.rows().shards])
    ids = np.concatenate([shard.targets for shard in table.rows().shards])
    test = [np.concatenate(part) for part in zip(*table.test_batches(), strict=True)]
    return X, ids, *test


@pytest.mark.parametrize("kind", ["csv", "parquet", "folder"])
@pytest.mark.parametrize("tiny", [False, True])
def test_encoded_as_in_memory(request, written, kind, tiny):
    if tiny:
        request.getfixturevalue("small")
    path = written(kind)
    table = open_table(path, "kind", drop=["count"], test_share=0.3, seed=2)
    X, ids, X_test, ids_test, test = rows_of(table)
    data = load(path, "kind", ("count",))
    train = np.setdiff1d(np.arange(300), test)
    columns = [fit_column(data.frame, name, train) for name in data.features]
    expected, classes = encode(columns, data.frame), np.unique(data.labels)
    np.testing.assert_allclose(X, expected[train], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(X_test, expected[test], rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(classes[ids], data.labels[train])
    np.testing.assert_array_equal(classes[ids_test], data.labels[test])
    np.testing.assert_array_equal(table.classes, classes)
    np.testing.assert_array_equal(table.trained, np.bincount(ids))
    assert [column.name for column in table.columns] == data.features
    assert table.columns[2] == columns[2]  # categories, which are exact
    assert (table.n_rows, table.n_train + table.n_test) == (300, 300)
    assert table.shape == (len(train), expected.shape[1], 3)


def test_npy_is_a_table_of_numbers(tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.normal(3.0, 2.0, size=(90, 4)), np.arange(90) % 3
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "classes.npy", y)
    table = open_table(tmp_path / "X.npy", str(tmp_path / "classes.npy"))
    found = np.concatenate([shard.X for shard in table.rows().shards])
    ids = np.concatenate([shard.targets for shard in table.rows().shards])
    np.testing.assert_allclose(found, (X - X.mean(0)) / X.std(0), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ids, y)
    raw = table.raw_rows(np.array([3, 70]))
    np.testing.assert_array_equal(raw["x1"].to_numpy(), X[[3, 70], 1])


def test_raw_rows_are_those_of_the_data(small, written, table):
    stored = open_table(written("csv"), "kind", test_share=0.2, drop=("sold",))
    numbers = next(stored.test_batches(20))[2]
    found = stored.raw_rows(numbers)
    expected = table.drop_columns(["sold"]).take(pa.array(numbers))
    assert found.column("colour").equals(expected.column("colour"))
    np.testing.assert_array_equal(found["size"], expected["size"])


def test_rows_are_encoded_once(written):
    path = written("folder")
    first = open_table(path, "kind")
    assert first.built == "there is none"
    assert (path.parent / "data.softjet" / "table.json").exists()
    assert sorted(p.name for p in path.parent.iterdir()) == ["data", "data.softjet"]
    again = open_table(path, "kind", memory="300MB")
    assert again.built is None
    assert again.digest == first.digest


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"seed": 5}, "seed was 0 and is 5"),
        ({"test_share": 0.3}, "test_share was 0.0 and is 0.3"),
        ({"drop": ["size"]}, "dropped was [] and is ['size']"),
        ({"target": "count"}, "target was 'kind' and is 'count'"),
    ],
)
def test_another_request_encodes_anew(written, asked, reason):
    path = written("csv")
    before = open_table(path, "kind").digest
    found = open_table(path, **({"target": "kind"} | asked))
    assert found.built == reason
    # Without test rows the seed changes no byte of what is encoded.
    assert (found.digest == before) == ("seed" in asked)
    assert open_table(path, **({"target": "kind"} | asked)).built is None


def test_other_data_encode_anew(written):
    path = written("folder")
    before = open_table(path, "kind").digest
    part = path / "part-2.parquet"
    os.utime(part, ns=(1, 1))
    touched = open_table(path, "kind")
    assert touched.built == "part-2.parquet has another time of change"
    assert touched.digest == before
    more = pa.parquet.read_table(part)
    pa.parquet.write_table(more, path / "part-9.parquet")
    grown = open_table(path, "kind")
    assert (grown.built, grown.n_rows) == ("part-9.parquet is new", 380)
    part.unlink()
    assert open_table(path, "kind").built == "part-2.parquet is no longer there"


def test_progress_is_told(small, written):
    stages = []
    open_table(written("csv"), "kind", progress=stages.append)
    for name in ("types", "statistics", "encoding"):
        told = [stage for stage in stages if stage.name == name]
        done = [stage.done for stage in told]
        assert done == sorted(done)
        assert len(done) > 5
        assert all(stage.seconds_left >= 0.0 for stage in told)
        if name != "types":
            assert (told[-1].done, told[-1].whole) == (300, 300)
            assert told[-1].seconds_left == 0.0


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("stage", ["types", "statistics", "encoding"])
@pytest.mark.parametrize("error", [Interrupted, KeyboardInterrupt])
def test_an_interrupted_build_leaves_nothing(small, written, stage, error):
    path = written("csv")

    def stop(told):
        if told.name == stage and told.done > 100:
            raise error

    with pytest.raises(error):
        open_table(path, "kind", progress=stop)
    assert [p.name for p in path.parent.iterdir()] == ["t.csv"]
    assert open_table(path, "kind").n_rows == 300


def test_what_a_killed_build_left_is_cleared(written):
    path = written("csv")
    partial = path.with_name("t.csv.softjet.partial")
    partial.mkdir()
    (partial / "train.features").write_bytes(b"half")
    assert open_table(path, "kind").built == "there is none"
    assert not partial.exists()


def test_two_do_not_build_at_once(small, written):
    path = written("csv")
    texts = []

    def second(told):
        if told.name == "encoding" and not texts:
            with pytest.raises(Refusal) as refused:
                open_table(path, "kind")
            texts.append(str(refused.value))

    assert open_table(path, "kind", progress=second).n_rows == 300
    assert texts == [
        "another process is encoding the same data [cache-busy]\n"
        f"  got   it holds {path}.softjet.partial\n"
        "  want  one at a time\n"
        "  try   when it is done, its rows are used"
    ]


@pytest.mark.parametrize("how", ["grow", "vanish", "touch", "replace"])
def test_data_that_change_while_read_are_refused(small, written, how):
    path = written("csv")
    text = path.read_text()

    def change(told):
        if told.name != "encoding" or told.done > 10:
            return
        if how == "vanish":
            path.unlink()
        elif how == "touch":
            os.utime(path, ns=(1, 1))
        elif how == "grow":
            path.write_text(text + text.splitlines()[1] + "\n")
        else:
            path.write_text(text.replace("green", "black"))

    with pytest.raises(Refusal, match="source-changed") as refused:
        open_table(path, "kind", progress=change)
    assert "t.csv" in refused.value.got
    assert not path.with_name("t.csv.softjet").exists()


def test_a_disk_too_small_is_refused_before_writing(written, monkeypatch):
    path = written("csv")
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(building.shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr(building, "SPARE", 0)
    with pytest.raises(Refusal) as refused:
        open_table(path, "kind")
    assert str(refused.value) == (
        "the disk is full [cache-disk]\n"
        f"  got   12 kB of encoded rows, 1 kB free for {path}.softjet\n"
        "  want  a folder on a disk with room, in which you may write\n"
        "  try   cache=FOLDER"
    )
    assert [p.name for p in path.parent.iterdir()] == ["t.csv"]


def test_a_disk_that_fills_up_is_refused(written, monkeypatch):
    path = written("csv")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ChunkWriter, "append", full)
    with pytest.raises(Refusal) as refused:
        open_table(path, "kind")
    assert (refused.value.code, refused.value.problem) == (
        "cache-disk",
        "the disk is full",
    )
    assert [p.name for p in path.parent.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("kind", ["file", "folder", "inside", "itself"])
def test_a_place_that_is_taken_is_refused(written, kind):
    path = written("folder")
    place = path.with_name("place")
    if kind == "file":
        place.write_text("precious")
        got = f"{place} is a file"
    elif kind == "folder":
        place.mkdir()
        (place / "notes").write_text("precious")
        got = f"{place} holds 'notes'"
    else:
        place = path if kind == "itself" else path / "cache"
        got = f"{place} lies in the folder of the data"
    with pytest.raises(Refusal) as refused:
        open_table(path, "kind", cache=place)
    assert refused.value.code == "cache-taken"
    assert refused.value.got == got
