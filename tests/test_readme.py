"""The README keeps what it says: generated tables, two commands, running examples."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from benchmarks.readme import FILE, filled, tables

TEXT = FILE.read_text()


def test_tables_are_printed_from_the_code() -> None:
    assert filled(TEXT) == TEXT
    assert all(len(table.splitlines()) > 5 for table in tables().values())


def test_the_first_two_shell_blocks_are_one_line_each() -> None:
    """CI runs exactly these lines, from a fresh clone with nothing but Python."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    assert [len(block.splitlines()) for block in blocks[:2]] == [1, 1]
    assert all("-m venv" in block for block in blocks[:2])
    assert "softjet fit" in blocks[0]
    assert "pytest" in blocks[1]


def test_the_python_examples_run() -> None:
    first, fused = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    names: dict = {}
    exec(first, names)
    y, x_dot, y_dot = names["y"], names["x_dot"], names["y_dot"]
    np.testing.assert_allclose(
        y_dot, y * (x_dot - (y * x_dot).sum(-1, keepdims=True)), atol=1e-15
    )
    assert names["x_bar"].shape == names["hv"].shape == names["grad"].shape == (8, 10)
    exec(fused, names)
    assert names["W_bar"].shape == (50, 16)
    # o is linear in v, and its pullback of ones counts what each key was given.
    np.testing.assert_allclose(names["o_dot"], names["o"], rtol=1e-14)
    np.testing.assert_allclose(names["v_bar"].sum(-2), 5.0)


def test_links_lead_somewhere() -> None:
    for page in [FILE, *FILE.parent.glob("docs/**/*.md")]:
        prose = re.sub(r"^ {4}.*$", "", page.read_text(), flags=re.MULTILINE)
        for target in re.findall(r"\]\(([^)#]+)\)", prose):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_picture_is_there() -> None:
    assert Path(FILE.parent / "docs/images/digits.png").stat().st_size > 10_000
