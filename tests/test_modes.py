"""The modes of one function tell one story."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import softjet
from _asking import MODES, NAMES, PAIRS, STATELESS, Case, ask, bits, has
from _cases import ordinary
from _edge_rows import apart
from _expected import expected
from _reference import ENTRIES, LOSSES, ROWS

Array = Any
# Orders of one: a few roundings are far below, any mistake far above.
NEAR = {"rtol": 1e-13, "atol": 1e-14}
NUMBERS = tuple(n for n in NAMES if has(n, "grad"))
REDUCTIONS = ("none", "sum", "mean")
# Every reduction of the losses; the others as they are.
SETTINGS = [
    (name, {"reduction": r} if name in LOSSES else {})
    for name in NAMES
    for r in (REDUCTIONS if name in LOSSES else ("none",))
]
everywhere = pytest.mark.parametrize(
    ("name", "options"), SETTINGS, ids=lambda v: v if isinstance(v, str) else None
)
of_numbers = pytest.mark.parametrize(
    ("name", "options"), [s for s in SETTINGS if s[0] in NUMBERS]
)


def case_of(name: str, options: dict[str, Any]) -> Case:
    return ordinary(name, (3, 5), reduction=options.get("reduction", "none"))


def only(name: str, mode: str, case: Case, **options: Any) -> list[Array]:
    return [array for _, array in ask(name, mode, case, **options)]


def ones_like(name: str, case: Case, options: dict[str, Any]) -> Case:
    value = only(name, "call", case, **options)[0]
    return replace(case, cotangent=np.ones_like(value))


def inner(a: list[Array], b: list[Array]) -> float:
    return float(sum(np.sum(x * y) for x, y in zip(a, b, strict=True)))


@everywhere
def test_the_value_is_the_same_bits_in_every_mode(
    name: str, options: dict[str, Any]
) -> None:
    case = case_of(name, options)
    (value,) = only(name, "call", case, **options)
    for mode in ("jvp", "vjp", "value_and_grad"):
        if has(name, mode):
            assert bits(only(name, mode, case, **options)[0]) == bits(value)


@everywhere
def test_jvp_is_the_transpose_of_vjp(name: str, options: dict[str, Any]) -> None:
    case = case_of(name, options)
    _, y_dot = only(name, "jvp", case, **options)
    x_bar = only(name, "vjp", case, **options)[1:]
    forward, back = inner([y_dot], [case.cotangent]), inner(list(case.tangents), x_bar)
    np.testing.assert_allclose(forward, back, **NEAR)
    assert abs(forward) > 1e-2


@of_numbers
def test_grad_is_the_pullback_of_ones(name: str, options: dict[str, Any]) -> None:
    case = case_of(name, options)
    grad = only(name, "grad", case, **options)
    _, *pulled = only(name, "vjp", ones_like(name, case, options), **options)
    _, *both = only(name, "value_and_grad", case, **options)
    assert list(map(bits, grad)) == list(map(bits, pulled)) == list(map(bits, both))


@of_numbers
def test_hvp_is_the_curvature_of_ones(name: str, options: dict[str, Any]) -> None:
    case = case_of(name, options)
    hvp = only(name, "hvp", case, **options)
    bent = only(name, "curvature", ones_like(name, case, options), **options)
    assert list(map(bits, hvp)) == list(map(bits, bent))
    assert all(np.abs(h).max() > 1e-3 for h in hvp)


@everywhere
def test_hvp_is_symmetric(name: str, options: dict[str, Any]) -> None:
    """<b, H a> = <a, H b> for the second derivative against one cotangent."""
    case = case_of(name, options)
    a = case.tangents
    b = tuple(np.sin(3 * np.arange(15.0)).reshape(3, 5) + d for d in a)
    along_a = only(name, "curvature", case, **options)
    along_b = only(name, "curvature", replace(case, tangents=b), **options)
    left, right = inner(list(b), along_a), inner(list(a), along_b)
    np.testing.assert_allclose(left, right, **NEAR)
    assert abs(left) > 1e-3


@everywhere
def test_seeds_are_taken_linearly(name: str, options: dict[str, Any]) -> None:
    case = case_of(name, options)
    twice = replace(
        case, tangents=tuple(2 * d for d in case.tangents), cotangent=-case.cotangent
    )
    for mode, factor in (("jvp", 2.0), ("vjp", -1.0), ("curvature", -2.0)):
        once = only(name, mode, case, **options)[mode != "curvature" :]
        again = only(name, mode, twice, **options)[mode != "curvature" :]
        for one, other in zip(once, again, strict=True):
            np.testing.assert_array_equal(other, factor * one)


@pytest.mark.parametrize("name", [*ROWS, *ENTRIES])
def test_the_jacobian_of_rows_multiplies_as_jvp_and_vjp(name: str) -> None:
    options = apart(name)
    case = case_of(name, options)
    jacobian = getattr(softjet, name).jacobian(case.primals[0], *case.given, **options)
    _, y_dot = only(name, "jvp", case, **options)
    _, x_bar = only(name, "vjp", case, **options)
    np.testing.assert_allclose(jacobian @ case.tangents[0], y_dot, **NEAR)
    np.testing.assert_allclose(case.cotangent @ jacobian, x_bar, **NEAR)
    np.testing.assert_allclose(jacobian.T @ case.cotangent, x_bar, **NEAR)
    dense = np.asarray(jacobian)
    assert dense.shape == jacobian.shape == (3, 5, 5)
    product = np.einsum("rij,rj->ri", dense, case.tangents[0])
    np.testing.assert_allclose(product, y_dot, **NEAR)


@pytest.mark.parametrize("name", [n for n in NUMBERS if n not in ENTRIES])
def test_the_jacobian_of_numbers_is_the_gradient_as_rows(name: str) -> None:
    options = apart(name)
    case = case_of(name, options)
    jacobian = only(name, "jacobian", case, **options)
    assert list(map(bits, jacobian)) == list(
        map(bits, only(name, "grad", case, **options))
    )
    _, y_dot = only(name, "jvp", case, **options)
    moved = sum(np.sum(j * d, -1) for j, d in zip(jacobian, case.tangents, strict=True))
    np.testing.assert_allclose(moved, y_dot, **NEAR)


@pytest.mark.parametrize("axis", [(0, 2), (2, 0), 1, -3])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "entropy"])
def test_the_jacobian_flattens_the_summed_axes_in_order(name: str, axis: Any) -> None:
    """Batch axes first, then the summed ones flattened as the array has them."""
    case = ordinary(name, (2, 3, 4), axis)
    got = only(name, "jacobian", case, axis=axis)
    (want,) = (array for _, array in expected(name, "jacobian", case, axis=axis))
    assert got[0].shape == want.shape
    np.testing.assert_allclose(got[0], want, **NEAR)


@pytest.mark.parametrize(
    ("name", "options"),
    [(n, {}) for n in NAMES if has(n, "pullback")]
    + [(n, {"temperature": 0.625}) for n in ROWS]
    + [(n, {"axis": 0}) for n in ROWS],
)
def test_stateless_is_what_the_point_gives(name: str, options: dict[str, Any]) -> None:
    """From y, which rounding has moved by u: the last digits may differ, no more."""
    case = case_of(name, {})
    (x_bar,) = only(name, "pullback", case, **options)
    (y_dot,) = only(name, "pushforward", case, **options)
    np.testing.assert_allclose(x_bar, only(name, "vjp", case, **options)[1], **NEAR)
    np.testing.assert_allclose(y_dot, only(name, "jvp", case, **options)[1], **NEAR)


@pytest.mark.parametrize("classes", [3, 1000, 5000])
@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("name", ROWS)
def test_stateless_does_not_feel_the_offset_of_a_seed(
    name: str, dtype: str, classes: int
) -> None:
    """J 1 = 0, so adding a constant to a tangent adds nothing: not its rounding."""
    function = getattr(softjet, name)
    x = np.zeros(classes, dtype)
    x_dot = (np.arange(classes) % 7 + 2.0**17).astype(dtype)
    y, want = function.jvp(x, x_dot)
    unit = float(np.finfo(dtype).eps)
    # Entries of y and of y_dot / y are of order one or below.
    off = np.abs(function.pushforward(y, x_dot) - want)
    assert (off <= 16 * unit * (1.0 if name == "log_softmax" else y)).all()


@pytest.mark.parametrize("name", ROWS)
def test_stateless_with_a_sink(name: str) -> None:
    """The mass that y lacks is the sink's."""
    case = case_of(name, {})
    (x_bar,) = only(name, "pullback", case, sink=0.75)
    plain = only(name, "vjp", case)[1]
    np.testing.assert_allclose(x_bar, only(name, "vjp", case, sink=0.75)[1], **NEAR)
    assert np.abs(x_bar - plain).max() > 1e-2


