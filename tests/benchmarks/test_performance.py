"""The page publishes every kept row, and first those that ours loses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.cases import Case
from benchmarks.performance import main, page
from benchmarks.race import Outcome
from benchmarks.rows import Row, append, rows_of
from softjet import Refusal

KNOWN = {
    "date": "2024-02-29",
    "machine": {"processor": "Abacus 9", "cores": 2, "L1": "32K"},
    "versions": {"python": "3.11.1", "numpy": "2.4.0"},
    "commit": "abcdef0123",
}


def raced(name: str, seconds: float, output: str = "new", note: str = "") -> Outcome:
    return Outcome(name, "raced", output, note, seconds, 0.1, rounds=5, batch=1)


def rows(shape: tuple[int, ...] = (4, 5), torch: float = 0.5) -> list[Row]:
    outcomes = [
        raced("softjet", 1.0, "given"),
        raced("SciPy", 3.0),
        raced("torch", torch, "given"),
        Outcome("JAX", "disagrees", "new", "is off by 9 times what float32 excuses"),
        Outcome("ONNX Runtime", "lacks", note="takes no float32"),
        raced("copy NumPy", 0.25, "given"),
    ]
    case = Case("softmax", shape, threads=2)
    return rows_of(
        "softmax", case, outcomes, moved=10**9, copied=10**9, provenance=KNOWN
    )


def part(text: str, title: str) -> str:
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def test_the_first_lines_say_where_and_when() -> None:
    first = page(rows()).split("\n\n")[1]
    wanted = ("Abacus 9", "2 cores", "32K", "numpy 2.4.0", "2024-02-29", "abcdef0123")
    assert all(word in first for word in wanted)


def test_a_losing_row_is_listed_and_marked() -> None:
    text = page(rows())
    lost = part(text, "Where a peer is faster")
    assert "1 of 2 pairings" in lost
    assert "| softmax | (4, 5) float32, axis -1, 2 threads | torch | given |" in lost
    assert "SciPy" not in lost
    assert "**0.50x** given" in part(text, "softmax")
    assert "| 3.00x new |" in part(text, "softmax")


def test_who_did_not_race_is_on_the_page() -> None:
    text = part(page(rows()), "softmax")
    assert "disagrees: is off by 9 times" in text
    assert "ONNX Runtime takes no float32." in text


def test_geometric_means() -> None:
    kept = [*rows(torch=0.5), *rows((9, 9), torch=8.0)]
    assert "| 2.00x of 2 |" in part(page(kept), "Geometric means of the ratios")


def test_every_case_has_its_line() -> None:
    text = part(page([*rows(), *rows((9, 9))]), "softmax")
    assert text.count("| (") == 2
    assert "| 1 s | no such output | 250 ms | 1.0 | 0.25 | 10% |" in text


def test_a_note_of_ours_is_kept() -> None:
    case = Case("first call, cold cache", (8, 10))
    outcomes = [raced("softjet", 2.0, note="disk cache 1.00 MB in 4 files")]
    text = page(rows_of("start", case, outcomes, provenance=KNOWN))
    assert "disk cache 1.00 MB" in part(text, "start")


def test_rows_of_two_machines_are_refused() -> None:
    other = [replace(row, machine={"processor": "Slide rule"}) for row in rows((9, 9))]
    with pytest.raises(Refusal, match="2 different machine"):
        page([*rows(), *other])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    assert main(["--rows", str(file)]) == 2
    assert "[rows-missing]" in capsys.readouterr().err
    append(file, rows())
    assert main(["--rows", str(file)]) == 0
    assert capsys.readouterr().out == page(rows())
