"""The page in a real browser: opened, dragged, read; its numbers are the library's.

Needs Chromium and playwright's Python package; without them it is skipped by name,
unless SOFTJET_BROWSER=1 says that they must be there.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from softjet.explore import wire
from softjet.explore.address import read_address
from softjet.explore.compute import compute, judge
from softjet.explore.scenes import SCENES
from softjet.explore.state import read_state

pytest.importorskip("starlette", reason="the explorer is an extra")

from explore._browser import CHROMIUM, browsing, enter, serving, settle

MISSING = CHROMIUM is None or importlib.util.find_spec("playwright") is None
if MISSING and os.environ.get("SOFTJET_BROWSER") == "1":
    raise RuntimeError("SOFTJET_BROWSER=1, but there is no Chromium or no playwright")
pytestmark = pytest.mark.skipif(MISSING, reason="no Chromium, or no playwright")

LOGITS = [1.3, -0.7, 0.4]
START = "?logits=1.3,-0.7,0.4&temperature=1.5029&target=1"


def columns(rows: str, *names: str) -> Callable[[Any], Any]:
    """Of a table: the named columns of each row, "ours.y" one level down."""

    def found(numbers: Any) -> Any:
        return [[reached(row, name) for name in names] for row in numbers[rows]]

    return found


def values(*path: str) -> Callable[[Any], Any]:
    """All numbers of a table by name, in its order."""
    return lambda numbers: [*reached(numbers, ".".join(path)).values()]


def per_class(*names: str) -> Callable[[Any], Any]:
    """Of a table with a row per class: what each of the names has for it, in turn."""
    return lambda numbers: list(zip(*(numbers[name] for name in names), strict=True))


def reached(found: Any, path: str) -> Any:
    for part in path.split("."):
        found = found[int(part) if isinstance(found, list) else part]
    return found


# For each scene: CSS selector of what has a data-value -> where the payload has it.
_BOTH = ("y", "ulps")
_LAST_HALVES = ".panel:nth-child(1) .halves:nth-of-type(3)"
SHOWN: dict[str, dict[str, str | Callable[[Any], Any]]] = {
    "function": {
        ".panel:nth-child(1) figure:nth-child(1) .body": "x",
        ".panel:nth-child(1) figure:nth-child(2) .body": "y",
        ".panel:nth-child(2) .facts dd:nth-of-type(1)": "mean_energy",
        ".panel:nth-child(2) .facts dd:nth-of-type(2)": "entropy",
        ".panel:nth-child(2) .facts dd:nth-of-type(3)": "log_sum",
        ".panel:nth-child(2) .facts dd:nth-of-type(5)": "free_energy",
        ".panel:nth-child(3) figure:nth-child(2) .body": "beside.p",
        ".panel:nth-child(4) td:nth-child(4)": "plain.y",
        ".panel:nth-child(4) td:nth-child(5)": "shifted.y",
        ".panel:nth-child(5) td [data-value]": columns(
            "digits",
            *(f"{way}.{what}" for way in ("ours", "safe", "plain") for what in _BOTH),
        ),
    },
    "graphs": {
        ".panel:nth-child(1) .body": "x",
        ".panel:nth-child(1) .halves:nth-of-type(2) figure:nth-child(1) .point": "y",
        ".panel:nth-child(1) .halves:nth-of-type(2) figure:nth-child(2) .point": "by_i",
        ".panel:nth-child(2) figure b": lambda numbers: [
            numbers[name][numbers["i"]] for name in ("y", "by_i", "by_j")
        ],
        ".panel:nth-child(3) .facts dd": "apart",
        ".panel:nth-child(3) tbody td": per_class(
            "prior", "means", "W", "b", "z", "again", "posterior", "y"
        ),
    },
    "input_space": {
        ".panel:nth-child(1) figure:nth-child(1) .body": "x",
        ".panel:nth-child(1) figure:nth-child(2) .body": "centred",
        ".panel:nth-child(1) .facts dd:nth-of-type(1)": "mean",
        ".panel:nth-child(1) .facts dd:nth-of-type(2)": "apart",
        ".panel:nth-child(2) .facts span": "space.coordinates",
        ".panel:nth-child(3) .facts dd:nth-of-type(1)": "margin",
        ".panel:nth-child(3) .facts dd:nth-of-type(2)": "odds",
        ".panel:nth-child(3) tbody td": per_class("centred", "y", "borders"),
    },
    "jacobian": {
        ".panel:nth-child(1) .cell rect": "J",
        ".panel:nth-child(2) .thirds figure:nth-child(1) .cell rect": "diag",
        ".panel:nth-child(2) .thirds figure:nth-child(2) .cell rect": "outer",
        ".panel:nth-child(2) .bar .body": "eigenvalues",
        ".panel:nth-child(2) .facts span": "trace",
    },
    "maps": {
        ".panel:nth-child(1) .halves:nth-of-type(1) figure:nth-child(1) .push": "x_dot",
        ".panel:nth-child(1) .halves:nth-of-type(1) figure:nth-child(2) .push": "y_dot",
        ".panel:nth-child(1) .halves:nth-of-type(1) figure:nth-child(1) .body": "x",
        ".panel:nth-child(1) .halves:nth-of-type(1) figure:nth-child(2) .body": "y",
        ".panel:nth-child(1) .halves:nth-of-type(2) figure:nth-child(1) .body": "x_bar",
        ".panel:nth-child(1) .halves:nth-of-type(2) figure:nth-child(2) .body": "y_bar",
        ".panel:nth-child(4) td": lambda numbers: [
            [row[what] for what in ("numbers", "products", "bytes")]
            for row in (numbers["cost"]["rule"], numbers["cost"]["matrix"])
        ],
        ".panel:nth-child(1) .facts dd:nth-of-type(1)": "forward",
        ".panel:nth-child(1) .facts dd:nth-of-type(2)": "backward",
        ".panel:nth-child(3) tbody td": "paths",
    },
    "cross_entropy": {
        ".panel:nth-child(1) .facts dd": "L",
        f"{_LAST_HALVES} figure:nth-child(1) .body": "grad",
        f"{_LAST_HALVES} figure:nth-child(2) .body": "by_y",
        ".panel:nth-child(5) tbody td": columns(
            "compare", "y", "log_loss", "log_grad", "squared", "squared_grad"
        ),
        ".panel:nth-child(6) tbody td": columns("digits", "ours", "textbook"),
    },
    "training": {
        ".panel:nth-child(1) figure:nth-child(1) .body": "x",
        ".panel:nth-child(1) figure:nth-child(2) .body": "after",
        ".panel:nth-child(1) .facts dd": "start",
        ".panel:nth-child(1) .scroll:nth-child(1) td": values("sums"),
        ".panel:nth-child(1) .scroll:nth-child(2) td": values("losses"),
        ".panel:nth-child(3) .scroll:nth-child(1) td": values("paths", "off_planes"),
        ".panel:nth-child(3) .scroll:nth-child(2) td": values("paths", "losses"),
        ".panel:nth-child(4) .facts dd:nth-of-type(1)": "loss",
        ".panel:nth-child(4) .facts dd:nth-of-type(2)": "test_loss",
        ".panel:nth-child(4) .facts dd:nth-of-type(3)": "accuracy",
        ".panel:nth-child(5) .cell rect": "digits.confusions",
        ".panel:nth-child(6) .facts dd": "digits.example.loss",
        ".panel:nth-child(6) .halves figure:nth-child(1) .body": "digits.example.x",
        ".panel:nth-child(6) .halves figure:nth-child(2) .body": "digits.example.y",
    },
    "attention": {
        ".panel:nth-child(1) figure:nth-child(1) .bar .body": "x",
        ".panel:nth-child(1) figure:nth-child(2) .bar .body": "y",
        ".panel:nth-child(1) .facts dd:nth-of-type(1) span": "o",
        ".panel:nth-child(1) .facts dd:nth-of-type(2)": "sink_share",
        ".panel:nth-child(2) .cell rect": "P",
        ".panel:nth-child(3) tbody [data-value]": columns(
            "merge", "m", "keep", "l", "o.0", "o.1"
        ),
        ".panel:nth-child(3) .facts span": "whole.o",
        ".panel:nth-child(3) .facts dd:nth-of-type(2)": "whole.off",
        ".panel:nth-child(4) .facts dd:nth-of-type(1) span": "derivative.by_key",
        ".panel:nth-child(4) .facts dd:nth-of-type(2) span": "derivative.by_rule",
        ".panel:nth-child(4) .facts dd:nth-of-type(3)": "derivative.off",
    },
}
every_scene = pytest.mark.parametrize("name", SCENES)
# Numbers that are compared at three classes: a scene may gain some, and lose none.
FEWEST = {
    "function": 52,
    "graphs": 53,
    "input_space": 21,
    "jacobian": 39,
    "maps": 37,
    "cross_entropy": 62,
    "training": 143,
    "attention": 41,
}


@pytest.fixture(scope="module")
def app() -> Iterator[Any]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browsing() as browser:
        yield browser


class Page:
    """A page of a browser that keeps what should not have happened."""

    def __init__(self, app: Any, chromium: Any, **options: Any) -> None:
        self.app, self.errors = app, []
        self.context = chromium.new_context(
            viewport={"width": 1280, "height": 900}, **options
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(8000)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((f"http://{self.app.host}/", "blob:", "data:")):
            self.errors.append(f"asked for {request.url}")

    def state(self) -> dict[str, Any]:
        """The state in the address, as the library reads it."""
        return read_state(read_address(self.page.evaluate("location.hash")))

    def enter(self, fragment: str) -> None:
        """To a state; through the door first, if we stand outside."""
        if not self.page.url.startswith(f"http://{self.app.host}/"):
            enter(self.app, self.page)
        self.page.evaluate(
            """(to) => new Promise((done) => {
              if (location.hash === to) location.hash = "";
              addEventListener("popstate", done, { once: true });
              location.hash = to;
            })""",
            fragment,
        )
        settle(self.page)

    def shown(self, selector: str) -> list[Any]:
        return self.page.eval_on_selector_all(
            f"#stage {selector}", "all => all.map((e) => e.getAttribute('data-value'))"
        )


@pytest.fixture(scope="module")
def one(app: Any, chromium: Any) -> Iterator[Page]:
    """One page for all tests that leave it as they found it: loading is slow."""
    made = Page(app, chromium, reduced_motion="reduce")
    yield made
    made.context.close()


@pytest.fixture
def page(one: Page) -> Iterator[Page]:
    one.errors.clear()
    one.page.set_viewport_size({"width": 1280, "height": 900})
    yield one
    assert one.errors == []


@pytest.fixture
def fresh(app: Any, chromium: Any) -> Iterator[Page]:
    """A page of its own, for what a page remembers."""
    made = Page(app, chromium)
    yield made
    made.context.close()
    assert made.errors == []


def numbers(raw: dict[str, Any]) -> Any:
    return json.loads(wire.encode(compute(raw)))["numbers"]


def flat(found: Any) -> list[Any]:
    if isinstance(found, (list, tuple)):
        return [entry for part in found for entry in flat(part)]
    return [found]


def same(shown: str, wanted: Any) -> bool:
    return shown == wanted if isinstance(wanted, str) else float(shown) == wanted


def compare(page: Page, name: str) -> int:
    """Every number the scene shows against the library's, to the last bit."""
    settle(page.page)
    wanted = numbers(page.state())
    count = 0
    for selector, path in SHOWN[name].items():
        found = page.shown(selector)
        truth: Any = reached(wanted, path) if isinstance(path, str) else path(wanted)
        assert len(found) == len(flat(truth)) > 0, selector
        pairs = zip(found, flat(truth), strict=True)
        assert all(same(*pair) for pair in pairs), selector
        count += len(found)
    for slot, text in page.page.eval_on_selector_all(
        "#stage [data-slot]",
        "all => all.map((e) => [e.dataset.slot, e.getAttribute('data-value')])",
    ):
        assert same(text, reached(wanted, slot)), slot
        count += 1
    return count


