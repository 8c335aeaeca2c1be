"""The report as one HTML file: no script, no link to anywhere, pictures inside."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

from softjet.draw._style import MOST_NAMED
from softjet.draw.weights import MOST_PANELS

_STYLE = """
:root { color-scheme: light; --ink: #1b1f24; --faint: #5b6570; --line: #e4e7eb;
  --blue: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.5rem 4rem; color: var(--ink);
  background: #fff; font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
h1 { font-size: 1.9rem; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .6rem; }
p { margin: .4rem 0; max-width: 46rem; } .faint { color: var(--faint); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr));
  gap: .8rem; margin: 1.4rem 0; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.card b { display: block; font-size: 1.45rem; font-variant-numeric: tabular-nums; }
.card span { color: var(--faint); font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums;
  font-size: .92rem; }
th, td { text-align: right; padding: .35rem .7rem; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 500; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
figure { margin: 1rem 0; } img { max-width: 100%; height: auto; display: block; }
figcaption { color: var(--faint); font-size: .88rem; max-width: 46rem; }
.pair { display: grid; gap: 1rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); }
pre { background: #f6f8fa; border-radius: 8px; padding: .8rem 1rem; overflow-x: auto;
  font-size: .85rem; }
"""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def page(report: dict[str, Any], images: dict[str, bytes]) -> str:
    """The whole document."""
    classes = len(report["data"]["classes"])
    named = classes <= MOST_NAMED
    parts = [
        _head(report),
        _cards(report),
        *_way(report["training"], images),
        _comparison(report),
        _audit(report["audit"]),
        "<h2>On rows the model has not seen</h2>",
        '<div class="pair">',
        _figure(images, "confusion", _CONFUSION if named else _MANY_CONFUSION),
        _figure(images, "reliability", _RELIABILITY),
        "</div>",
        *_looks(report["training"], images, classes),
        _next(report["next"]),
    ]
    title = escape(f"softjet fit: {report['data']['target']}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


_CONFUSION = "Rows of the test part: the count in the cell, the share as its colour."
_MANY_CONFUSION = "Rows of the test part: the colour is the share of the true class."
_RELIABILITY = (
    "Each point is a bin of predictions of about the same probability; on the dashed "
    "line they are right as often as they say. The pale bar is what chance alone would "
    "allow."
)
_WEIGHTS = (
    "Blue raises the logit of the class, orange lowers it, per standard deviation of a "
    "number, or where a word or flag is present. Weights sum to zero over the classes."
)
_TERMS = (
    '<p class="faint">scikit-learn with its own solver and tolerance, and '
    "max_iter=1000; with two classes its C is doubled, so that both minimise the "
    "same objective.</p>"
)
_JACOBIAN = (
    "The mean over the test rows of diag(p) - p p\u1d40. Every column sums to zero: "
    "what one probability gains, the others lose. The pairs that stand out are the "
    "pairs that the model hesitates between."
)


def _left_out(classes: int) -> str:
    if classes <= MOST_PANELS:
        return ""
    return f" The first {MOST_PANELS} of {classes} classes are shown."


def _head(report: dict[str, Any]) -> str:
    data = report["data"]
    return (
        f"<h1>Predicting {escape(data['target'])}</h1>"
        f'<p class="faint">{escape(data["source"])}: {data["train_rows"]} rows to '
        f"train on, {data['test_rows']} to test on, {len(data['features'])} features, "
        f"{len(data['classes'])} classes. softjet {escape(report['softjet'])}, seed "
        f"{report['job']['seed']}.</p>"
    )


def _cards(report: dict[str, Any]) -> str:
    test, training = report["test"], report["training"]
    cards = [
        (f"{100 * test['accuracy']:.1f} %", "accuracy"),
        (f"{test['log_loss']:.4g}", "log loss (nats)"),
        (f"{test['brier_score']:.4f}", "Brier score (0 to 2)"),
        (
            f"{100 * test['calibration_error']:.1f} %",
            f"calibration error, {test['calibration_bins']} bins",
        ),
    ]
    if _is_network(training):
        cards.append((f"{training['parameters']}", "weights"))
    else:
        cards.append((f"{training['relative_gap']:.0e}", "gap / objective, proven"))
    boxes = (f'<div class="card"><b>{b}</b><span>{s}</span></div>' for b, s in cards)
    return f'<div class="cards">{"".join(boxes)}</div>'


def _is_network(training: dict[str, Any]) -> bool:
    return bool(training["model"] == "network")


def _way(training: dict[str, Any], images: dict[str, bytes]) -> list[str]:
    """How it was trained, and what that proves."""
    if _is_network(training):
        caption = "Each point is the mean loss of one epoch's batches."
        return [_training(training), _figure(images, "training", caption)]
    caption = "Each point is one step of the solver."
    return [_certificate(training), _figure(images, "training", caption)]


def _looks(
    training: dict[str, Any], images: dict[str, bytes], classes: int
) -> list[str]:
    """The weights, where they belong to features, and the mean Jacobian."""
    if _is_network(training):
        title = "<h2>What it hesitates between</h2>"
        return [title, _figure(images, "jacobian", _JACOBIAN)]
    return [
        "<h2>What the model looks at</h2>",
        _figure(images, "weights", _WEIGHTS + _left_out(classes)),
        _figure(images, "jacobian", _JACOBIAN),
    ]


def _training(training: dict[str, Any]) -> str:
    widths = ", ".join(map(str, training["hidden"])) or "none"
    losses = training["losses"]
    last = f"; mean loss of the last epoch {losses[-1]:.6g}" if losses else ""
    checked = "agree" if training["gradients_checked"] else "do NOT agree"
    return (
        "<h2>The training</h2>"
        f"<p>A network with hidden layers of widths {widths} "
        f"({escape(training['activation'])}), trained by "
        f"{escape(training['optimiser'])} at a rate of {training['learning_rate']:g} "
        f"for {len(losses)} epochs in batches of {training['batch_size']}: "
        f"{training['updates']} updates in {training['seconds']:.2f} s{last}. "
        "<b>There is no certificate</b>: its loss is not convex, and nothing proves "
        "how low it could be. Its layers' derivatives, checked by laws, "
        f"{checked} with their values.</p>"
    )


def _certificate(training: dict[str, Any]) -> str:
    reached = "reached" if training["converged"] else "NOT reached"
    return (
        "<h2>The certificate</h2>"
        f"<p>The objective is {training['objective']:.9g} after "
        f"{training['iterations']} steps ({training['seconds']:.2f} s). Weak "
        f"duality proves that no weights at all can make it lower than that minus "
        f"<b>{training['gap']:.1e}</b>. Asked for: {training['tol']:g} of the "
        f"objective; {reached}.</p>"
    )


def _comparison(report: dict[str, Any]) -> str:
    other = report["comparison"]
    if other is None:
        return ""
    ours = {"name": "softjet", **report["training"], **report["test"]}
    rows = [
        [
            escape(row["name"]),
            f"{row['objective']:#.9g}",
            f"{row['gap']:.1e}",
            f"{row['seconds']:.3f}",
            f"{100 * row['accuracy']:.2f} %",
            f"{row['log_loss']:#.5g}",
        ]
        for row in (ours, other)
    ]
    head = ["", "objective", "proven gap", "seconds", "accuracy", "log loss"]
    return "<h2>The same objective, the same split</h2>" + _table(head, rows) + _TERMS


def _audit(audit: dict[str, Any]) -> str:
    rows = [
        [
            f"test row {row['test_row']}",
            f"{row['margin']:#.3g}",
            f"{row['softjet_ulps']:.2f}",
            f"{row['textbook_ulps']:.3g}",
        ]
        for row in audit["rows"]
    ]
    return (
        "<h2>The gradient, audited</h2>"
        f"<p>Largest error of the gradient of the loss in the logits, against "
        f"{audit['digits']} digits, in units in the last place. The margin is the "
        "label's logit minus the best other; the textbook formula is softmax(z) - "
        "onehot in the same float64.</p>"
        + _table(["", "margin", "softjet (ulp)", "textbook (ulp)"], rows)
    )


def _figure(images: dict[str, bytes], name: str, caption: str) -> str:
    data = base64.b64encode(images[name]).decode()
    return (
        f'<figure><img alt="{escape(name)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _next(commands: list[tuple[str, str]]) -> str:
    lines = "\n".join(f"# {escape(why)}\n{escape(line)}" for why, line in commands)
    return f"<h2>What to try next</h2><pre>{lines}</pre>"


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows
    )
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll">{table}</div>'
