"""Errors in ulps: one is the distance to the next number of the format."""

import ml_dtypes
import numpy as np
import pytest
from mpmath import mp, mpf

from softjet.check import oracle

DTYPES = ["float16", ml_dtypes.bfloat16, "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_ulp_is_the_distance_to_the_next_number(dtype):
    dtype = np.dtype(dtype)
    rng = np.random.default_rng(5)
    values = (rng.standard_normal(200) * 2.0 ** rng.integers(-13, 13, 200)).astype(
        dtype
    )
    above = np.nextafter(values, np.asarray(2.0**14, dtype))
    for low, high in zip(values, above, strict=True):
        step = oracle.ulps(high, mpf(float(low)), dtype)
        # A negative power of two has half the spacing towards zero.
        assert step == (0.5 if low < 0 and np.frexp(float(low))[0] == -0.5 else 1.0)
        with mp.workprec(100):
            half = (mpf(float(low)) + mpf(float(high))) / 2
        assert oracle.ulps(low, half, dtype) == 0.5
    assert oracle.unit_roundoff(dtype) * 2 == float(ml_dtypes.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", DTYPES)
def test_ulps_at_the_ends_of_a_format(dtype):
    info = ml_dtypes.finfo(np.dtype(dtype))
    tiny, least, most = (
        mpf(float(v)) for v in (info.tiny, info.smallest_subnormal, info.max)
    )
    with mp.workprec(200):
        assert oracle.ulps(0.0, least / 4, dtype) == 0.25
        assert oracle.ulps(0.0, 0, dtype) == 0.0
        assert oracle.ulps(info.smallest_subnormal, 0, dtype) == 1.0
        assert oracle.ulps(tiny - least, tiny, dtype) == 1.0
        spacing = most * 2 ** -(info.nmant + 1) / (1 - mpf(2) ** -(info.nmant + 1))
        assert oracle.ulps(np.inf, most + spacing / 2, dtype) == 0.0
        assert oracle.ulps(np.inf, most, dtype) == 1.0
        assert oracle.ulps(-np.inf, -most * 5, dtype) == 0.0
        assert oracle.ulps(most, most + 2 * spacing, dtype) == 2.0
    assert oracle.ulps(np.inf, 1, dtype) == np.inf
    assert oracle.ulps(np.inf, mp.inf, dtype) == 0.0
    assert oracle.ulps(-np.inf, mp.inf, dtype) == np.inf
    assert oracle.ulps(1.0, -mp.inf, dtype) == np.inf
    assert oracle.ulps(np.nan, 1, dtype) == np.inf
    assert oracle.ulps(-np.inf, mpf(float(info.max)) * 4, dtype) == np.inf


def test_the_callers_precision_is_left_alone_and_does_not_matter():
    before = mp.prec
    with mp.workprec(20):
        got = oracle.value("softmax", [0.1, 0.2])
        error = oracle.ulps(float(got[0]), got[0], "float64")
        assert mp.prec == 20
    assert mp.prec == before
    assert got == oracle.value("softmax", [0.1, 0.2])
    assert 0 < error <= 0.5
