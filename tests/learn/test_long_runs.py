"""Runs that end early and are gone on with: the same bits as undisturbed."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from softjet import Refusal
from softjet.learn import fit as module
from softjet.learn.fit import Job, fit
from softjet.learn.predict import predict
from softjet.learn.runs.stop import Interrupted, Stop

PICTURES = ("training", "confusion", "reliability", "weights", "jacobian")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Pictures and the audit's 60 digits take most of the time, and are not in play."""
    images = dict.fromkeys(PICTURES, b"")
    monkeypatch.setattr(module, "pictures", lambda *_: images)
    monkeypatch.setattr(module, "network_pictures", lambda *_: images)
    found = {"digits": 60, "softjet_ulps": 1.0, "textbook_ulps": 2.0, "rows": []}
    monkeypatch.setattr(module, "audit", lambda *_: found)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 5))
    y = (X @ rng.normal(size=(5, 3)) + rng.gumbel(size=(400, 3))).argmax(axis=1)
    columns = {f"x{j}": x for j, x in enumerate(X.T)}
    columns["word"] = [["red", "blue"][i % 2] for i in range(400)]
    path = tmp_path_factory.mktemp("table") / "t.parquet"
    pyarrow.parquet.write_table(pa.table(columns | {"y": y}), path)
    return path


KINDS = {
    "newton": {"solver": "newton"},
    "lbfgs": {"solver": "lbfgs"},
    "network": {"model": "network", "hidden": (4,), "epochs": 2, "batch_size": 64},
}


def job_of(table, out, kind="lbfgs", **settings):
    return Job(table, "y", out, compare=False, **KINDS[kind], **settings)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def results(out):
    report = json.loads((out / "report.json").read_text())
    training = report["training"]
    training.pop("seconds")
    model = (out / "model.safetensors").read_bytes()
    header = (out / "model.json").read_bytes()
    return model, header, training, report["test"]


class Breaking:
    """Progress that interrupts at the n-th call, as a signal's handler would."""

    def __init__(self, n, stop):
        self.left, self.stop = n, stop

    def __call__(self, *_):
        self.left -= 1
        if self.left == 0:
            self.stop.ask(2)


def broken(job, n):
    stop = Stop()
    with pytest.raises(Interrupted) as caught:
        fit(job, Breaking(n, stop), pytest.fail, stop)
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_interrupted_after_every_step(table, tmp_path, kind):
    told = []
    fit(job_of(table, tmp_path / "whole", kind), lambda *step: told.append(step))
    wanted = results(tmp_path / "whole")
    assert len(told) >= 5
    for n in range(1, len(told) + 1):
        out = tmp_path / f"m{n}"
        stop = broken(job_of(table, out, kind), n)
        what = f"update {n}" if kind == "network" else f"step {n - 1}"
        assert stop.kept == f"saved after {what} in {out}.checkpoint"
        assert not out.exists()
        steps = []
        job = job_of(table, out, kind, resume=True)
        fit(job, lambda *step, to=steps: to.append(step), pytest.fail)
        assert results(out) == wanted
        rest = told[n if kind == "network" else n - 1 :]
        assert repr(steps) == repr(rest)  # of which a network's gaps are NaN
        assert not out.with_name(f"m{n}.checkpoint").exists()


def test_interrupted_again_and_again(table, tmp_path):
    fit(job_of(table, tmp_path / "whole"))
    out, count = tmp_path / "m", 0
    broken(job_of(table, out), 2)
    while not out.exists():
        try:
            stop = Stop()
            again = job_of(table, out, resume=True)
            # The first call tells the point that it goes on from: one step a run.
            fit(again, Breaking(2, stop), pytest.fail, stop)
        except Interrupted:
            count += 1
    assert count >= 5
    assert results(out) == results(tmp_path / "whole")


def test_interrupted_while_the_report_is_made(table, tmp_path, monkeypatch):
    fit(job_of(table, tmp_path / "whole"))

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "page", interrupt)
        with pytest.raises(Interrupted, match="saved after step"):
            fit(job_of(table, tmp_path / "m"))
    steps = []
    fit(job_of(table, tmp_path / "m", resume=True), lambda *step: steps.append(step))
    assert len(steps) == 1
    assert results(tmp_path / "m") == results(tmp_path / "whole")