@every_scene
def test_opens_with_the_library_s_numbers(page: Page, name: str) -> None:
    page.enter(f"#{name}{START}")
    assert compare(page, name) >= FEWEST[name]
    assert page.page.title().startswith(SCENES[name].title)


@every_scene
def test_dragged_by_mouse(page: Page, name: str) -> None:
    """Class 2's handle goes up: the logit, or on the scene of arrows its tangent."""
    page.enter(f"#{name}{START}")
    box = page.page.locator("#stage svg.grab").first.bounding_box()
    assert box is not None
    x = box["x"] + 34 + (box["width"] - 42) * 2.5 / 3
    page.page.mouse.move(x, box["y"] + box["height"] * 0.5)
    page.page.mouse.down()
    for step in range(1, 9):
        page.page.mouse.move(x, box["y"] + box["height"] * (0.5 - 0.03 * step))
    page.page.mouse.up()
    field = {"maps": "tangent", "attention": "key_y"}.get(name, "logits")
    assert page.state()[field][2] > 1.0
    compare(page, name)


@every_scene
def test_dragged_by_keyboard(page: Page, name: str) -> None:
    # Attention has scores of its own; the logits are a bias that one may add to them.
    page.enter(f"#{name}{START}" + ("&biased=true" if name == "attention" else ""))
    before = page.state()["logits"][0]
    slider = page.page.locator("#stage input[data-field=logits]").first
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    assert page.state()["logits"][0] == pytest.approx(before + 0.05)
    compare(page, name)


