"""Rows keep what was measured: ratios of one policy, JSON there and back."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks.cases import Case
from benchmarks.race import Outcome
from benchmarks.rows import Row, append, newest, read, rows_of
from softjet import Refusal

CASE = Case("softmax", (4, 5), "float32", -1, 2)


def raced(name: str, seconds: float, output: str = "new", note: str = "") -> Outcome:
    return Outcome(name, "raced", output, note, seconds, 0.1, rounds=5, batch=1)


def rows() -> list[Row]:
    outcomes = [
        raced("softjet", 2.0, "given"),
        raced("softjet", 4.0, "new"),
        raced("torch", 3.0, "given"),
        raced("JAX", 3.0, "new"),
        Outcome("SciPy", "lacks", note="takes no bfloat16"),
        raced("copy NumPy", 1.0, "given"),
        raced("copy torch", 0.5, "given"),
    ]
    known = {"date": "2024-02-29", "machine": {"cores": 2}, "commit": "abc"}
    return rows_of(
        "softmax", CASE, outcomes, moved=int(3e9), copied=int(2e9), provenance=known
    )


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row.contender: row for row in rows}


def test_ratios_compare_the_same_output_policy() -> None:
    found = by_name(rows())
    assert found["torch"].ratio == 1.5
    assert found["JAX"].ratio == 0.75
    assert found["JAX"].loses
    assert not found["torch"].loses


def test_without_that_policy_our_only_one_is_compared() -> None:
    outcomes = [raced("softjet", 2.0, "new"), raced("torch", 1.0, "given")]
    assert rows_of("vjp", CASE, outcomes)[1].ratio == 0.5


def test_neither_ours_nor_the_copy_is_a_loss() -> None:
    outcomes = [
        raced("softjet", 2.0),
        raced("softjet via vjp", 1.0),
        raced("copy", 1.0),
    ]
    assert not any(row.loses for row in rows_of("vjp", CASE, outcomes))


def test_bandwidth_is_of_the_faster_copy() -> None:
    found = by_name(rows())
    assert found["copy"].note == "torch"
    assert found["copy"].bandwidth == pytest.approx(4.0)
    assert found["copy"].of_copy == pytest.approx(1.0)
    assert found["torch"].bandwidth == pytest.approx(1.0)
    assert found["torch"].of_copy == pytest.approx(0.25)


def test_who_did_not_race_has_words_and_no_figures() -> None:
    row = by_name(rows())["SciPy"]
    assert (row.status, row.note) == ("lacks", "takes no bfloat16")
    assert (row.seconds, row.ratio, row.bandwidth, row.of_copy) == (None,) * 4


def test_json_there_and_back(tmp_path: Path) -> None:
    file = tmp_path / "new" / "rows.jsonl"
    append(file, rows()[:2])
    append(file, rows()[2:])
    assert read(file) == rows()
    assert "NaN" not in file.read_text()
    assert [row.case for row in read(file)] == [CASE] * len(rows())


def test_a_later_run_replaces_an_earlier_one_whole() -> None:
    later = [replace(row, date="2024-03-01") for row in rows()[:2]]
    other = [replace(row, threads=1) for row in rows()]
    assert newest([*rows(), *other, *later]) == [*later, *other]


def test_what_is_not_a_row_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    with pytest.raises(Refusal, match="no kept rows"):
        read(file)
    append(file, rows()[:1])
    for line in ("half a l", "{}", "[1]", '{"shape": [1]}'):
        file.write_text(f"{file.read_text().splitlines()[0]}\n{line}\n")
        with pytest.raises(Refusal, match="line 2"):
            read(file)


def test_rows_are_plain_data() -> None:
    assert asdict(rows()[0])["machine"] == {"cores": 2}
