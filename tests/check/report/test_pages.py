"""docs/check.md says what the code does: the demonstration, options, limits, schema."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import softjet.check.bugs
from check._golden import FOLDER, WRITE
from check._verdicts import MIXED, verdict
from softjet.check.command import Words
from softjet.check.judge.kinds import KINDS
from softjet.check.report.json import HINTS, SCHEMA, encoded
from softjet.check.report.outcome import outcome_json
from softjet.check.run.outcome import Outcome, Printed
from softjet.check.run.streams import KEPT

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "check.md"
DEMO = re.compile(r"(?<=<!-- demo -->\n).*(?=<!-- end of demo -->)", re.DOTALL)


def test_the_demonstration_is_what_the_command_prints() -> None:
    told = (FOLDER / "demo.txt").read_text()
    text = PAGE.read_text()
    if WRITE:
        text = DEMO.sub(lambda _: f"```text\n{told}```\n", text)
        PAGE.write_text(text)
    shown = DEMO.search(text)
    assert shown is not None
    assert shown[0] == f"```text\n{told}```\n"


def test_every_option_is_in_the_table_with_its_limit() -> None:
    table = dict(re.findall(r"^\| `--([a-z-]+)` \| (.*) \|$", PAGE.read_text(), re.M))
    typed = {field.name: field.default for field in fields(Words)}
    assert set(table) == {*typed, "no-hints"} - {"target", "hints"}
    assert table["kind"].strip("`").split() == list(KINDS)
    assert f"({typed['timeout']:g})" in table["timeout"]
    assert f"({typed['memory']:g})" in table["memory"]
    assert f"first {KEPT // 1024} KiB" in PAGE.read_text()


def test_the_schema_of_the_page_is_the_schema() -> None:
    text = PAGE.read_text()
    data = encoded(verdict(MIXED))
    assert f'`"{SCHEMA}"`' in text
    for words in (data, data["findings"][0], Printed.__dataclass_fields__):
        assert f"`{' '.join(words)}`" in text
    top = outcome_json(Outcome(verdict=verdict(MIXED)))
    for name in re.findall(r'^  "(\w+)"', top, re.M):
        assert f"| `{name}` |" in text
    assert f"`{' '.join(HINTS)}` of a finding are null" in text


def test_links_lead_somewhere() -> None:
    for page in (PAGE, DOCS / "design" / "check.md"):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_folders_that_the_design_names_are_there() -> None:
    source = Path(softjet.check.__file__).parent
    text = (DOCS / "design" / "check.md").read_text()
    for name in re.findall(r"`(?:check/)?((?:judge|bugs|run)/[\w./]*)`", text):
        assert (source / name).exists(), name