@every_scene
def test_every_drag_has_a_native_input_beside_it(page: Page, name: str) -> None:
    page.enter(f"#{name}{START}")
    alone = page.page.eval_on_selector_all(
        "#stage svg.grab",
        "all => all.filter((e) => !e.closest('.panel').querySelector("
        "'input[type=range]')).length",
    )
    assert alone == 0
    unnamed = page.page.eval_on_selector_all(
        "#stage input, #notes input, #shared input, button",
        "all => all.filter((e) => !(e.labels?.length || e.ariaLabel || "
        "e.textContent.trim())).length",
    )
    assert unnamed == 0


def test_a_gradient_is_called_dead_only_where_a_loss_is_left(page: Page) -> None:
    """Sparsemax: 0 and 0 at a sure and right label, a loss and 0 at a wrong one."""
    page.enter("#cross_entropy?logits=5,-5&target=0")
    row = page.page.locator("#stage tr", has_text="sparsemax")
    assert row.locator(".lost").count() == 0
    page.enter("#cross_entropy?logits=5,-5&target=1")
    assert row.locator(".lost").count() == 2


@pytest.mark.parametrize("name", ["graphs", "input_space", "cross_entropy"])
def test_the_surface_is_drawn_and_turns(page: Page, name: str) -> None:
    """A blank canvas has one colour; a turned one has other pixels."""
    page.enter(f"#{name}?logits=1.3,-0.7,0.4,0.2")
    canvas = page.page.locator("#stage canvas").first
    canvas.scroll_into_view_if_needed()
    before = canvas.evaluate("(e) => e.toDataURL()")
    colours = canvas.evaluate(
        """(e) => new Set(new Uint32Array(e.getContext("2d")
          .getImageData(0, 0, e.width, e.height).data.buffer)).size"""
    )
    assert colours > 100
    canvas.press("ArrowLeft")
    assert canvas.evaluate("(e) => e.toDataURL()") != before


