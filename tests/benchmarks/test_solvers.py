"""The race of the solvers: contenders reach the floor, the page shows all of them."""

import json

import numpy as np
import pytest

from benchmarks._solver_arms import ARMS, GAP, Reached, Watch
from benchmarks._solver_page import page
from benchmarks._solver_problems import PROBLEMS, next_token, probe, units
from benchmarks.solvers import find_floor, main, objective_of, peak, run_arm


@pytest.fixture(scope="module")
def floor():
    return find_floor("wine", "float64")["floor"]


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_reaches_the_floor(arm, floor):
    row = run_arm("wine", "float64", arm, floor)
    assert row["seconds"] > 0
    assert 0 <= row["away"] <= 1.001 * GAP
    assert (row["proven"] is not None) == arm.startswith("softjet")


def test_a_floor_that_is_none_is_not_reached(floor):
    row = run_arm("wine", "float64", "scikit-learn newton-cholesky", 0.9 * floor)
    assert row["seconds"] is None
    assert row["away"] > 0.1


def test_the_watch_judges_in_float64(floor):
    objective, table, _ = objective_of("wine", "float32")
    watch = Watch(objective, table, floor)
    zeros = np.zeros(objective.shape), np.zeros(3)
    # A solver that believes too much of its point is not believed.
    watch.see(0.5 * floor, lambda: zeros)
    assert watch.reached is None
    assert watch.best == pytest.approx(np.log(3))
    watch.floor = 2.0
    with pytest.raises(Reached):
        watch.see(1.0, lambda: zeros)


def test_the_page_shows_the_latest_of_each_and_every_loser(tmp_path):
    rows = tmp_path / "rows.jsonl"
    base = {"problem": "wine", "dtype": "float32", "date": "a day", "commit": "c"}
    base |= {
        "auto": "lbfgs",
        "machine": {"processor": "P", "cores": 2},
        "versions": {"numpy": "2"},
    }
    arms = ["softjet lbfgs", "scikit-learn lbfgs", "scikit-learn newton-cg"]
    found = [
        {"arm": arms[0], "seconds": 9.0, "took": "old"},
        {"arm": arms[0], "seconds": 2.0, "took": "new", "proven": 3.0},
        {"arm": arms[1], "seconds": 1.0, "took": "faster", "peak_MiB": 7.0},
        {"arm": arms[2], "seconds": None, "took": "no further", "away": 2e-3},
    ]
    rows.write_text("".join(json.dumps(base | row) + "\n" for row in found))
    text = page(rows)
    assert "| softjet lbfgs | 2 | 1.00 | 3 |  | new |" in text
    assert "| scikit-learn lbfgs | 1 | 0.50 |  | 7 | faster |" in text
    assert "not reached" in text
    assert "no further; 2e-03 above the floor" in text
    assert "old" not in text


def test_tables_are_what_they_are_named():
    assert {"digits", "12811x384x1000", "100000x256x100", "next token"} <= set(PROBLEMS)
    X, y = probe(200, 12, 5)
    spectrum = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    assert spectrum[0] > 2 * spectrum[-1]
    assert set(y) == set(range(5))
    X, _ = units(300, 6, 4)
    assert X.std(axis=0).max() > 1e5 * X.std(axis=0).min()
    X, y = next_token(2000, 50, 200)
    assert X.shape == (2000, 600)
    assert X.nnz == 3 * 2000
    assert len(set(y)) == y.max() + 1 > 40


def test_rows_are_printed_and_kept(tmp_path, capsys):
    rows = tmp_path / "rows.jsonl"
    words = ["--only", "wine", "--dtype", "float64", "--arms", "softjet newton"]
    assert main([*words, "--rows", str(rows), "--limit-seconds", "60"]) == 0
    kept = json.loads(rows.read_text())
    assert kept["arm"] == "softjet newton"
    assert kept["versions"]["numpy"] == np.__version__
    assert json.loads(capsys.readouterr().out)["seconds"] == kept["seconds"]


def test_what_does_not_end_is_reported(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("benchmarks.solvers.floor_of", lambda *_: 0.05)
    words = ["--only", "wine", "--dtype", "float64", "--arms", "softjet newton"]
    rows = tmp_path / "rows.jsonl"
    assert main([*words, "--rows", str(rows), "--limit-seconds", "0.01"]) == 0
    assert json.loads(rows.read_text())["seconds"] is None
    assert "stopped after 0 s" in capsys.readouterr().out


def test_peak_says_what_is_never_stored():
    found = peak(10)
    assert found["logits_MiB"] == pytest.approx(4 * 10**6 / 2**20)
    assert 0 <= found["peak_MiB"] < 512
