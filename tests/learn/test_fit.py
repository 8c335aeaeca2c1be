"""The main job end to end, and the way back through predict."""

import json
import re
import shlex

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from sklearn.datasets import load_breast_cancer, load_wine

from softjet import Refusal
from softjet.learn import fit as module
from softjet.learn.fit import Job, fit
from softjet.learn.predict import predict


def as_table(bunch, target):
    columns = dict(zip(bunch.feature_names, bunch.data.T, strict=True))
    names = [str(name) for name in bunch.target_names]
    return pa.table(columns | {target: [names[i] for i in bunch.target]})


@pytest.fixture
def no_pictures(monkeypatch):
    """For runs whose pictures nobody looks at: drawing takes most of their time."""
    names = ("training", "confusion", "reliability", "weights", "jacobian")
    monkeypatch.setattr(module, "pictures", lambda *_: dict.fromkeys(names, b""))


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    out = tmp_path_factory.mktemp("digits") / "fit"
    steps = []
    return fit(Job(out=out), lambda *step: steps.append(step)), out, steps


def test_digits_are_learnt_and_proven(digits):
    report, _, steps = digits
    training = report["training"]
    assert report["test"]["accuracy"] >= 0.95
    assert training["converged"]
    assert training["gap"] <= 1e-6 * training["objective"]
    assert [list(step) for step in steps] == training["history"]


def test_audit_and_comparison(digits):
    report = digits[0]
    assert report["audit"]["softjet_ulps"] <= 4
    assert report["audit"]["textbook_ulps"] > 100
    ours, theirs = report["training"], report["comparison"]
    # Two proofs about one minimum must not contradict each other.
    assert theirs["objective"] - theirs["gap"] <= ours["objective"]
    assert ours["objective"] - ours["gap"] <= theirs["objective"]
    assert theirs["gap"] > ours["gap"]
    assert abs(theirs["accuracy"] - report["test"]["accuracy"]) < 0.02


def test_report_json_is_the_report(digits):
    report, out, _ = digits
    assert json.loads((out / "report.json").read_text()) == json.loads(
        json.dumps(report)
    )
    assert sorted(p.name for p in out.parent.iterdir()) == ["fit"]


def test_page_is_self_contained(digits):
    page = (digits[1] / "report.html").read_text()
    assert len(re.findall(r'src="data:image/png;base64,', page)) == 5
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "http" not in page.replace("http-equiv", "")
    accuracy = digits[0]["test"]["accuracy"]
    assert f"{100 * accuracy:.1f} %" in page


def test_reading_back_gives_the_same_scores(digits):
    report, out, _ = digits
    back = predict(out, out / "test.csv")
    assert back.accuracy == report["test"]["accuracy"]
    assert back.log_loss == report["test"]["log_loss"]
    np.testing.assert_allclose(back.probabilities.sum(axis=1), 1.0, rtol=1e-14)


@pytest.mark.usefixtures("no_pictures")
def test_same_job_same_model(digits, tmp_path):
    fit(Job(out=tmp_path / "again", compare=False))
    again = (tmp_path / "again" / "model.safetensors").read_bytes()
    assert again == (digits[1] / "model.safetensors").read_bytes()


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize(
    "change", [{"C": 10.0}, {"seed": 1}, {"test_share": 0.3}, {"tol": 1e-2}]
)
def test_every_setting_changes_the_model(digits, tmp_path, change):
    fit(Job(out=tmp_path / "other", compare=False, **change))
    other = (tmp_path / "other" / "model.safetensors").read_bytes()
    assert other != (digits[1] / "model.safetensors").read_bytes()


@pytest.mark.usefixtures("no_pictures")
def test_too_few_steps_still_write_and_say_so(tmp_path):
    report = fit(Job(out=tmp_path / "fit", max_iter=1, compare=False))
    assert not report["training"]["converged"]
    assert "NOT reached" in (tmp_path / "fit" / "report.html").read_text()
    assert report["comparison"] is None


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_wine_with_words_and_flags(tmp_path, kind):
    table = as_table(load_wine(), "cultivar")
    rows = len(table)
    table = table.append_column("cellar", pa.array(["NA", "01"] * (rows // 2)))
    table = table.append_column("old", pa.array([i % 3 == 0 for i in range(rows)]))
    path = tmp_path / f"wine.{kind}"
    writer = pyarrow.csv.write_csv if kind == "csv" else pyarrow.parquet.write_table
    writer(table, path)
    report = fit(Job(path, "cultivar", tmp_path / "fit", drop=("ash",)))
    assert report["test"]["accuracy"] >= 0.95
    assert report["data"]["features"][-4:] == [
        *("cellar=01", "cellar=NA"),
        *("old=false", "old=true"),
    ]
    back = predict(tmp_path / "fit", tmp_path / "fit" / "test.csv")
    assert back.log_loss == pytest.approx(report["test"]["log_loss"], rel=1e-13)
    # The dropped column may still be there, and the target need not.
    whole = predict(tmp_path / "fit", path)
    assert whole.accuracy > 0.95
    pyarrow.csv.write_csv(table.drop(["cultivar"]), tmp_path / "bare.csv")
    bare = predict(tmp_path / "fit", tmp_path / "bare.csv", tmp_path / "p.csv")
    assert bare.accuracy is None
    np.testing.assert_array_equal(bare.predicted, whole.predicted)
    written = pyarrow.csv.read_csv(tmp_path / "p.csv")
    assert written.column_names[0] == "predicted"
    assert written["predicted"].to_pylist() == bare.predicted.tolist()
    kept = np.column_stack([written[i].to_numpy() for i in (1, 2, 3)])
    np.testing.assert_array_equal(kept, whole.probabilities)


@pytest.mark.usefixtures("no_pictures")
def test_two_classes_minimise_what_scikit_learn_minimises(tmp_path):
    path = tmp_path / "cancer.csv"
    pyarrow.csv.write_csv(as_table(load_breast_cancer(), "kind"), path)
    report = fit(Job(path, "kind", tmp_path / "fit", C=0.5))
    theirs, ours = report["comparison"]["objective"], report["training"]["objective"]
    assert theirs == pytest.approx(ours, rel=1e-4)


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize("error", [RuntimeError, OSError])
def test_whatever_fails_nothing_is_left(tmp_path, monkeypatch, error):
    def fail(*_):
        raise error(28, "No space left on device")

    monkeypatch.setattr(module, "save_model", fail)
    job = Job(out=tmp_path / "fit", compare=False)
    with pytest.raises(Refusal if error is OSError else error):
        fit(job)
    assert list(tmp_path.iterdir()) == []


def test_next_commands_quote_names(tmp_path):
    job = Job(tmp_path / "my data.csv", "the kind", tmp_path / "my fit", drop=("a b",))
    words = [shlex.split(line) for _, line in module.next_commands(job)]
    assert words[0][-1].endswith("my%20fit/report.html")
    assert words[1][2:] == [str(job.out), str(job.out / "test.csv")]
    assert words[2][2:7] == [str(job.data), "--target", "the kind", "--drop", "a b"]


def test_next_commands_repeat_what_was_changed(tmp_path):
    job = Job(out=tmp_path / "m", tol=1e-4, max_iter=7, seed=3, test_share=0.25)
    last = shlex.split(module.next_commands(job)[2][1])
    kept = ["--tol", "0.0001", "--max-iter", "7", "--seed", "3", "--test-share", "0.25"]
    assert last[-8:] == kept
    last = shlex.split(
        module.next_commands(Job(out=tmp_path / "m", compare=False))[2][1]
    )
    assert last[-3:] == ["--out", str(tmp_path / "m-C10"), "--no-compare"]