def test_interrupted_before_the_first_step(table, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "prepare", interrupt)
        with pytest.raises(Interrupted) as caught:
            fit(job_of(table, tmp_path / "m"))
    assert caught.value.kept == "nothing was written"
    assert names(tmp_path) == []
    # Its line goes on all the same: from the beginning, which is said.
    said = []
    fit(job_of(table, tmp_path / "m", resume=True), say=said.append)
    assert said == [
        f"no checkpoint in {tmp_path / 'm'}.checkpoint: the run starts anew"
    ]
    assert names(tmp_path) == ["m"]


def test_a_plain_interrupt_in_the_midst_of_an_update_saves_no_torn_network(
    table, tmp_path, monkeypatch
):
    from softjet.learn.network import Network

    step, calls = Network._step, []

    def torn(self, *args):
        calls.append(None)
        if len(calls) == 5:
            self.weights_[0][0][:] = 0.0
            raise KeyboardInterrupt
        return step(self, *args)

    monkeypatch.setattr(Network, "_step", torn)
    with pytest.raises(Interrupted, match="nothing was written"):
        fit(job_of(table, tmp_path / "m", "network"))
    assert names(tmp_path) == []


def test_checkpoints_are_written_on_the_way(table, tmp_path, monkeypatch):
    """As a kill finds them: two, of which the newest leads to the same bits."""
    fit(job_of(table, tmp_path / "whole"))
    seen = []

    def look(*_):
        folder = tmp_path / "m.checkpoint"
        seen.append(names(folder))
        shutil.copytree(folder, tmp_path / f"n{len(seen)}.checkpoint")

    monkeypatch.setattr("softjet.learn.runs.keeper.SPARING", 0)
    fit(job_of(table, tmp_path / "m", checkpoint_seconds=0.0), look)
    assert seen[3] == ["00000003.checkpoint", "00000004.checkpoint", "lock"]
    for i in range(1, len(seen) + 1, 3):
        fit(job_of(table, tmp_path / f"n{i}", resume=True), say=pytest.fail)
        assert results(tmp_path / f"n{i}") == results(tmp_path / "whole")


def refusal(job):
    with pytest.raises(Refusal) as caught:
        fit(job, say=pytest.fail)
    return f"\n{caught.value}\n"


def test_a_run_that_was_left_is_not_overwritten(table, tmp_path, monkeypatch):
    monkeypatch.setattr("softjet.learn.commands._program", lambda: ["softjet"])
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "m"
    broken(job_of(table, out), 3)
    kept = names(tmp_path / "m.checkpoint")
    assert refusal(job_of(table, out)) == (
        f"""
a run that ended early left its checkpoints there [checkpoint-exists]
  got   {out}.checkpoint with 00000001.checkpoint
  want  --resume to go on with it, --restart to begin anew, or another --out
  try   softjet fit {table} --target y --out {out} --solver lbfgs --no-compare --resume
"""
    )
    assert names(tmp_path / "m.checkpoint") == kept == ["00000001.checkpoint"]
    fit(job_of(table, out, restart=True), say=pytest.fail)
    assert names(tmp_path) == ["m"]


