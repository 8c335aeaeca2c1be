"""The promise: a fresh process stays under the memory granted plus 200 MB."""

import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

# The encoded rows are nearly as large as what the memory leaves beside the program.
ROWS, FEATURES, CLASSES, MEMORY = 40_000, 100, 8, 136

SCRIPT = """
import re, sys
from softjet.learn.regression import SoftmaxRegression
from softjet.learn.stored.table import open_table

table = open_table(sys.argv[1], "y", memory=sys.argv[2], test_share=0.1)
models = [SoftmaxRegression(tol=1e-2, solver=s) for s in ("lbfgs", "newton")]
converged = [model.fit_stored(table).converged_ for model in models]
status = open("/proc/self/status").read()
print(int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) * 1024, all(converged))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_peak_memory(tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / "data"
    folder.mkdir()
    for i in range(6):
        y = rng.integers(CLASSES, size=ROWS // 6)
        X = rng.normal(size=(len(y), FEATURES)).astype(np.float32)
        X[:, 0] += y
        columns = {f"x{j}": X[:, j] for j in range(FEATURES)} | {"y": y}
        pa.parquet.write_table(
            pa.table(columns), folder / f"{i}.parquet", row_group_size=2000
        )
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), f"{MEMORY}MB"],
        capture_output=True,
        text=True,
        check=True,
        # Two threads of BLAS wait for each other where tests run side by side.
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    peak, converged = run.stdout.split()
    assert converged == "True"
    assert int(peak) <= (MEMORY + 200) * 10**6
