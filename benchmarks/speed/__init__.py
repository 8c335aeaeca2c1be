"""What is raced, one function per file, the same verbs in the same order.

CASES       what it is raced on
moved       the bytes that any implementation must read and write
softjet     ours; then the peers, each a maker of one contender
LACKS       why the peers without a verb have none
"""

from __future__ import annotations

import importlib
from types import ModuleType

NAMES = (
    "softmax",
    "log_softmax",
    "logsumexp",
    "cross_entropy",
    "vjp",
    "jvp",
    "curvature",
    "hvp",
    "sigmoid",
    "softplus",
    "log_sigmoid",
    "binary_cross_entropy",
    "small",
    "start",
)
# Verb to contender, in the order of every file and every table.
CONTENDERS = {
    "softjet": "softjet",
    "softjet_new": "softjet",
    "softjet_via_vjp": "softjet via vjp",
    "scipy": "SciPy",
    "torch": "torch",
    "torch_compiled": "torch.compile",
    "jax": "JAX",
    "onnxruntime": "ONNX Runtime",
}
PEERS = ("SciPy", "torch", "torch.compile", "JAX", "ONNX Runtime")


def load(name: str) -> ModuleType:
    """The file of a benchmark."""
    return importlib.import_module(f"benchmarks.speed.{name}")


def summary(name: str) -> str:
    """What a benchmark races: the first paragraph of its file, on one line."""
    paragraph = (load(name).__doc__ or "").split("\n\n")[0]
    return " ".join(paragraph.split()).removeprefix(f"{name}: ")
