"""What comes in as an array, and what is refused; what dtype goes out."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import Refusal, TypeRefusal

# bfloat16 is ml_dtypes'; whoever holds such an array has loaded it: the name will do.
FLOATS = ("float16", "bfloat16", "float32", "float64")
FOREIGN = {
    "torch": "{}.detach().cpu().numpy()",
    "jax": "numpy.asarray({})",
    "jaxlib": "numpy.asarray({})",
    "tensorflow": "{}.numpy()",
    "cupy": "{}.get()",
}
# What a function without `where` has for entries that are not there.
MASKS = {
    "linear_cross_entropy": "the data; ignore_index leaves rows out, a bias of -inf "
    "classes",
    "attention": "the data; mask takes keys out",
}


def as_array(x: Any, what: str, function: str) -> np.ndarray:
    """`x` as an array of real numbers, or a refusal naming `what` and `function`."""
    refuse_foreign(x, what, function)
    if isinstance(x, np.ma.MaskedArray):
        raise TypeRefusal(
            "array-masked",
            f"{function} does not read the mask of a masked array",
            got=f"{what} of type MaskedArray",
            want=MASKS.get(
                function, "the data, and the mask as where (True takes part)"
            ),
            hint=f"{what}.data"
            if function in MASKS
            else f"{what}.data with where=~numpy.ma.getmaskarray({what})",
        )
    array = rectangular(x, what, function)
    refuse_dtype(array, what, function)
    return array


def rectangular(x: Any, what: str, function: str = "") -> np.ndarray:
    """`x` as an array of any dtype; nested lists of different lengths are refused."""
    try:
        return np.asarray(x)
    except ValueError:
        raise Refusal(
            "array-ragged",
            f"{what} is not a rectangular array",
            got="nested sequences of different lengths",
            want="rows of one length"
            + ("" if function in MASKS else "; pad with -inf, or mask with where"),
        ) from None


def refuse_foreign(x: Any, what: str, function: str) -> None:
    """Arrays of other libraries, alone or in a list, are not converted in silence."""
    first = x
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    library = type(first).__module__.partition(".")[0]
    if library in FOREIGN:
        raise TypeRefusal(
            "array-foreign",
            f"{function} computes on NumPy arrays and converts no other in silence",
            got=f"{what} of type {library} {type(first).__name__}",
            want="a NumPy array, or nested lists of numbers",
            hint=FOREIGN[library].format(what) if first is x else None,
        )


def refuse_dtype(array: np.ndarray, what: str, function: str) -> None:
    if array.dtype.name in FLOATS or array.dtype.kind in "iub":
        return
    hint = None
    if array.dtype.kind in "OSU":
        problem = f"{what} is not an array of real numbers"
        if what == "targets":
            hint = "numpy.unique(targets, return_inverse=True)[1] for class ids"
    else:
        problem = f"{function} is for real numbers in a dtype it is accurate for"
    raise TypeRefusal(
        "array-dtype",
        problem,
        got=f"{what} of dtype {array.dtype}",
        want=", ".join(FLOATS) + ", or integers (which become float64)",
        hint=hint,
    )


def float_dtype(array: np.ndarray) -> np.dtype:
    """The dtype of the answer: that of the input, float64 for integers."""
    if array.dtype.name in FLOATS:
        return array.dtype.newbyteorder("=")
    return np.dtype(np.float64)


def common_dtype(arrays: list[np.ndarray], names: tuple[str, ...]) -> np.dtype:
    try:
        return np.result_type(*(float_dtype(array) for array in arrays))
    except TypeError:
        raise TypeRefusal(
            "array-dtypes",
            "no dtype holds all of the arguments",
            got=", ".join(
                f"{name} {array.dtype}"
                for name, array in zip(names, arrays, strict=True)
            ),
            want="one dtype for all",
            hint="cast one of them with astype",
        ) from None


def same_shape(
    array: np.ndarray, shape: tuple[int, ...], what: str, whose: str
) -> None:
    if array.shape != shape:
        raise Refusal(
            "seed-shape",
            f"{what} does not have the shape of {whose}",
            got=f"{what} {array.shape}",
            want=f"{what} {shape}",
            hint='reduction="none"' if shape == () and what == "loss_bar" else None,
        )


def as_seed(
    seed: Any, shape: tuple[int, ...], dtype: np.dtype, what: str, whose: str, name: str
) -> np.ndarray:
    """A tangent or cotangent: the shape of its primal, rounded to its dtype."""
    array = as_array(seed, what, name)
    same_shape(array, shape, what, whose)
    with np.errstate(all="ignore"):  # a seed too large for the dtype is infinity
        return array.astype(dtype, copy=False)


def deliver(values: np.ndarray, dtype: np.dtype, out: np.ndarray | None = None) -> Any:
    """The answer rounded once to its dtype, a scalar if without axes, or in out."""
    with np.errstate(all="ignore"):  # a number too large for the dtype is infinity
        rounded = values.astype(dtype, copy=False)
    if out is not None:
        # Shared: a kernel has written it there already.
        if not np.may_share_memory(rounded, out):
            out[...] = rounded
        return out
    return rounded[()]


def refuse_out(
    out: Any, shape: tuple[int, ...], dtype: np.dtype, what: str = "out"
) -> None:
    if isinstance(out, np.ndarray) and out.shape == shape and out.dtype == dtype:
        if out.flags.writeable:
            return
        raise Refusal(
            "out-readonly",
            f"{what} cannot be written to",
            got=f"{what} {out.shape}, read-only",
            want="a writeable array",
        )
    got = (
        f"{out.shape} {out.dtype}"
        if isinstance(out, np.ndarray)
        else f"of type {type(out).__name__}"
    )
    raise Refusal(
        "out-mismatch",
        f"{what} does not fit the answer",
        got=f"{what} {got}",
        want=f"{what} {shape} {dtype}",
    )