@every_scene
@pytest.mark.parametrize("width", [360, 820])
def test_fits_a_phone(page: Page, name: str, width: int) -> None:
    page.page.set_viewport_size({"width": width, "height": 800})
    page.enter(f"#{name}")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


@every_scene
def test_the_task_is_answered(page: Page, name: str) -> None:
    page.enter(f"#{name}{START}")
    page.page.locator(".task .choices button, .task .guess button").first.click()
    verdict = page.page.locator(".verdict")
    verdict.wait_for()
    wanted = judge(
        {"scene": name, "logits": LOGITS, "temperature": 1.5029, "target": 1}
    )
    assert float(verdict.get_attribute("data-answer")) == wanted["answer"]
    settle(page.page)


def test_back_and_forward(fresh: Page) -> None:
    page = fresh
    enter(page.app, page.page)
    page.page.locator("#nav a", has_text="Jacobian").click()
    settle(page.page)
    page.page.locator("#shared input[type=range]").first.press("ArrowRight")
    settle(page.page)
    there = page.page.evaluate("location.hash")
    assert there.startswith("#jacobian?temperature=")
    page.page.go_back()
    assert page.page.evaluate("location.hash") == "#jacobian"
    settle(page.page)
    assert page.page.locator("#shared output").first.get_attribute("data-value") == "1"
    page.page.go_forward()
    settle(page.page)
    assert page.page.evaluate("location.hash") == there


def test_pointing_at_a_class_lights_it_everywhere(page: Page) -> None:
    page.enter(f"#jacobian{START}")
    page.page.locator("#stage .bar").nth(1).hover()
    assert page.page.evaluate("document.documentElement.dataset.lit") == "1"
    seen = page.page.eval_on_selector_all(
        "#stage .bar[data-class]",
        "all => all.map((e) => [e.dataset.class, getComputedStyle(e).opacity])",
    )
    assert {(k, float(o) == 1.0) for k, o in seen} == {
        *{("0", False), ("1", True), ("2", False)}
    }