CHANGES = {
    "C": ({"C": 2.0}, "C=2.0, where it was 1.0"),
    "tol": ({"tol": 1e-7}, "tol=1e-07, where it was 1e-06"),
    "seed": ({"seed": 1}, "seed=1, where it was 0"),
    "drop": ({"drop": ("x1",)}, "drop=['x1'], where it was []"),
    "memory": ({"memory": 10**9}, "memory=1000000000, where it was None"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_job_is_refused_by_name(table, tmp_path, change):
    settings, said = CHANGES[change]
    broken(job_of(table, tmp_path / "m"), 3)
    text = refusal(job_of(table, tmp_path / "m", resume=True, **settings))
    assert "the checkpoint belongs to another run [checkpoint-other]" in text
    assert f"  got   {said}" in text
    # It is refused, not lost.
    fit(job_of(table, tmp_path / "m", resume=True), say=pytest.fail)


def test_other_data_are_refused_by_name(table, tmp_path):
    broken(job_of(table, tmp_path / "m"), 3)
    read = pyarrow.parquet.read_table(table)
    x = read["x0"].to_numpy().copy()
    x[:9] *= 1 + 1e-15  # a few last bits, of rows to train on among them
    other = tmp_path / "other.parquet"
    changed = read.set_column(0, "x0", pa.array(x))
    pyarrow.parquet.write_table(changed, other)
    text = refusal(job_of(other, tmp_path / "m", resume=True))
    assert "numbers in the training rows" in text
    # The same rows under another name are the same data.
    pyarrow.parquet.write_table(read, other)
    fit(job_of(other, tmp_path / "m", resume=True), say=pytest.fail)


def test_a_network_reads_back_and_predicts(table, tmp_path):
    report = fit(job_of(table, tmp_path / "m", "network"))
    assert report["training"]["gradients_checked"]
    assert "converged" not in report["training"]
    assert report["comparison"] is None
    page = (tmp_path / "m" / "report.html").read_text()
    assert "There is no certificate" in page
    found = predict(tmp_path / "m", tmp_path / "m" / "test.csv", tmp_path / "p.parquet")
    assert found.accuracy == report["test"]["accuracy"]
    assert found.log_loss == report["test"]["log_loss"]
    written = pyarrow.parquet.read_table(tmp_path / "p.parquet")
    assert written.column_names == ["predicted", "p(0)", "p(1)", "p(2)"]
    np.testing.assert_array_equal(written["p(1)"], found.probabilities[:, 1])
    # Its own file is replaced, another is not.
    predict(tmp_path / "m", table, tmp_path / "p.parquet")
    pyarrow.parquet.write_table(pa.table({"a": [1]}), tmp_path / "p.parquet")
    with pytest.raises(Refusal, match="stays untouched"):
        predict(tmp_path / "m", table, tmp_path / "p.parquet")


def test_data_larger_than_memory_stay_on_disk(table, tmp_path, monkeypatch):
    """The seam: rows from disk, interrupted and gone on with, to the same minimum."""
    whole = fit(job_of(table, tmp_path / "whole"))
    monkeypatch.setattr("softjet.learn.prepared.size_in_memory", lambda path: 10**12)
    copy = tmp_path / "t.parquet"
    copy.write_bytes(table.read_bytes())
    job = job_of(copy, tmp_path / "m", memory=150_000_000)
    stages, stop = [], Stop()
    with pytest.raises(Interrupted, match="saved after step 2"):
        fit(job, Breaking(3, stop), pytest.fail, stop, stages.append)
    assert {stage.unit for stage in stages} == {"rows"}
    resumed = replace(job, resume=True)
    report = fit(resumed, say=pytest.fail)
    training, other = report["training"], whole["training"]
    assert training["converged"]
    assert report["data"]["rows"] == 400
    assert report["comparison"] is None
    # Another split, so another minimum; but one of the same table.
    assert training["objective"] == pytest.approx(other["objective"], rel=0.1)
    fit(replace(job, out=tmp_path / "n"))
    assert results(tmp_path / "n") == results(tmp_path / "m")
    back = predict(tmp_path / "m", tmp_path / "m" / "test.csv")
    assert back.accuracy == pytest.approx(report["test"]["accuracy"], abs=0.02)
    assert refusal(job_of(copy, tmp_path / "net", "network", memory=job.memory)) == (
        f"""
a network is trained on rows in memory [memory-network]
  got   {copy}, which is read from disk with 150 MB
  want  a CSV or Parquet table that fits into --memory
  try   --model regression, or more memory
"""
    )


def test_what_fits_into_memory_is_in_memory(table, tmp_path):
    fit(job_of(table, tmp_path / "m"))
    fit(job_of(table, tmp_path / "n", memory=150_000_000))
    assert results(tmp_path / "m")[:2] == results(tmp_path / "n")[:2]
    assert names(table.parent) == ["t.parquet"]
