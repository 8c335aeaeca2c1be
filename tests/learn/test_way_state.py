"""A solver that goes on from any of its states ends in the same bits."""

import json

import numpy as np
import pytest
from scipy.sparse import csr_array

from softjet.learn.objective import Objective
from softjet.learn.runs.file import read_checkpoint, write_checkpoint
from softjet.learn.solve import OTHER_BITS, resume, solve


def problem(dtype=np.float64, features=6, C=10.0, memory=1 << 28, **settings):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, features)) * np.logspace(-1, 1, features)
    truth = rng.normal(size=(features, 4))
    y = (X @ truth + rng.gumbel(size=(300, 4))).argmax(axis=1)
    make = settings.pop("make", np.asarray)
    X = make(X.astype(dtype))
    return Objective(X, y, np.ones(300), n_classes=4, C=C, memory=memory, **settings)


def same(a, b):
    np.testing.assert_array_equal(a.point.W, b.point.W)
    np.testing.assert_array_equal(a.point.b, b.point.b)
    assert a.history == b.history
    assert a.certificate == b.certificate
    assert (a.converged, a.n_iter, a.solver) == (b.converged, b.n_iter, b.solver)
    assert (a.margin, a.estimate) == (b.margin, b.estimate)


CASES = {
    "float64": {},
    "float32": {"dtype": np.float32},
    # Too little memory to keep probabilities, and several shards.
    "nothing kept": {"memory": 1 << 14},
    "float32, nothing kept": {"memory": 1 << 13, "dtype": np.float32},
    "no intercept": {"fit_intercept": False},
    "no penalty": {"C": np.inf},
    "sparse": {"make": csr_array},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_every_state_leads_to_the_same_bits(solver, case, tmp_path):
    settings = {"tol": 1e-9, "max_iter": 25 if case == "no penalty" else 200}
    objective, makers = problem(**CASES[case]), []
    start = np.zeros(objective.shape), np.zeros(4)
    whole = solve(objective, *start, solver=solver, keep=makers.append, **settings)
    assert len(makers) >= 4
    states = [make() for make in makers]
    if "float32" in case:
        assert {state.numbers["stage"] for state in states} == {0, 1}
    for state in states:
        # Through a file, into another process as it were: nothing is shared.
        write_checkpoint(tmp_path / "state", {}, state)
        _, back = read_checkpoint(tmp_path / "state")
        said = []
        again = resume(problem(**CASES[case]), back, say=said.append, **settings)
        same(whole, again)
        assert said == []


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_a_resumed_run_can_be_resumed(solver):
    settings = {"tol": 1e-9, "max_iter": 200}
    objective, makers = problem(), []
    start = np.zeros(objective.shape), np.zeros(4)
    whole = solve(objective, *start, solver=solver, keep=makers.append, **settings)
    again = []
    resume(problem(), makers[2](), keep=again.append, **settings)
    assert len(again) == len(makers) - 2
    for make, other in zip(makers[2:], again, strict=True):
        assert make().numbers == other().numbers
        same(whole, resume(problem(), other(), **settings))


def test_a_history_of_lbfgs_is_longer_than_its_memory():
    """The states above are also of runs whose first pairs are forgotten."""
    makers = []
    objective = problem()
    start = np.zeros(objective.shape), np.zeros(4)
    solve(objective, *start, solver="lbfgs", keep=makers.append, tol=1e-9)
    last = makers[-1]()
    assert last.iteration > 10
    assert len(last.numbers["rho"]) == 10


def test_states_change_no_step():
    found = []
    for keep in (None, lambda make: make()):
        objective = problem()
        start = np.zeros(objective.shape), np.zeros(4)
        found.append(solve(objective, *start, keep=keep))
    same(*found)


def test_a_state_is_not_changed_by_later_steps():
    makers, texts = [], []

    def keep(make):
        makers.append(make)
        texts.append(text_of(make()))

    objective = problem()
    start = np.zeros(objective.shape), np.zeros(4)
    solve(objective, *start, solver="lbfgs", keep=keep)
    assert [text_of(make()) for make in makers] == texts


def text_of(state):
    tensors = {name: tensor.tobytes().hex() for name, tensor in state.tensors.items()}
    return json.dumps([state.numbers, tensors])


def test_other_bits_are_said():
    makers, said = [], []
    objective = problem()
    start = np.zeros(objective.shape), np.zeros(4)
    solve(objective, *start, keep=makers.append)
    other = problem(C=10.0000001)
    resume(other, makers[1](), say=said.append)
    assert said == [OTHER_BITS]
