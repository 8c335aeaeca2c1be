"""ONNX Runtime: one operator as a model of its own; values alone."""

from __future__ import annotations

import functools
from typing import Any

import onnx
import onnxruntime
from onnx import TensorProto, helper

from benchmarks.conformance._case import Array, Case, Lacks
from benchmarks.conformance.peers._peer import Function, Peer

OPERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "softmax": ("Softmax", {"axis": -1}),
    "log_softmax": ("LogSoftmax", {"axis": -1}),
    "logsumexp": ("ReduceLogSumExp", {"keepdims": 0}),
    "sigmoid": ("Sigmoid", {}),
    "softplus": ("Softplus", {}),
}
TYPES = {
    "float16": TensorProto.FLOAT16,
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
}


@functools.cache
def session(operator: str, dtype: str, rank: int) -> Any:
    stem, options = OPERATORS[operator]
    inputs, extra = ["x"], []
    if stem == "ReduceLogSumExp":
        inputs.append("axes")
        extra = [helper.make_tensor("axes", TensorProto.INT64, [1], [-1])]
    node = helper.make_node(stem, inputs, ["y"], **options)
    names = [f"d{i}" for i in range(rank)]
    out = names[:-1] if extra else names
    x = helper.make_tensor_value_info("x", TYPES[dtype], names)
    y = helper.make_tensor_value_info("y", TYPES[dtype], out)
    graph = helper.make_graph([node], "one", [x], [y], extra)
    opset = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    onnx.checker.check_model(model)
    quiet = onnxruntime.SessionOptions()
    quiet.log_severity_level = 4
    given = model.SerializeToString()
    return onnxruntime.InferenceSession(given, quiet, ["CPUExecutionProvider"])


def _run(name: str) -> Function:
    def run(x: Array) -> Array:
        if x.dtype.name not in TYPES:
            raise Lacks(f"takes no {x.dtype}")
        try:
            ready = session(name, x.dtype.name, x.ndim)
        except Exception as refused:
            # Only some operators are there for every dtype.
            if "NOT_IMPLEMENTED" in str(refused) or "NotImplemented" in repr(refused):
                raise Lacks(f"has no {name} in {x.dtype}") from None
            raise
        return ready.run(None, {"x": x})[0]

    return run


def _value(function: Function, case: Case) -> Array:
    return function(case.x)


PEER = Peer(
    "ONNX Runtime",
    "onnxruntime",
    functions={name: _run(name) for name in OPERATORS},
    modes={"value": _value},
)
