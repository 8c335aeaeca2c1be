"""The bugs that are written in torch and in JAX too: caught, and named right.

Second derivatives of torch's Functions and rules of JAX come by their own autograd.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bugs import ENTRIES, Entry, is_caught, is_named, kept, row

WRITTEN = [entry for entry in ENTRIES if entry.library != "numpy"]
# torch loads its forward-mode decompositions through its own deprecated compiler, once
# a process, at the first dual number; nothing here calls torch.jit.
spared = pytest.mark.filterwarnings(
    "ignore:`torch.jit.script` is deprecated:DeprecationWarning"
)


@spared
@pytest.mark.parametrize("entry", WRITTEN, ids=lambda entry: entry.stem)
def test_it_is_caught_and_named_as_the_page_says(entry: Entry) -> None:
    pytest.importorskip(entry.library, reason="needs the extra frameworks")
    with np.errstate(all="ignore"):
        line = row(entry, entry.judged())
    assert is_caught(line)
    assert is_named(line)
    assert line == kept()[entry.stem]
