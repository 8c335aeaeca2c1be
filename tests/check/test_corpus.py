"""The corpus is fixed, off the grid, exact in its dtype, and holds what it claims."""

import itertools
import re

import ml_dtypes
import numpy as np
import pytest

from softjet.check import corpus, oracle
from softjet.errors import TypeRefusal

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = [np.dtype("float16"), BFLOAT16, np.dtype("float32"), np.dtype("float64")]
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def wide(row):
    return np.asarray(row, np.float64)


def live(case):
    return np.isfinite(case.x)


def found(cases, pattern):
    """The cases whose name matches, of which there must be some."""
    result = [case for case in cases if re.search(pattern, case.name)]
    assert result
    return result


@every_dtype
def test_rows_are_the_same_every_time_and_change_with_the_seed(dtype):
    first, again = list(corpus.rows(dtype)), list(corpus.rows(dtype))
    other = list(corpus.rows(dtype, seed=2))
    assert [case.name for case in first] == [case.name for case in again]
    assert len({case.name for case in first}) == len(first)
    assert 200 <= len(first) <= 300
    for one, two in zip(first, again, strict=True):
        for field in ("x", "x_dot", "y_bar", "targets"):
            left, right = getattr(one, field), getattr(two, field)
            assert left.dtype == dtype
            assert left.tobytes() == right.tobytes()
        assert (one.label, one.temperature) == (two.label, two.temperature)
    same = [a.x.tobytes() == b.x.tobytes() for a, b in zip(first, other, strict=True)]
    # What does not change with the seed has no finite logit, or only coarse ones.
    assert sum(same) < 0.1 * len(same)


def test_the_rows_themselves_do_not_change():
    # A corpus that drifts makes published figures incomparable.
    head = next(corpus.rows("float64", sizes=(3,)))
    assert [value.hex() for value in head.x.tolist()] == HEAD


HEAD = ["0x1.f3c19627cfebcp-3", "-0x1.ea474cb51d0bfp-2", "0x1.0adc59aaa9ef2p-1"]


@every_dtype
def test_every_size_comes_and_no_other(dtype):
    sizes = {case.x.size for case in corpus.rows(dtype)}
    assert sizes == set(corpus.SIZES)
    assert {case.x.size for case in corpus.rows(dtype, sizes=(5,))} == {5}
    for case in corpus.rows(dtype):
        named = int(re.search(r"K (\d+)", case.name).group(1))
        assert case.x.shape == case.x_dot.shape == case.y_bar.shape == (named,)
        assert case.targets.shape == (named,)


@every_dtype
def test_seeds_are_finite_and_never_constant(dtype):
    spreads = []
    for case in corpus.rows(dtype):
        for seed in (case.x_dot, case.y_bar):
            assert np.isfinite(seed).all()
            alive = wide(seed[live(case)])
            if alive.size > 1:
                assert np.ptp(alive) > 0
                spreads.append(np.abs(alive).max() / np.ptp(alive))
    # Some seeds sit on an offset that is large against what matters of them.
    assert max(spreads) > (1e8 if dtype == "float64" else 10)
    assert min(spreads) < 0.8


@every_dtype
def test_targets_are_probabilities_of_the_live_entries(dtype):
    u = oracle.unit_roundoff(dtype)
    kinds = set()
    for case in corpus.rows(dtype):
        targets = wide(case.targets)
        assert (targets >= 0).all()
        if case.name.startswith("target on a dead entry"):
            assert targets[~live(case)].any()
            continue
        assert not targets[~live(case)].any()
        assert abs(targets.sum() - live(case).any()) <= u * targets.size
        assert live(case)[case.label] or not live(case).any()
        kinds.add((np.count_nonzero(targets) == 1, bool((targets > 0).all())))
    assert len(kinds) >= 3


