"""Targets and reductions of the losses; several primals and missing tangents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import softjet
from _asking import PAIRS, Case, ask, bits
from _cases import ordinary
from _expected import expected
from _reference import LOSSES

Array = Any
NEAR = {"rtol": 1e-13, "atol": 1e-14}
MODES = [mode for name, mode in PAIRS if name == "cross_entropy"]
modes = pytest.mark.parametrize("mode", MODES)
losses = pytest.mark.parametrize("name", LOSSES)
IDS = np.array([3, 0, 4, 0])
WEIGHT = np.array([0.5, 2.0, 1.25, 0.75, 3.0])
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "smoothed": {"label_smoothing": 0.25},
    "weighted": {"weight": WEIGHT},
    "both": {"label_smoothing": 0.25, "weight": WEIGHT},
    "warm": {"temperature": 1.75, "label_smoothing": 0.125, "weight": WEIGHT},
    "masked": {"where": np.array([True, False, True, True, True])},
    "masked-smoothed": {
        "where": np.array([True, False, True, True, True]),
        "label_smoothing": 0.25,
        "weight": WEIGHT,
    },
}
settings = pytest.mark.parametrize("setting", OPTIONS)
reductions = pytest.mark.parametrize("reduction", ["none", "sum", "mean"])


def case_of(reduction: str = "mean", targets: Array = IDS) -> Case:
    case = ordinary("cross_entropy", (4, 5), reduction=reduction)
    return replace(case, given=(targets,))


@reductions
@settings
@modes
def test_ids_and_the_identical_one_hot_agree(
    mode: str, setting: str, reduction: str
) -> None:
    options = OPTIONS[setting] | {"reduction": reduction}
    by_ids = ask("cross_entropy", mode, case_of(reduction), **options)
    one_hot = ask("cross_entropy", mode, case_of(reduction, np.eye(5)[IDS]), **options)
    want = expected("cross_entropy", mode, case_of(reduction), **options)
    for (_, a), (_, b), (_, c) in zip(by_ids, one_hot, want, strict=True):
        # Not the same bits: ids go by a kernel, probabilities by the rule.
        np.testing.assert_allclose(a, b, rtol=1e-14, atol=1e-16)
        np.testing.assert_allclose(a, c, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("ignored", [0, 3, -100])
@settings
@modes
def test_an_ignored_row_is_a_row_left_out(
    mode: str, setting: str, ignored: int
) -> None:
    ids = np.where(np.arange(4) == 1, ignored, IDS)
    keep = ids != ignored
    case = case_of("mean", ids)
    rest = case.map(lambda x: x[keep] if x.ndim else x)
    rest = replace(rest, given=(ids[keep],))
    options = OPTIONS[setting]
    got = ask("cross_entropy", mode, case, ignore_index=ignored, **options)
    want = ask("cross_entropy", mode, rest, **options)
    for (_, a), (_, b) in zip(got, want, strict=True):
        np.testing.assert_allclose(a[keep] if a.ndim else a, b, **NEAR)
        assert (a[~keep] == 0).all() if a.ndim else True


@pytest.mark.parametrize("targets", ["ids", "probabilities"])
@settings
def test_the_mean_is_over_the_weights_of_the_targets(
    setting: str, targets: str
) -> None:
    """sum_i sum_k w_k t_ik (-l_ik) / sum_i sum_k w_k t_ik, with t smoothed."""
    options = dict(OPTIONS[setting])
    mask = options.get("where", np.ones(5, bool))
    rng = np.random.default_rng(3)
    t = np.eye(5)[IDS] if targets == "ids" else rng.uniform(size=(4, 5)) * mask
    given = IDS if targets == "ids" else t
    logits = case_of().primals[0]
    smoothing = options.get("label_smoothing", 0.0)
    t = (1 - smoothing) * t + smoothing * mask / mask.sum()
    wt = t * options.get("weight", np.ones(5))
    scores = np.where(mask, logits / options.get("temperature", 1.0), -np.inf)
    log_y = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    terms = -wt * np.where(mask, log_y, 0.0)
    f = softjet.cross_entropy
    np.testing.assert_allclose(
        f(logits, given, **options), terms.sum() / wt.sum(), **NEAR
    )
    whole = f(logits, given, reduction="sum", **options)
    np.testing.assert_allclose(whole, terms.sum(), **NEAR)
    rows = f(logits, given, reduction="none", **options)
    np.testing.assert_allclose(rows, terms.sum(-1), **NEAR)


@reductions
@losses
def test_reductions_are_of_the_row_losses(name: str, reduction: str) -> None:
    case = ordinary(name, (4, 5))
    function = getattr(softjet, name)
    rows, grads = function.value_and_grad(
        case.primals[0], *case.given, reduction="none"
    )
    value, grad = function.value_and_grad(
        case.primals[0], *case.given, reduction=reduction
    )
    share = {"none": 1.0, "sum": 1.0, "mean": 1 / rows.size}[reduction]
    whole = rows if reduction == "none" else share * rows.sum()
    np.testing.assert_allclose(value, whole, **NEAR)
    np.testing.assert_allclose(grad, share * grads, **NEAR)


def test_a_mean_of_equal_losses_is_that_loss() -> None:
    logits = np.tile(np.array([0.3, -1.1, 0.7]), (7, 1))
    one = softjet.cross_entropy(logits[0], 1)
    assert softjet.cross_entropy(logits, np.full(7, 1)) == one


def test_the_mean_over_no_weight_is_zero() -> None:
    case = case_of()
    options = {"weight": np.array([0.0, 2.0, 1.0, 0.0, 0.0])}  # none of IDS weighs
    for mode in MODES:
        for _, array in ask("cross_entropy", mode, case, **options):
            assert (array == 0).all()


def test_class_ids_of_every_integer_dtype() -> None:
    logits = case_of().primals[0]
    want = softjet.cross_entropy(logits, IDS)
    for dtype in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i4"):
        assert softjet.cross_entropy(logits, IDS.astype(dtype)) == want
    assert softjet.cross_entropy(logits, IDS.tolist()) == want
    assert softjet.cross_entropy(logits[0], 3) == softjet.cross_entropy(logits[:1], [3])


def test_ids_along_another_axis() -> None:
    logits = ordinary("cross_entropy", (2, 5, 3)).primals[0]
    ids = np.array([[0, 4, 2], [1, 1, 3]])
    got = softjet.cross_entropy(logits, ids, axis=1, reduction="none")
    want = softjet.cross_entropy(logits.swapaxes(1, 2), ids, reduction="none")
    np.testing.assert_array_equal(got, want)
    both = ordinary("cross_entropy", (2, 5, 3)).primals[0]
    flat = softjet.cross_entropy(both.reshape(2, 15), np.array([7, 14]))
    assert softjet.cross_entropy(both, np.array([7, 14]), axis=(1, 2)) == flat


def test_a_square_case_is_decided_by_dtype() -> None:
    """Shape alone cannot tell ids of 4 rows from probabilities: dtype does."""
    logits = case_of().primals[0][:, :4]
    soft = np.eye(4)[IDS % 4]
    assert softjet.cross_entropy(logits, soft) == softjet.cross_entropy(logits, IDS % 4)
    with pytest.raises(softjet.Refusal):
        softjet.cross_entropy(logits, (IDS % 4).astype(float))
    with pytest.raises(softjet.Refusal):
        softjet.cross_entropy(logits, soft.astype(int))


def test_a_masked_binary_entry_leaves_the_mean() -> None:
    case = ordinary("binary_cross_entropy", (4, 5))
    mask = np.arange(20).reshape(4, 5) % 3 > 0
    z, (t,) = case.primals[0], case.given
    f = softjet.binary_cross_entropy
    np.testing.assert_allclose(f(z, t, where=mask), f(z[mask], t[mask]), rtol=1e-14)
    grad = f.grad(z, t, where=mask)
    np.testing.assert_allclose(grad[mask], f.grad(z[mask], t[mask]), rtol=1e-14)
    assert (grad[~mask] == 0).all()
    assert f(z, t, where=False) == 0


@pytest.mark.parametrize("missing", [0, 1])
def test_none_is_a_tangent_of_zeros(missing: int) -> None:
    case = ordinary("kl_divergence", (4, 5))
    zeros = list(case.tangents)
    zeros[missing] = np.zeros((4, 5))
    nothing = list(case.tangents)
    nothing[missing] = None
    for mode in ("jvp", "hvp", "curvature"):
        got = ask("kl_divergence", mode, replace(case, tangents=tuple(nothing)))
        want = ask("kl_divergence", mode, replace(case, tangents=tuple(zeros)))
        for (_, a), (_, b) in zip(got, want, strict=True):
            np.testing.assert_array_equal(a, b)
            assert np.abs(a).max() > 1e-2
    both = softjet.kl_divergence.jvp(case.primals, (None, None))
    assert (both[1] == 0).all()


def test_several_primals_travel_as_a_tuple_or_a_list() -> None:
    case = ordinary("kl_divergence", (4, 5))
    f = softjet.kl_divergence
    value, grads = f.value_and_grad(list(case.primals))
    again, pullback = f.vjp(case.primals)
    assert isinstance(grads, tuple)
    assert isinstance(pullback(np.ones(4)), tuple)
    assert isinstance(f.jacobian(case.primals), tuple)
    assert bits(value) == bits(again) == bits(f(*case.primals))
    for a, b in zip(grads, pullback(np.ones(4)), strict=True):
        assert bits(a) == bits(b)


def test_a_single_tangent_may_not_be_missing() -> None:
    with pytest.raises(softjet.Refusal):
        softjet.softmax.jvp(np.zeros(3), None)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_wrong_number_of_primals_is_a_type_error(count: int) -> None:
    with pytest.raises(TypeError, match="p_logits, q_logits"):
        softjet.kl_divergence(*[np.zeros(3)] * count)
    with pytest.raises(TypeError):
        softjet.softmax(*[np.zeros(3)] * (count if count != 1 else 2))
