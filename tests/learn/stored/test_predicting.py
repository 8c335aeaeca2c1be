"""Predictions in batches: the bytes of those in memory."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from softjet import Refusal
from softjet.learn.data import load, split
from softjet.learn.model import Model, save_model
from softjet.learn.predict import predict
from softjet.learn.stored.predicting import predict_stored

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def model(written, tmp_path):
    path = written("folder")
    parts = split(load(path, "kind"), 0.2)
    coef = np.random.default_rng(0).normal(size=(3, parts.X_test.shape[1]))
    folder = tmp_path / "model"
    folder.mkdir()
    save_model(folder, Model(coef, np.ones(3), parts.classes, parts.columns, "kind"))
    return folder, path


def test_a_csv_has_the_same_bytes(model, tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    whole = predict(*model, one)
    found = predict_stored(*model, other)
    assert other.read_bytes() == one.read_bytes()
    assert (found.rows, found.target) == (300, "kind")
    assert found.accuracy == pytest.approx(whole.accuracy, rel=1e-14)
    assert found.log_loss == pytest.approx(whole.log_loss, rel=1e-13)
    counts = [(whole.predicted == label).sum() for label in whole.classes]
    assert found.counts.tolist() == counts


def test_a_parquet_file_holds_the_same_table(model, tmp_path):
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    predict(*model, one)
    predict_stored(*model, other)
    tables = [pa.parquet.read_table(path).combine_chunks() for path in (one, other)]
    assert tables[0].equals(tables[1])
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == [
        "one.parquet",
        "other.parquet",
    ]


def test_without_a_target_there_is_no_score(model, tmp_path, table):
    path = tmp_path / "rows.parquet"
    pa.parquet.write_table(table.drop_columns(["kind"]), path)
    found = predict_stored(model[0], path)
    assert (found.rows, found.accuracy, found.log_loss) == (300, None, None)
    empty = table.drop_columns(["kind"]).append_column("kind", pa.nulls(300))
    pa.parquet.write_table(empty, path)
    assert predict_stored(model[0], path).accuracy is None


@pytest.mark.parametrize("name", ["p.csv", "p.parquet"])
def test_only_an_earlier_file_is_replaced(model, tmp_path, name):
    out = tmp_path / name
    out.write_text("precious\n")
    with pytest.raises(Refusal, match="out-taken"):
        predict_stored(*model, out)
    assert out.read_text() == "precious\n"
    out.unlink()
    predict_stored(*model, out)
    before = out.read_bytes()
    predict_stored(*model, out)
    assert out.read_bytes() == before


def test_an_interrupted_run_leaves_nothing(model, tmp_path):
    out = tmp_path / "p.csv"

    def stop(told):
        if told.done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_stored(*model, out, progress=stop)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "model"]