def test_logits_are_off_the_grid():
    """x - max(x) must round, or the error that exp magnifies stays out of sight."""
    shares = []
    for case in found(corpus.rows("float64"), "^range"):
        if case.x.size < 7:
            continue
        mantissas, _ = np.frexp(case.x)
        odd = np.count_nonzero((mantissas * 2**53) % 8) / case.x.size
        top = case.x.max()
        away = top - case.x
        back = away - top
        error = (top - (away - back)) - (case.x + back)  # TwoDiff: exact
        shares.append((odd, np.count_nonzero(error) / case.x.size))
    odd, rounded = np.mean(shares, axis=0)
    assert odd > 0.8
    assert rounded > 0.4


@every_dtype
def test_ranges_and_offsets_are_those_of_their_names(dtype):
    cases = list(corpus.rows(dtype))
    u = oracle.unit_roundoff(dtype)
    widths = set()
    for case in found(cases, "^range"):
        width = float(case.name.split()[1].rstrip(","))
        if case.x.size > 1:
            assert np.ptp(wide(case.x)) == pytest.approx(width, rel=max(4 * u, 2e-9))
            widths.add(width)
    assert widths == {1, 10, 80, 300, 650, 700}
    top = float(ml_dtypes.finfo(dtype).max)
    offsets = {float(c.name.split()[1].rstrip(",")) for c in found(cases, "^offset")}
    assert offsets == {v for v in (1e3, 1e6, 1e30, -1e3, -1e30) if abs(v) < top / 4}
    for case in found(cases, "^offset"):
        offset = float(case.name.split()[1].rstrip(","))
        assert np.abs(wide(case.x) / offset - 1).max() <= max(0.011, 16 * u)


@every_dtype
def test_margins_and_ties_are_those_of_their_names(dtype):
    cases, u = list(corpus.rows(dtype)), oracle.unit_roundoff(dtype)
    margins = found(cases, "^margin")
    for case in margins:
        named = float(case.name.split()[1].rstrip(","))
        second, first = np.sort(wide(case.x))[-2:]
        assert first - second == pytest.approx(named, abs=4 * u * (named + 4))
    assert {2, 1000} <= {case.x.size for case in margins}
    assert {float(case.name.split()[1].rstrip(",")) for case in margins} == {
        1, 10, 17, 37, 40, 100, 745, 1000
    }  # fmt: skip
    assert {int(np.argmax(c.x)) == c.label for c in margins} == {True, False}
    for case in found(cases, "tied on top, margin [1-9]"):
        row = wide(case.x)
        assert np.count_nonzero(row == row.max()) == int(case.name.split()[0])
    for case in found(cases, "tied on top, margin 0"):
        assert np.count_nonzero(case.x == case.x.max()) >= 2
    for case in found(cases, "all equal"):
        assert case.x.size > 1
        assert (case.x == case.x[0]).all()


@every_dtype
def test_orders_dead_entries_and_temperatures(dtype):
    cases = list(corpus.rows(dtype))
    for case in found(cases, "^ascending"):
        assert (np.diff(wide(case.x)) >= 0).all()
    for case in found(cases, "^descending"):
        assert (np.diff(wide(case.x)) <= 0).all()
    for name, fits in {
        "^some entries": lambda n, k: 0 < n < k,
        "^most entries": lambda n, k: 0 < n < k,
        "^all but one": lambda n, k: n == 1,
        "^all entries": lambda n, k: n == 0,
    }.items():
        for case in found(cases, name):
            assert fits(np.count_nonzero(live(case)), case.x.size)
    found(cases, "^target on a dead entry")
    temperatures = {case.temperature for case in cases}
    assert temperatures == {1.0, 0.37, 7.3, 1e-3, 1e3}
    assert sum(case.temperature != 1.0 for case in cases) < len(cases) / 4


@every_dtype
def test_subnormal_rows_have_subnormal_results(dtype):
    tiny = float(ml_dtypes.finfo(dtype).tiny)
    for case in found(corpus.rows(dtype), "^subnormal"):
        y = [float(v) for v in oracle.value("softmax", case.x)]
        # In float64 the smallest ones are subnormal for Python's floats too.
        assert min(y) < 4.5 * tiny
        if case.x.size >= 7:
            assert any(v < tiny for v in y)


