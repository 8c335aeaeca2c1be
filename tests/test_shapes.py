"""Shapes, axes, layouts and dtypes: the plain reference row by row, the same bits."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import softjet
from _asking import NAMES, PAIRS, ask, same_bits
from _cases import ordinary
from _edge_rows import MASKABLE, apart, check
from _expected import expected
from _reference import ENTRIES, ROWS

Array = Any
# The same examples in every run: a test that fails on one machine fails on all.
tame = settings(derandomize=True, database=None, deadline=None, max_examples=60)
shapes = st.lists(st.integers(0, 4), min_size=1, max_size=4).map(tuple)
FLOATS = ("f8", "f4", "f2", ml_dtypes.bfloat16)


@st.composite
def axes(draw: Any, ndim: int) -> Any:
    """An int of either sign, or a tuple of different axes in any order."""
    chosen = draw(st.permutations(range(ndim)))[: draw(st.integers(1, ndim))]
    signed = tuple(a - ndim * draw(st.booleans()) for a in chosen)
    return signed[0] if len(signed) == 1 and draw(st.booleans()) else signed


def modes_of(name: str) -> list[str]:
    return [mode for other, mode in PAIRS if other == name]


def options_of(name: str, axis: Any) -> dict[str, Any]:
    return apart(name) | ({} if name in ENTRIES else {"axis": axis})


@pytest.mark.parametrize("name", NAMES)
@given(shapes, st.data())
@tame
def test_any_shape_and_axis_is_the_reference_row_by_row(
    name: str, shape: tuple[int, ...], data: Any
) -> None:
    mode = data.draw(st.sampled_from(modes_of(name)))
    axis = -1 if name in ENTRIES else data.draw(axes(len(shape)))
    dtype = np.dtype(data.draw(st.sampled_from(FLOATS)))
    case = ordinary(name, shape, axis).astype(dtype)
    options = options_of(name, axis)
    want = expected(name, mode, case, **options)
    check(ask(name, mode, case, **options), want, dtype, mode)


@pytest.mark.parametrize("name", MASKABLE)
@given(shapes, st.data())
@tame
def test_any_mask_that_broadcasts(name: str, shape: tuple[int, ...], data: Any) -> None:
    mode = data.draw(st.sampled_from(modes_of(name)))
    case = ordinary(name, shape)
    narrow = [n if data.draw(st.booleans()) else 1 for n in shape]
    narrow = narrow[data.draw(st.integers(0, len(shape))) :]
    size = math.prod(narrow)
    flat = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    mask = np.array(flat, bool).reshape(narrow)
    if name == "cross_entropy":
        case = replace(case, given=(case.given[0] * mask,))
    options = apart(name) | {"where": mask}
    want = expected(name, mode, case, **options)
    check(ask(name, mode, case, **options), want, np.dtype("f8"), mode)


def layouts(x: Array) -> dict[str, Array]:
    """The same numbers under other strides, flags and byte orders."""
    apart = np.zeros(tuple(2 * n for n in x.shape), x.dtype)
    every = tuple(slice(None, None, 2) for _ in x.shape)
    apart[every] = x
    flipped = tuple(slice(None, None, -1) for _ in x.shape)
    frozen = x.copy()
    frozen.flags.writeable = False
    answer = {
        "spread": apart[every],
        "negative": np.ascontiguousarray(x[flipped])[flipped],
        "transposed": np.ascontiguousarray(x.T).T,
        "fortran": np.asfortranarray(x),
        "read-only": frozen,
        "unaligned": unaligned(x),
    }
    if x.dtype.kind == "f":
        answer["swapped"] = x.astype(x.dtype.newbyteorder(">"))
    return answer


def unaligned(x: Array) -> Array:
    """One byte off: what a packed record or a memory map hands out."""
    raw = np.zeros(x.nbytes + 1, np.uint8)[1:]
    view = raw.view(x.dtype).reshape(x.shape)
    view[...] = x
    return view


@pytest.mark.parametrize("dtype", ["f8", "f4", ml_dtypes.bfloat16], ids=str)
@pytest.mark.parametrize(("name", "mode"), PAIRS)
def test_the_layout_of_the_input_is_not_felt(name: str, mode: str, dtype: Any) -> None:
    case = ordinary(name, (3, 2, 4)).astype(dtype)
    plain = ask(name, mode, case, **apart(name))
    for layout in layouts(case.primals[0]):
        other = case.map(lambda x, layout=layout: layouts(x).get(layout, x))
        got = ask(name, mode, other, **apart(name))
        native = [(kind, a.astype(a.dtype.newbyteorder("="))) for kind, a in got]
        assert same_bits(native, plain), layout
        assert all(a.dtype.isnative for _, a in got), layout


@pytest.mark.parametrize("row", [True, False])
@pytest.mark.parametrize(("name", "mode"), PAIRS)
def test_an_expanded_array_is_its_copy(name: str, mode: str, row: bool) -> None:
    case = ordinary(name, (3, 4))
    wide = tuple(
        np.broadcast_to(x[:1] if row else x[:, :1], x.shape) for x in case.primals
    )
    views = replace(case, primals=wide)
    copies = replace(case, primals=tuple(x.copy() for x in wide))
    options = apart(name)
    assert same_bits(
        ask(name, mode, views, **options), ask(name, mode, copies, **options)
    )


@pytest.mark.parametrize("step", [1, 7])
@pytest.mark.parametrize(("name", "mode"), PAIRS)
def test_the_split_of_the_batch_is_not_felt(name: str, mode: str, step: int) -> None:
    """40 rows of 2500 make more than one block of the adapter's 2^16 entries."""
    width = 2500 if mode != "jacobian" else 30
    case = ordinary(name, (40, width)).astype("f4")
    options = apart(name)
    whole = ask(name, mode, case, **options)
    for start in range(0, 40, step if step > 1 else 13):
        rows = slice(start, start + step)
        targets = tuple(t[rows] for t in case.given)
        part = replace(case.map(lambda x, r=rows: x[r]), given=targets)
        got = ask(name, mode, part, **options)
        assert same_bits(got, [(kind, array[rows]) for kind, array in whole])


