"""Every way of writing every bug is recognised as that bug, and nothing right is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from check.bugs._trials import PIECES, attended, spoilt, trials
from softjet.check.bugs import BUGS, Bug, Form, bug, recognise, recognised
from softjet.check.judge.trial import Trial

PLACES = [(kind, piece) for kind in PIECES for piece in PIECES[kind]]
# What these hand-made trials do not hold: masks beside the logits, two-sided options.
UNSEEN = {
    "SJ022": "a mask beside logits", "SJ023": "the same", "SJ084": "the same",
    "SJ024": "integer queries", "SJ038": "long rows in half precision",
}  # fmt: skip
right = cache(trials)


def usual(kind: str, piece: str) -> Iterator[tuple[Bug, Form]]:
    """The usual way of writing each bug of a piece."""
    for each in BUGS:
        ways = [f for f in each.forms if kind in f.kinds.split()]
        ways = [f for f in ways if piece in f.pieces.split()]
        if ways and not (each.code in UNSEEN and kind in ("softmax", "attention")):
            yield each, ways[0]


@pytest.mark.parametrize(("kind", "piece"), PLACES)
def test_nothing_right_is_recognised(kind: str, piece: str) -> None:
    made = right(kind, piece)
    rng = np.random.default_rng(1)
    noise = [t.allowed * rng.uniform(-0.5, 0.5, np.shape(t.want)) for t in made]
    moved = [replace(t, got=t.got + e) for t, e in zip(made, noise, strict=True)]
    assert not any(trial.wrong for trial in moved)
    assert recognise(moved, piece) is None


@pytest.mark.parametrize(("kind", "piece"), PLACES)
def test_every_bug_is_recognised_as_itself(kind: str, piece: str) -> None:
    made, missed = right(kind, piece), {}
    for each, form in usual(kind, piece):
        wrong = [spoilt(trial, form) for trial in made]
        if not any(trial.wrong for trial in wrong):
            continue
        match = recognise(wrong, piece)
        if match is None or match.bug is not each:
            missed[each.code] = match and match.bug.code
    assert missed == {}


def test_every_bug_is_seen_in_some_place() -> None:
    """No bug is left out above because its trials are never wrong."""
    seen = set(UNSEEN) | {each.code for each in BUGS if each.sight}
    for kind, piece in PLACES:
        for each, form in usual(kind, piece):
            if any(spoilt(trial, form).wrong for trial in right(kind, piece)):
                seen.add(each.code)
    assert {each.code for each in BUGS} - seen == set()


def test_a_factor_is_told_with_its_ratio() -> None:
    made = [replace(t, got=t.want / len(t.x)) for t in right("softmax", "vjp")]
    match = recognise(made, "vjp")
    assert match is not None
    assert match.bug.code == "SJ017"
    assert match.ratio == pytest.approx(1 / len(match.trials[0].x))
    assert match.explained == match.of == sum(trial.wrong for trial in made)


def test_a_constant_of_no_meaning_is_a_constant() -> None:
    made = [replace(t, got=3.7 * t.want) for t in right("softmax", "vjp")]
    assert recognise(made, "vjp").bug.code == "SJ030"


def test_a_wrong_formula_with_a_factor_keeps_its_name() -> None:
    form = bug("SJ001").forms[0]
    made = [spoilt(t, form) for t in right("softmax", "vjp")]
    scaled = [replace(t, got=t.got / len(t.x)) for t in made]
    match = recognise(scaled, "vjp")
    assert (match.bug.code, match.factor) == ("SJ001", "1/N")


def test_two_bugs_at_once_are_both_named() -> None:
    """A sum over the wrong axis is one thing, and an overflow beside it another."""
    naive = bug("SJ009").forms[0]
    wrong = bug("SJ005").forms[0]
    made = [
        spoilt(t, naive if "offset" in t.probe else wrong)
        for t in right("softmax", "value")
    ]
    codes = {match.bug.code for match in recognised(made, "value")}
    assert codes == {"SJ005", "SJ009"}


def test_one_right_trial_contradicts_a_formula() -> None:
    form = bug("SJ002").forms[0]
    made = [spoilt(t, form) for t in right("softmax", "vjp")]
    assert recognise(made, "vjp").bug.code == "SJ002"
    made[1] = right("softmax", "vjp")[1]
    assert recognise(made, "vjp") is None


def test_two_wrongs_that_cancel_are_told_from_two_rights() -> None:
    def pieces(spoil: bool) -> list[Trial]:
        vjp = right("softmax", "vjp")
        gradient = [replace(t, piece="gradient") for t in vjp]
        together = [replace(t, piece="composed") for t in vjp]
        if spoil:
            vjp = [replace(t, got=t.want * _uneven(t)) for t in vjp]
            gradient = [replace(t, got=t.want / _uneven(t)) for t in gradient]
        return [*vjp, *gradient, *together]

    assert recognise(pieces(True), "gradient").bug.code == "SJ013"
    assert recognise(pieces(False), "gradient") is None


def _uneven(trial: Trial) -> np.ndarray:
    return 1 + np.random.default_rng(9).random(np.shape(trial.want))


def test_pieces_wrong_together_do_not_cancel() -> None:
    vjp = [replace(t, got=2 * t.want + 1) for t in right("softmax", "vjp")]
    others = [replace(t, piece=p) for p in ("gradient", "composed") for t in vjp]
    match = recognise([*vjp, *others], "gradient")
    assert match is None or match.bug.code != "SJ013"


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("input-changed", "SJ025"),
        ("seed-changed", "SJ025"),
        ("state-shared", "SJ051"),
        ("not-repeatable", "SJ051"),
    ],
)
def test_facts_are_bugs_where_every_number_is_right(fact: str, code: str) -> None:
    made = list(right("softmax", "vjp"))
    made[0] = replace(made[0], facts=frozenset([fact]))
    assert recognise(made, "vjp").bug.code == code


def test_a_stale_answer_is_shared_state() -> None:
    made = list(right("softmax", "value"))
    same = [t for t in made if t.x.shape == (3, 5) and "temperature" not in t.options]
    stale = [replace(t, got=same[0].want) for t in same[1:] if "1000" not in t.probe]
    assert recognise([*same[:1], *stale], "value").bug.code == "SJ051"


def test_float32_inside_is_told_from_a_wrong_formula() -> None:
    made = [
        replace(t, got=t.want.astype("float32").astype(float))
        for t in right("softmax", "value")
    ]
    assert recognise(made, "value").bug.code == "SJ039"


def test_masks_are_read_from_what_they_leave() -> None:
    x = np.random.default_rng(2).standard_normal((3, 5))
    mask = np.ones((3, 5), bool)
    mask[0, 1] = mask[1, 0] = mask[1, 4] = False
    y = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
    live = y * mask / (y * mask).sum(-1, keepdims=True)
    dead = y * ~mask / np.maximum((y * ~mask).sum(-1, keepdims=True), 1e-300)
    filled = np.exp(np.where(mask, x, -10.0))
    answers = {
        "SJ022": y * mask,
        "SJ023": filled / filled.sum(-1, keepdims=True),
        "SJ084": dead,
    }
    hidden = np.where(mask, x, -np.inf)
    for code, got in answers.items():
        trial = Trial(
            "softmax", "value", "masks", hidden, None, None, {"mask": mask}, "float64",
            got, live, 1e-13 * live,
        )  # fmt: skip
        assert recognise([trial], "value").bug.code == code


def test_attention_knows_which_argument_a_derivative_is_of() -> None:
    """The scale is forgotten for q and k; the gradient of v has none, and is right."""
    made = right("attention", "vjp")
    form = bug("SJ083").forms[0]
    wrong = [spoilt(trial, form) for trial in made]
    assert all(t.wrong == (t.options["of"] != "v") for t in wrong)
    match = recognise(wrong, "vjp")
    assert match.bug.code == "SJ083"
    assert match.explained == sum(trial.wrong for trial in wrong)


def test_a_trial_of_hand_is_right_as_made() -> None:
    q = np.ones((1, 2, 3))
    assert not attended("value", "q", q, q, q, True).wrong
