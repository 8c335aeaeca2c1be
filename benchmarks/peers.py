"""The peers: how each library is loaded, given our arrays, and read back.

A peer that is not installed, or does not do what a case asks, says so by `Lacks`; the
race reports it in its place.  Arrays are shared where a library can share them.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
PACKAGES = {
    "SciPy": "scipy",
    "torch": "torch",
    "torch.compile": "torch",
    "JAX": "jax",
    "ONNX Runtime": "onnxruntime",
}


class Lacks(Exception):
    """Why a contender takes no part, in words that complete "it ..."."""


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def installed(contender: str) -> bool:
    """Whether the contender's package is there, without loading it."""
    return importlib.util.find_spec(PACKAGES[contender]) is not None


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        top = name.split(".")[0]
        raise Lacks(f"is not installed: pip install {top}") from None


def scipy() -> Any:
    """scipy.special; it knows no half precision but by widening, so judge its dtype."""
    return _module("scipy.special")


def torch() -> Any:
    return _module("torch")


def tensor(array: np.ndarray) -> Any:
    """A torch tensor on the memory of the array; bfloat16 travels as its bits."""
    if array.dtype == BFLOAT16:
        bits = torch().from_numpy(array.view(np.int16))
        return bits.view(torch().bfloat16)
    return torch().from_numpy(array)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """torch.compile for one shape, forgetting the last: its limit is 8 variants."""
    torch()._dynamo.reset()
    return torch().compile(function, dynamic=False)


@functools.cache
def _jax() -> Any:
    module = _module("jax")
    module.config.update("jax_enable_x64", True)
    module.config.update("jax_platforms", "cpu")
    return module


def jax(threads: int) -> Any:
    """JAX, where it may use as many threads as the others do."""
    if threads != cores():
        raise Lacks("cannot change its threads while it runs")
    return _jax()


def jitted(
    module: Any, function: Callable[..., Any], *arguments: Any
) -> Callable[[], Any]:
    """The jitted call on arguments placed beforehand, waiting for its answer."""
    jit, placed = module.jit(function), module.tree.map(module.numpy.asarray, arguments)
    return lambda: module.block_until_ready(jit(*placed))


def onnx(
    operator: str, x: np.ndarray, y: np.ndarray, threads: int, **attributes: Any
) -> Callable[[], Any]:
    """A session of one operator from x into y, bound beforehand.

    `axes=` becomes the operator's second input, where ONNX expects it.
    """
    runtime, model = _module("onnxruntime"), _onnx_model(operator, x, y, attributes)
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 4
    # A spinning pool would race on during the others' turns.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = runtime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        if type(error).__name__ not in ("NotImplemented", "InvalidGraph"):
            raise
        raise Lacks(f"takes no {x.dtype} in {operator}") from None
    binding, kind = session.io_binding(), _onnx_kind(x.dtype)
    binding.bind_input("x", "cpu", 0, kind, x.shape, x.ctypes.data)
    binding.bind_output("y", "cpu", 0, kind, y.shape, y.ctypes.data)

    def call() -> np.ndarray:
        session.run_with_iobinding(binding)
        return y

    return call


def _onnx_kind(dtype: np.dtype) -> int:
    return _module("onnx").helper.np_dtype_to_tensor_dtype(dtype)


def _onnx_model(
    operator: str, x: np.ndarray, y: np.ndarray, attributes: dict[str, Any]
) -> bytes:
    module, kind, names, constants = _module("onnx"), _onnx_kind(x.dtype), ["x"], []
    helper = module.helper
    if "axes" in attributes:
        axes = attributes.pop("axes")
        kind_of_axes = module.TensorProto.INT64
        constants = [helper.make_tensor("axes", kind_of_axes, [len(axes)], axes)]
        names.append("axes")
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y"], **attributes)],
        operator,
        [helper.make_tensor_value_info("x", kind, x.shape)],
        [helper.make_tensor_value_info("y", kind, y.shape)],
        constants,
    )
    version = helper.make_opsetid("", 18)
    model = helper.make_model(graph, opset_imports=[version], ir_version=10)
    return model.SerializeToString()


def arrays_of(answer: Any) -> list[np.ndarray]:
    """The answer's arrays in order, whichever library made them."""
    if isinstance(answer, (tuple, list)):
        return [array for part in answer for array in arrays_of(part)]
    if type(answer).__module__.split(".")[0] != "torch":
        return [np.asarray(answer)]
    flat = answer.detach().contiguous()
    if flat.dtype == torch().bfloat16:
        return [flat.view(torch().int16).numpy().view(BFLOAT16)]
    return [flat.numpy()]
