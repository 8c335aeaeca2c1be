"""The files of the page: no softmax in them, nothing from outside, nothing heavy."""

from __future__ import annotations

import re

import pytest

from softjet.explore.assets import assets
from softjet.explore.bundle import bundle
from softjet.explore.scenes import SCENES

TEXTS = {name: text.decode() for name, text in assets().items()}
SCRIPTS = {name: text for name, text in TEXTS.items() if name.endswith(".js")}
every_script = pytest.mark.parametrize("name", SCRIPTS)

# What a softmax is made of: exponentials, logarithms, powers, sums that normalise.
ARITHMETIC = re.compile(
    r"Math\s*(?:\.|\[)\s*['\"]?(?:exp|expm1|log|log1p|log2|log10|pow|tanh|sinh|cosh)\b"
    r"|\*\*|\.reduce(?:Right)?\s*\(|\bMath\.E\b|Math\s*\[|=\s*Math\b(?!\.)|sumPrecise"
)
SUMMED = re.compile(r"\b(\w+)\s*\+=")


def code_of(text: str) -> str:
    """Without comments and without what stands in quotes."""
    text = re.sub(r"/\*.*?\*/|(?<![:\\])//[^\n]*", "", text, flags=re.S)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)


def softmax_in(text: str) -> list[str]:
    """What in a script could be the arithmetic of a softmax."""
    code = code_of(text)
    found = [match[0] for match in ARITHMETIC.finditer(code)]
    for name in set(SUMMED.findall(code)):
        found += re.findall(rf"/\s*{name}\b|/=\s*{name}\b", code)
    return found


@every_script
def test_the_browser_computes_no_softmax(name: str) -> None:
    assert softmax_in(SCRIPTS[name]) == []


@pytest.mark.parametrize(
    "guilty",
    [
        "const y = x.map((v) => Math.exp(v));",
        "const e = Math [ 'exp' ](v);",
        "const m = Math; m.exp(1);",
        "const y = 2.718 ** x;",
        "const s = e.reduce((a, b) => a + b);",
        "let total = 0; for (const v of e) total += v; return e.map((v) => v / total);",
        "h = Math.log1p(v);",
    ],
)
def test_it_would_be_caught(guilty: str) -> None:
    assert softmax_in(guilty)


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_comes_from_outside(name: str) -> None:
    hosts = set(re.findall(r"(?:https?|wss?)://([^/\"'` ]+)", TEXTS[name]))
    assert hosts <= {"www.w3.org", "${location.host}"}
    assert "@import" not in TEXTS[name]
    assert "url(" not in TEXTS[name]


def test_no_inline_script_or_style() -> None:
    """The policy would block it, and the page would be half of itself in silence."""
    page = TEXTS["index.html"]
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page) == []
    for text in SCRIPTS.values():
        assert not re.search(r"\bstyle:|setAttribute\(\s*\"style\"|\beval\(", text)


@every_script
def test_only_the_library_s_own_markup_becomes_markup(name: str) -> None:
    """innerHTML takes formulas and words that softjet made, never names or refusals."""
    taken = set(re.findall(r"\.innerHTML = ([^;]+);", SCRIPTS[name]))
    assert taken <= {
        "html",
        "written = mathml",
        "written = payload.question",
        'scene.text.slice(0, level + 1).join("")',
        "step.words",
        "step.source",
    }
    assert not re.search(r"insertAdjacentHTML|outerHTML|document\.write", SCRIPTS[name])


def test_every_file_is_named_by_the_page_or_a_module() -> None:
    whole = "".join(TEXTS.values())
    for name in TEXTS:
        stem = name.rpartition("/")[2]
        assert name == "index.html" or stem in whole, name


def test_the_page_and_the_library_name_the_same_scenes() -> None:
    built = re.findall(r"^  (\w+): build", SCRIPTS["scenes/index.js"], re.M)
    assert built == list(SCENES)


def test_one_script_of_all_modules() -> None:
    script = bundle(TEXTS)
    for name in SCRIPTS:
        assert f'modules["{name}"] = ' in script
    with pytest.raises(ValueError, match="not read"):
        bundle({"main.js": "export default 3;\n"})
    with pytest.raises(ValueError, match="each other"):
        bundle(
            {
                n: f'import {{ a }} from "./{m}";\n'
                for n, m in [("main.js", "b.js"), ("b.js", "main.js")]
            }
        )


def test_the_page_is_light() -> None:
    assert sum(map(len, assets().values())) <= 400_000