@every_dtype
def test_the_half_rows_stand_on_both_sides_of_a_half(dtype):
    largest = [
        float(max(oracle.value("softmax", case.x)))
        for case in found(corpus.rows(dtype), "near 1/2")
    ]
    assert min(largest) < 0.5 < max(largest)
    assert max(abs(v - 0.5) for v in largest) < 0.02


@every_dtype
def test_points_cover_both_signs_and_every_size(dtype):
    points = corpus.points(dtype)
    info = ml_dtypes.finfo(dtype)
    assert points.dtype == dtype
    assert 500 <= points.size <= 700
    assert np.isfinite(points).all()
    assert points.tobytes() == corpus.points(dtype).tobytes()
    row = wide(points)
    assert np.array_equal(row, -row[::-1])
    for low, high in itertools.pairwise((0, 1, 5, 16, 18, 36, 38, 80, 700, 760)):
        assert ((row > low) & (row < high)).any()
    subnormal = (row > 0) & (row < float(info.tiny))
    assert np.count_nonzero(subnormal) >= 3
    assert row.max() == float(info.max)


def test_points16_is_every_finite_number():
    for dtype, count in (("float16", 63488), (BFLOAT16, 65280)):
        points = corpus.points16(dtype)
        assert points.dtype == dtype
        assert np.isfinite(points).all()
        assert np.unique(points.view(np.uint16)).size == points.size == count
    for dtype in ("float32", "int16"):
        with pytest.raises(TypeRefusal, match="16-bit"):
            corpus.points16(dtype)


@every_dtype
def test_pairs_differ_by_what_they_say(dtype):
    pairs = list(corpus.pairs(dtype))
    assert len({name for name, *_ in pairs}) == len(pairs)
    assert len(pairs) == (24 if dtype == "float16" else 27)
    for name, p, q in pairs:
        assert p.dtype == q.dtype == dtype
        assert p.shape == q.shape
        same = p.tobytes() == q.tobytes()
        assert same == name.startswith("identical")
        divergence = oracle.value("kl_divergence", (p, q))
        assert (divergence == 0) == same
        assert np.isfinite(float(divergence))
        if name.startswith("differing"):
            step = float(name.split()[2].rstrip(","))
            gap = np.abs(wide(p) - wide(q)).max()
            assert step / 4 < gap < 4 * step
    assert all(np.isneginf(p).any() for name, p, _ in pairs if "dead" in name)
    assert not any(np.isneginf(q).any() for _, _, q in pairs)


@every_dtype
def test_giants_expand_to_the_row_they_stand_for(dtype):
    for giant in corpus.giants(dtype, lengths=(1001, 100_000)):
        row = giant.row()
        assert row.dtype == dtype
        assert row.shape == (giant.size,)
        assert giant.size in (1001, 100_000)
        assert 1 < giant.distinct.size <= 12
        # Sorted in float64: NumPy 2.4.6 sorts long float16 arrays wrongly on AVX-512.
        values, counts = np.unique(wide(row), return_counts=True)
        assert np.array_equal(values, wide(giant.distinct))
        assert np.array_equal(counts, giant.counts)
        assert np.array_equal(row[giant.index], giant.distinct)
        spread = giant.spread(giant.x_dot)
        assert np.array_equal(spread[giant.index], giant.x_dot)
        # Equal logits carry equal seeds, and are not left in runs.
        pairs = np.unique(np.stack([wide(row), wide(spread)]), axis=1)
        assert pairs.shape[1] == giant.distinct.size
        if "flat" in giant.name:
            assert np.count_nonzero(row[1:] == row[:-1]) < 0.5 * giant.size


def test_giants_have_the_lengths_that_break_counters():
    giants = list(corpus.giants("float32"))
    assert [giant.size for giant in giants] == [100_000] * 3 + [2**24 + 1] * 3
    for giant in giants:
        y = oracle.value("softmax", giant.distinct, counts=giant.counts)
        mass = sum(int(n) * float(p) for n, p in zip(giant.counts, y, strict=True))
        assert mass == pytest.approx(1.0, abs=1e-12)
        if giant.name.startswith("one peak"):
            assert giant.counts[-1] == 1
            assert 0.2 < float(y[-1]) < 0.8