@pytest.mark.parametrize(("name", "mode"), PAIRS)
def test_a_stateless_mode_is_a_mode_of_a_function_with_recall(
    name: str, mode: str
) -> None:
    recalled = getattr(softjet, name).rule.recall is not None
    assert mode not in STATELESS or recalled


@pytest.mark.parametrize("mode", MODES[1:])
@pytest.mark.parametrize("name", NAMES)
def test_a_missing_mode_says_why(name: str, mode: str) -> None:
    function = getattr(softjet, name)
    of_rows = name in ROWS or name in ENTRIES[:3]
    missing = mode in (("grad", "value_and_grad", "hvp") if of_rows else STATELESS)
    assert hasattr(function, mode) is not missing
    if missing:
        with pytest.raises(AttributeError) as refusal:
            getattr(function, mode)
        assert isinstance(refusal.value, softjet.Refusal)
        assert refusal.value.code == "mode-missing"
        own = refusal.value.want.removeprefix("one of ").split(", ")
        assert set(own) == {m for m in MODES[1:] if hasattr(function, m)}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_mode_is_a_plain_attribute_error(name: str) -> None:
    function = getattr(softjet, name)
    assert not hasattr(function, "backward")
    with pytest.raises(AttributeError) as error:
        function.backward  # noqa: B018
    assert not isinstance(error.value, softjet.Refusal)


@pytest.mark.parametrize("name", NAMES)
def test_a_function_prints_its_derivation(name: str) -> None:
    function = getattr(softjet, name)
    text, page = str(function), function._repr_markdown_()
    assert name in text
    assert len(text.splitlines()) > 10
    assert "$" in page
    assert repr(function).startswith(f"<softjet function {name}(")
    assert function.__doc__.splitlines()[0] == function.rule.summary
