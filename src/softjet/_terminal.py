"""What the commands print: tables in a terminal, plain text where output is piped."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import softjet as sj

if TYPE_CHECKING:
    from softjet.learn.predict import Predictions
    from softjet.learn.stored.predicting import Predicted

SHOWN_ROWS = 10
# Characters of a name in a table: a longer one would push the numbers out of sight.
WIDEST = 24


def console(stderr: bool = False) -> Console:
    """A console that neither colours numbers by itself nor breaks piped lines."""
    made = Console(stderr=stderr, highlight=False, emoji=False)
    if not made.is_terminal:
        made = Console(stderr=stderr, highlight=False, emoji=False, width=200)
    return made


def page() -> tuple[int, bool]:
    """Width of the terminal, and whether it has colour; 80 and none where piped."""
    from softjet.check.report._page import colour_wanted

    shown = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if shown else 80
    return width, colour_wanted(shown)


def show_report(text: str, code: int, as_json: bool) -> int:
    """A report on standard output; what could not run on standard error."""
    (sys.stderr if code == 2 and not as_json else sys.stdout).write(text)
    return code


def show_version() -> None:
    """One line."""
    console().print(f"softjet {sj.__version__}")


def show_fit(report: dict[str, Any]) -> None:
    """The result of a run, the proof first."""
    screen = console()
    data, training, test = report["data"], report["training"], report["test"]
    screen.print(_text(data["target"], "bold"), Text("from"), _text(data["source"]))
    screen.print(
        f"{data['train_rows']} rows to train on, {data['test_rows']} to test on, "
        f"{len(data['features'])} features, {len(data['classes'])} classes\n"
    )
    if training["model"] == "network":
        _show_network(screen, training)
    else:
        _show_certificate(screen, training)
    _show_audit(screen, report["audit"])
    screen.print()
    _show_scores(screen, report)
    _show_test(screen, test)
    _show_files(screen, report)


def _show_certificate(screen: Console, training: dict[str, Any]) -> None:
    met = training["converged"]
    word = "[green]reached[/]" if met else "[red]not reached: raise --max-iter[/]"
    screen.print(
        f"certificate   objective {training['objective']:.9g}, proven within "
        f"[bold]{training['gap']:.1e}[/] of the minimum\n"
        f"              {training['relative_gap']:.0e} of it; asked for "
        f"{training['tol']:.0e}, {word}"
    )


def _show_network(screen: Console, training: dict[str, Any]) -> None:
    count, losses = training["parameters"], training["losses"]
    last = f"mean loss {losses[-1]:.6g} in the last epoch" if losses else "no epoch"
    screen.print(
        f"network       {count} weights, {len(losses)} epochs, {last}\n"
        "              no certificate: nothing proves how low its loss could be"
    )


def _show_audit(screen: Console, audit: dict[str, Any]) -> None:
    screen.print(
        f"gradient      {audit['softjet_ulps']:.2f} ulp from {audit['digits']} digits "
        f"on {len(audit['rows'])} rows\n"
        f"              the textbook's softmax - onehot: "
        f"{audit['textbook_ulps']:.3g} ulp"
    )


def _show_scores(screen: Console, report: dict[str, Any]) -> None:
    if report["comparison"] is None:
        return
    table = _table("", "objective", "proven gap", "seconds", "accuracy", "log loss")
    ours = {"name": "softjet", **report["training"], **report["test"]}
    for row in (ours, report["comparison"]):
        table.add_row(
            row["name"].split()[0],
            f"{row['objective']:#.9g}",
            f"{row['gap']:.1e}",
            f"{row['seconds']:.3f}",
            f"{row['accuracy']:.4f}",
            f"{row['log_loss']:#.5g}",
        )
    screen.print(table)


def _show_test(screen: Console, test: dict[str, Any]) -> None:
    screen.print(
        f"test rows     accuracy [bold]{test['accuracy']:.4f}[/], log loss "
        f"{test['log_loss']:.4g}, Brier score {test['brier_score']:.4f}\n"
        f"              calibration error {test['calibration_error']:.4f} "
        f"({test['calibration_bins']} bins)"
    )


def _show_files(screen: Console, report: dict[str, Any]) -> None:
    out = _text(report["job"]["out"] + "/")
    files = Text("model, report.json, report.html, test.csv")
    screen.print(Text("written      "), out, files)
    screen.print("\ntry next")
    for why, line in report["next"]:
        # soft_wrap: a line that is to be copied must stay one line.
        screen.print(Text(f"  # {why}", "dim"), soft_wrap=True)
        screen.print(Text(f"  {line}"), soft_wrap=True)


def show_predictions(predictions: Predictions, out: Path | None) -> None:
    """The first rows as a table, and how many were right where that is known."""
    screen = console()
    rows, some = len(predictions.predicted), SHOWN_ROWS if out is None else 0
    if some:
        best = min(len(predictions.classes), 6)
        table = _table("row", "predicted", *predictions.header()[1 : best + 1])
        pairs = zip(predictions.predicted, predictions.probabilities, strict=True)
        for i, (label, p) in zip(range(some), pairs, strict=False):
            table.add_row(str(i + 1), _text(label), *(f"{v:.4f}" for v in p[:best]))
        screen.print(table)
        if rows > some or len(predictions.classes) > best:
            screen.print(f"the first {min(some, rows)} of {rows} rows; --out has all\n")
    else:
        screen.print(Text("written      "), _text(f"{out}: {rows} rows"))
    _show_accuracy(screen, predictions, rows)


def show_written(out: Path, found: Predicted) -> None:
    """What predicting by the batch came to."""
    screen = console()
    screen.print(Text("written      "), _text(f"{out}: {found.rows} rows"))
    _show_accuracy(screen, found, found.rows)


def _show_accuracy(screen: Console, found: Predictions | Predicted, rows: int) -> None:
    if found.accuracy is not None:
        screen.print(
            f"accuracy      [bold]{found.accuracy:.4f}[/] on {rows} rows of",
            _text(f"{found.target}, log loss {found.log_loss:.4g}"),
        )


def _text(value: object, style: str = "") -> Text:
    """A word of the user's as it stands: neither its brackets nor its controls act."""
    return Text("".join(c if c.isprintable() else "?" for c in str(value)), style)


def _table(*head: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for i, name in enumerate(head):
        side: Any = "right" if i else "left"
        table.add_column(_text(name), justify=side, no_wrap=True, max_width=WIDEST)
    return table
