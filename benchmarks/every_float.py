"""The worst error of the functions of one entry: python -m benchmarks.every_float

Every float32 of either sign from 2^-26 to 110, beyond which the answers are those of a
limit; takes a minute or two.  The truth is NumPy's float64, whose own error is 2^-29 of
the spacing here.  tests/kernels/test_elementary.py holds each fifth of them to a bound.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from softjet.kernels import log_sigmoid, sigmoid, softplus

LOW, HIGH, CHUNK = 2.0**-26, 110.0, 1 << 20
NAMES = ("sigmoid", "softplus", "log_sigmoid")


def floats(step: int) -> Iterator[np.ndarray]:
    """The float32 from LOW to HIGH by their bits, every step-th."""
    start, stop = (int(np.float32(v).view(np.uint32)) for v in (LOW, HIGH))
    for k in range(start, stop + 1, CHUNK * step):
        end = min(k + CHUNK * step, stop + 1)
        yield np.arange(k, end, step, dtype=np.uint32).view(np.float32)


def ulps(y: np.ndarray, exact: np.ndarray) -> float:
    """The largest error in spacings of float32 at the exact value."""
    power = np.maximum(exact.view(np.int64) & (0x7FF << 52), (1023 - 126) << 52)
    return float((abs(y - exact) / (power.view(np.float64) * 2.0**-23)).max())


def errors(x: np.ndarray) -> dict[str, float]:
    """Of the three functions over x, of one sign."""
    wide = x.astype(np.float64)
    decay = np.exp(-abs(wide))
    log = np.log1p(decay)
    exact = {
        "sigmoid": np.where(wide > 0, 1.0, decay) / (1 + decay),
        "softplus": np.maximum(wide, 0) + log,
        "log_sigmoid": np.minimum(wide, 0) - log,
    }
    found = {}
    for name, kernel in zip(NAMES, (sigmoid, softplus, log_sigmoid), strict=True):
        y = np.empty_like(x)
        kernel.value(x, y, 0, x.size)
        found[name] = ulps(y, exact[name])
    return found


def worst(step: int = 1) -> dict[str, float]:
    found = dict.fromkeys(NAMES, 0.0)
    for x in floats(step):
        for signed in (x, -x):
            for name, error in errors(signed).items():
                found[name] = max(found[name], error)
    return found


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.every_float")
    parser.add_argument("--step", type=int, default=1, help="every so many (1)")
    for name, error in worst(parser.parse_args().step).items():
        print(f"{name}: {error:.3f} ulp")


if __name__ == "__main__":
    main()
