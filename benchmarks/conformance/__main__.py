"""The laws on the peers: python -m benchmarks.conformance

    python -m benchmarks.conformance                    what does not hold, by law
    python -m benchmarks.conformance --only torch jax   of these libraries
    python -m benchmarks.conformance --write            and docs/conformance.md

The peers come by pip: scipy, scikit-learn, torch, jax, optax, entmax, autograd,
onnxruntime with onnx, mlx[cpu], mygrad, thinc.  One that is not installed is named and
left out; --write wants them all, so that no column is lost in silence.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.conformance import _page
from benchmarks.conformance._case import Lacks
from benchmarks.conformance._cell import Cell
from benchmarks.conformance.laws import CHOICES, LAWS
from benchmarks.conformance.peers import NAMES, Peer, load


def main(words: list[str] | None = None) -> int:
    told = _parser().parse_args(words)
    found = asked(told.only or NAMES)
    print("\n".join(_page.lines_of(found, LAWS)))
    if told.write:
        missing = set(NAMES) - set(told.only or NAMES)
        if missing or len(found) < len(NAMES):
            print("not written: a column is missing", file=sys.stderr)
            return 2
        _page.write(_page.page(found, LAWS, CHOICES))
    return 0


def asked(names: Sequence[str]) -> list[tuple[Peer, dict[object, Cell]]]:
    """Every installed peer of these names with its cells."""
    found = []
    for name in names:
        try:
            peer = load(name)
        except Lacks as why:
            print(f"{name} {why}", file=sys.stderr)
            continue
        found.append((peer, {law: law.ask(peer) for law in (*LAWS, *CHOICES)}))
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conformance")
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="LIBRARY")
    parser.add_argument("--write", action="store_true", help="docs/conformance.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
