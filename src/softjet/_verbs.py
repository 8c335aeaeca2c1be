"""The verbs that look and show: check, draw, explore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from softjet import _terminal as terminal
from softjet._answers import answering

_PLACE = "path/to/file.py:function, module:function or path/to/file.py:Class."
_BESIDE = "a name alone stands in the file of the function."


def check(
    function: Annotated[
        str | None, typer.Argument(help=_PLACE, show_default=False)
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="What it is to be: softmax, cross_entropy, ..."),
    ] = None,
    vjp: Annotated[
        str | None, typer.Option(help=f"Its backward pass; {_BESIDE}")
    ] = None,
    jvp: Annotated[str | None, typer.Option(help="Its forward mode.")] = None,
    jacobian: Annotated[str | None, typer.Option(help="Its Jacobian.")] = None,
    gradient: Annotated[str | None, typer.Option(help="A loss's gradient.")] = None,
    layout: Annotated[
        str | None,
        typer.Option(help="rows (N, K), columns (K, N) or row (K,); else found out."),
    ] = None,
    axis: Annotated[
        int | None,
        typer.Option(help="Axis of the classes: -1 or 1 for rows, 0 for columns."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The report as JSON.")
    ] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="CODE", help="The page of a code.")
    ] = None,
    hints: Annotated[
        bool,
        typer.Option("--hints/--no-hints", help="Name the bug and the mended line."),
    ] = True,
    demo: Annotated[bool, typer.Option("--demo", help="Judge the example.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds of computing.")] = 20.0,
    memory: Annotated[float, typer.Option(help="GiB the process may hold.")] = 2.0,
) -> None:
    """Say which mistake a softmax, a loss, an attention or a derivative makes.

    Exit code 0: nothing found; 1: findings; 2: could not run, or not judge all of it.
    """
    with answering():
        from softjet.check.command import Words
        from softjet.check.command import check as run

        words = Words(
            target=function,
            kind=kind,
            vjp=vjp,
            jvp=jvp,
            jacobian=jacobian,
            gradient=gradient,
            layout=layout,
            axis=axis,
            json=as_json,
            explain=explain,
            hints=hints,
            demo=demo,
            timeout=timeout,
            memory=memory,
        )
        raise typer.Exit(terminal.show_report(*run(words, *terminal.page()), as_json))


def draw(
    name: Annotated[
        str | None,
        typer.Argument(help="A drawing; --list names them.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="PNG, SVG or, for what moves, GIF file.", show_default="NAME.png"
        ),
    ] = None,
    logits: Annotated[
        str | None,
        typer.Option(help="A row of your own, such as 2,1,0.", show_default=False),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--list", help="Name every drawing.")
    ] = False,
) -> None:
    """Draw the softmax, its derivatives and what they do, into one file."""
    with answering():
        from softjet.draw.command import draw as run

        line = run(None if everything else name, out, logits)
        terminal.console().print(Text(line), soft_wrap=True)


def explore(
    port: Annotated[
        int, typer.Option(help="Port on this machine; 0 takes a free one.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page.")
    ] = True,
    export: Annotated[
        Path | None, typer.Option(help="Write the page into this file instead.")
    ] = None,
    state: Annotated[
        str, typer.Option(help="What the file shows: the page's address.")
    ] = "",
) -> None:
    """Open the explorer: one page, every number computed live."""
    with answering():
        from softjet.explore.command import explore as run

        run(port=port, browser=browser, export=export, state=state)
        if export is not None:
            size = export.stat().st_size / 2**20
            terminal.console().print(Text(f"written      {export}: {size:.1f} MiB"))
