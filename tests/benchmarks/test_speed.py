"""Every benchmark asks every contender the same question.

Peers that are not installed must say so; those that are must agree with ours, on both
axes.  torch.compile is replaced by the function it compiles: what it answers is its
own affair, and compiling takes 15 s.
"""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import pytest

from benchmarks import peers, speed
from benchmarks.cases import DTYPES, Case, Data
from benchmarks.contenders import copies, makers
from benchmarks.race import Outcome, race
from benchmarks.speed.start import KINDS, measure

RACES = [name for name in speed.NAMES if name not in ("small", "start")]
ENTRIES = {"sigmoid", "softplus", "log_sigmoid", "binary_cross_entropy"}
FOLDER = Path(speed.__file__).parent
every_race = pytest.mark.parametrize("name", RACES)


def raced(name: str, axis: int | None, dtype: str) -> dict[str, Outcome]:
    case = Case(name, (12, 7), dtype, None if name in ENTRIES else axis, peers.cores())
    data, file = Data(case), speed.load(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the peers
        outcomes = race(makers(file, data), copies(data), seconds=0.0)
    return {outcome.name: outcome for outcome in outcomes}


@pytest.fixture(autouse=True)
def _not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "compiled", lambda function: peers.torch() and function)


@every_race
@pytest.mark.parametrize(("axis", "dtype"), [(-1, "float64"), (0, "float32")])
def test_contenders_agree_or_say_why_not(name: str, axis: int, dtype: str) -> None:
    outcomes = raced(name, axis, dtype)
    assert outcomes["softjet"].status == "raced"
    lacks = speed.load(name).LACKS
    for verb, peer in speed.CONTENDERS.items():
        if peer not in speed.PEERS:
            continue
        outcome = outcomes[verb]
        if peer in lacks:
            assert (outcome.status, outcome.note) == ("lacks", lacks[peer])
        elif not peers.installed(peer):
            assert outcome.status == "lacks"
            assert "is not installed: pip install" in outcome.note
        else:
            assert outcome.status == "raced", outcome


@every_race
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_race_too(name: str, dtype: str) -> None:
    outcomes = raced(name, -1, dtype)
    assert outcomes["softjet"].status == "raced"
    assert all(o.note for o in outcomes.values() if o.status != "raced")


@every_race
def test_cases_cover_what_is_promised(name: str) -> None:
    cases = speed.load(name).CASES
    assert {case.dtype for case in cases} == set(DTYPES)
    assert {case.function for case in cases} == {name}
    if name not in ENTRIES:
        lengths = {case.shape[case.axis] for case in cases}
        assert {2, 1000000} <= lengths
        assert 0 in {case.axis for case in cases}


@every_race
def test_the_bytes_moved_are_at_least_one_reading(name: str) -> None:
    axis = None if name in ENTRIES else -1
    data = Data(Case(name, (12, 7), axis=axis))
    moved = speed.load(name).moved(data)
    assert data.x.nbytes <= moved <= 4 * data.x.nbytes
    assert isinstance(moved, int)


@every_race
def test_the_same_verbs_in_the_same_order(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    verbs = ["moved", *speed.CONTENDERS]
    assert [v for v in defined if v in verbs] == [v for v in verbs if v in defined]
    peers_named = {speed.CONTENDERS[v] for v in defined if v in speed.CONTENDERS}
    lacks = set(speed.load(name).LACKS)
    assert lacks | peers_named >= set(speed.PEERS)
    assert not lacks & peers_named


def test_every_file_is_listed() -> None:
    files = {path.stem for path in FOLDER.glob("[a-z]*.py")}
    assert files == set(speed.NAMES)


def test_small_races_are_of_known_functions() -> None:
    cases = speed.load("small").CASES
    assert {case.function for case in cases} <= set(RACES)
    assert {case.shape for case in cases} == {(1, 4), (8, 10), (64, 10)}


def test_start_reports_import_cold_and_warm() -> None:
    found = {case.function: outcomes for case, outcomes in measure([], seconds=0.0)}
    assert tuple(found) == KINDS
    for outcomes in found.values():
        (ours,) = outcomes
        assert (ours.name, ours.status) == ("softjet", "raced")
        assert 0 < ours.seconds < 60
    assert "disk cache" in found["first call, cold cache"][0].note