@pytest.mark.parametrize(("name", "mode"), [p for p in PAIRS if p[0] not in ENTRIES])
def test_the_place_of_the_axis_is_not_felt(name: str, mode: str) -> None:
    case = ordinary(name, (4, 5, 6))
    last = ask(name, mode, case, **apart(name))
    for axis in (0, 1):

        def move(x: Array, axis: int = axis) -> Array:
            return np.moveaxis(x, -1, axis) if x.ndim == 3 else x

        targets = tuple(move(t) for t in case.given)
        moved = replace(case.map(move), given=targets)
        got = ask(name, mode, moved, axis=axis, **apart(name))
        back = [
            (k, np.moveaxis(a, axis, -1) if a.ndim == 3 and k != "jacobian" else a)
            for k, a in got
        ]
        assert same_bits(back, last)


@pytest.mark.parametrize(("name", "mode"), PAIRS)
def test_dtypes_of_answers(name: str, mode: str) -> None:
    for dtype, answer in [("f2", "f2"), ("i4", "f8"), ("u1", "f8"), ("?", "f8")]:
        case = ordinary(name, (2, 3))
        case = case.map(lambda x, d=dtype: np.abs(2 * x).astype(d))
        for _, array in ask(name, mode, case, **apart(name)):
            assert array.dtype == answer


@pytest.mark.parametrize("name", NAMES)
def test_two_dtypes_of_seeds_and_primals(name: str) -> None:
    """A seed is rounded to its primal's dtype: a float64 one is not felt as such."""
    mode = "curvature"
    case = ordinary(name, (2, 3)).astype("f4")
    fine = ordinary(name, (2, 3))
    mixed = replace(case, tangents=fine.tangents, cotangent=fine.cotangent)
    assert same_bits(
        ask(name, mode, mixed, **apart(name)), ask(name, mode, case, **apart(name))
    )


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("name", [n for n in NAMES if n not in (*ROWS, *ENTRIES[:3])])
def test_a_number_alone_is_a_scalar(name: str, dtype: Any) -> None:
    case = ordinary(name, (4,), reduction="mean").astype(dtype)
    function, scalar = getattr(softjet, name), np.dtype(dtype).type
    x = case.primals if len(case.primals) > 1 else case.primals[0]
    x_dot = case.tangents if len(case.tangents) > 1 else case.tangents[0]
    numbers = (
        function(*case.primals, *case.given),
        *function.jvp(x, x_dot, *case.given),
        function.vjp(x, *case.given)[0],
        function.value_and_grad(x, *case.given)[0],
    )
    assert [type(number) for number in numbers] == [scalar] * 5


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_alone_is_a_scalar(name: str) -> None:
    case = ordinary(name, ())
    given = tuple(np.asarray(t) for t in case.given)
    function = getattr(softjet, name)
    value = function(np.float32(0.5), *given)
    slope = function.jvp(np.float32(0.5), np.float32(2.0), *given)[1]
    assert type(value) is type(slope) is np.float32
    assert function(0.5, *given).dtype == np.float64


@pytest.mark.parametrize("name", NAMES)
def test_lists_are_arrays(name: str) -> None:
    case = ordinary(name, (2, 3))
    lists = case.map(lambda x: x.tolist())
    lists = replace(lists, given=tuple(t.tolist() for t in case.given))
    for mode in ("call", "jvp", "vjp", "curvature"):
        options = apart(name)
        assert same_bits(
            ask(name, mode, lists, **options), ask(name, mode, case, **options)
        )