def test_what_is_wrong_is_said_and_the_page_lives_on(
    page: Page, tmp_path: Path
) -> None:
    page.enter("#function")
    page.page.locator(".own summary").click()
    said = page.page.locator(".own .said")
    box = page.page.locator(".own textarea")
    use = page.page.locator(".own button")
    for text, words in {
        "1,2\n3": "line 2 is of another length",
        "1,nan": "line 1, column 2 is not a finite number",
        ",".join("1" * 10_000): "10000 columns",
        "x": "the table is empty",
    }.items():
        box.fill(text)
        use.click()
        page.page.wait_for_timeout(50)
        said.filter(has_text=words).wait_for()
    large = tmp_path / "large.csv"
    large.write_text("1,2\n" * 2_500_000)
    page.page.locator(".own input[type=file]").set_input_files(large)
    said.filter(has_text="too long").wait_for()
    box.fill("cat,dog,owl\n0.5,1.5,-1\n2,0,1")
    use.click()
    # Reading a table is no request for numbers; a key meets nothing on a hidden slider.
    said.filter(has_text="3 classes").wait_for()
    page.page.locator(".own input[type=range]").press("ArrowRight")
    settle(page.page)
    assert page.state()["logits"] == [2.0, 0.0, 1.0]
    compare(page, "function")


def test_a_bad_address_is_refused_and_the_page_lives_on(page: Page) -> None:
    page.enter("#function")
    page.page.evaluate("() => { location.hash = '#function?temperature=-1'; }")
    page.page.locator("#trouble").filter(has_text="temperature is out of").wait_for()
    slider = page.page.locator("#stage input[data-field=logits]").first
    slider.press("ArrowRight")
    settle(page.page)
    assert page.page.locator("#trouble").is_hidden()


def test_a_message_of_10_mb_is_said_to_be_too_long(page: Page) -> None:
    page.enter("#function")
    code = page.page.evaluate(
        """() => new Promise((done) => {
          const socket = new WebSocket(`ws://${location.host}/live`);
          socket.onclose = (event) => done(event.code);
          socket.onopen = () => socket.send("x".repeat(10_000_000));
        })"""
    )
    assert code == 1009
    page.page.locator("#stage input[data-field=logits]").first.press("ArrowRight")
    compare(page, "function")


def test_no_socket_no_matter(fresh: Page) -> None:
    """The same numbers by POST, where a socket cannot be had."""
    page = fresh
    page.page.add_init_script("window.WebSocket = class { static OPEN = 1; };")
    enter(page.app, page.page, f"#function{START}")
    page.page.locator("#stage input[data-field=logits]").first.press("ArrowRight")
    compare(page, "function")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_can_be_read(app: Any, chromium: Any, scheme: str) -> None:
    """Ink on paper at 7 to 1 or better (WCAG AAA), soft ink at 4.5 to 1."""
    made = Page(app, chromium, color_scheme=scheme)
    enter(app, made.page)
    ratios = made.page.evaluate(CONTRAST)
    assert ratios["ink"] >= 7
    assert ratios["soft"] >= 4.5
    made.context.close()


CONTRAST = """() => {
  const light = (css) => {
    const probe = document.createElement("i");
    probe.style.color = `var(${css})`;
    document.body.append(probe);
    const rgb = getComputedStyle(probe).color.match(/[0-9.]+/g).map((v) => v / 255);
    probe.remove();
    const bent = (v) => ((v + 0.055) / 1.055) ** 2.4;
    const line = rgb.map((v) => (v <= 0.04045 ? v / 12.92 : bent(v)));
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2];
  };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const paper = light("--paper");
  return { ink: ratio(light("--ink"), paper), soft: ratio(light("--soft"), paper) };
}"""


def test_the_saved_page_works_from_disk(
    app: Any, chromium: Any, tmp_path: Path
) -> None:
    from softjet.explore.export import write

    file = tmp_path / "page.html"
    write(file, {"scene": "function", "logits": LOGITS})
    context = chromium.new_context(offline=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-settled]", state="attached")
    slider = page.locator("#stage input[data-field=logits]").first
    slider.fill("4.9")
    settle(page)
    # The nearest state computed ahead: its first logit is 5.
    seen = page.eval_on_selector_all(
        "#stage .panel:nth-child(1) figure:nth-child(2) .body",
        "all => all.map((e) => Number(e.getAttribute('data-value')))",
    )
    assert seen == numbers({"logits": [5.0, *LOGITS[1:]]})["y"]
    for link in range(1, len(SCENES)):
        page.locator("#nav a").nth(link).click()
        settle(page)
    assert "does not compute" in page.locator("#label").inner_text()
    assert errors == []
    context.close()
