"""The examples by name, each with its caption, its code, and its frames if it moves."""

from __future__ import annotations

import difflib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from softjet import draw
from softjet.draw import examples
from softjet.draw.files import figure_of
from softjet.errors import Refusal


@dataclass(frozen=True)
class Example:
    """One drawing: `make()` gives its Axes, `frames()` its Axes over time."""

    name: str
    make: Callable[..., Any]
    frames: Callable[..., Iterator[Any]] | None = None

    @property
    def caption(self) -> str:
        """One line."""
        return inspect.getdoc(self.make) or ""

    @property
    def code(self) -> str:
        """The lines that draw it, as a program's."""
        lines, _ = inspect.getsourcelines(self.make)
        text = "".join(lines)
        body = text[text.index('"""\n', text.index('"""') + 3) + 4 :]
        known = {k: v for k, v in self.defaults().items() if k != "ax"}
        before = [f"{name} = {value!r}\n" for name, value in known.items()]
        lines_of = textwrap.dedent(body).replace(", ax=ax)", ")")
        return "".join(before) + lines_of.replace("return ", "axes = ")

    def defaults(self) -> dict[str, Any]:
        """What the example can be asked with instead."""
        known = inspect.signature(self.make).parameters.values()
        return {p.name: p.default for p in known}

    @property
    def takes_logits(self) -> bool:
        """Whether it can show a row of one's own."""
        return "logits" in self.defaults()


def colder(logits: Any = (2.0, 1.5, 0.5, -1.0)) -> Iterator[Any]:
    """The bars from nearly uniform to one-hot, by equal factors of the temperature."""
    axes = still(draw.temperature(logits, 20.0))
    for at in np.geomspace(20.0, 0.05, 41):
        yield draw.temperature(logits, float(at), ax=cleared(axes))


def updates() -> Iterator[Any]:
    """The paths up to more and more updates: most happens early."""
    axes = still(examples.logit_paths(0))
    for last in np.unique(np.geomspace(1.0, 1000.0, 31).round().astype(int)):
        yield examples.logit_paths(int(last), ax=cleared(axes))


def still(axes: Any) -> Any:
    """These Axes where their first layout puts them, so that frames do not jump."""
    figure = figure_of(axes)
    # Frames are not cropped to what is drawn: leave room for titles over 3-D panels.
    layout: Any = figure.get_layout_engine()
    layout.set(w_pad=0.1, h_pad=0.16)
    figure.canvas.draw()
    figure.set_layout_engine("none")
    return axes


def cleared(axes: Any) -> Any:
    """These Axes empty: drawn anew they take a tenth of the time of a new figure."""
    for each in axes:
        each.clear()
    return axes


FRAMES = {"temperature": colder, "logit-paths": updates}
MADE = (
    examples.softmax_curves,
    examples.softmax_surfaces_2,
    examples.softmax_surfaces_3,
    examples.gaussians_1,
    examples.gaussians_2,
    examples.input_space_3,
    examples.input_space_4,
    examples.input_space_5,
    examples.jacobian,
    examples.jacobian_parts,
    examples.push_and_pull,
    examples.simplex,
    examples.simplex_entropy,
    examples.simplex_loss,
    examples.simplex_squared_error,
    examples.simplex_fields,
    examples.loss_curves,
    examples.temperature,
    examples.attention,
    examples.logit_paths,
    examples.ulps,
    examples.ulps_log_softmax,
    examples.confusion,
    examples.reliability,
    examples.mean_jacobian_of_digits,
    examples.objective_curve,
    examples.gap_curve,
    examples.weight_images,
    examples.weight_bars,
)
NAMED = {"mean_jacobian_of_digits": "mean-jacobian"}


def _examples() -> Iterator[Example]:
    for make in MADE:
        name = NAMED.get(make.__name__, make.__name__.replace("_", "-"))
        yield Example(name, make, FRAMES.get(name))


EXAMPLES = {example.name: example for example in _examples()}


def helpers() -> list[str]:
    """The lines of the functions that several examples call."""
    shared = (examples.trained, examples.digits, examples.worst, examples.softmaxes)
    more = (examples.log_softmaxes, examples.scipy)
    head = textwrap.dedent(
        """\
        from functools import cache
        from importlib.util import find_spec
        from typing import Any
        """
    )
    return [head, *(inspect.getsource(helper) for helper in (*shared, *more))]


def find(name: str) -> Example:
    """The example of this name; a refusal with the nearest names otherwise."""
    asked = name.strip().lower().replace("_", "-")
    if asked in EXAMPLES:
        return EXAMPLES[asked]
    near = difflib.get_close_matches(asked, EXAMPLES, n=3, cutoff=0.4)
    near += [known for known in EXAMPLES if asked and asked in known]
    raise Refusal(
        "draw-name",
        "there is no such drawing",
        got=repr(name),
        want="a name of softjet draw --list",
        hint=", ".join(dict.fromkeys(near)) or None,
    )
