"""Runs killed at random moments and gone on with: do they end in the same bits?

    python -m benchmarks.kills --count 50

Makes a table on which a fit takes some seconds, and fits it undisturbed, once for each
way of training.  Then each run is killed (kill -9) at a moment drawn from a seed, from
the first byte it writes to the last; its resumption is killed in turn with a chance of
a half; the last one ends by itself.  model.safetensors is compared byte for byte, of
the report all but seconds.  Prints a row a run; exit code 1 if one differs, if a run
left anything but its checkpoints, or if one could not be gone on with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

# How to train: what `softjet fit` is given beside the table, and a name for the row.
WAYS = {
    "newton": ("--solver", "newton", "--tol", "1e-11"),
    "lbfgs": ("--solver", "lbfgs", "--tol", "1e-11"),
    "lbfgs, on disk": ("--solver", "lbfgs", "--tol", "1e-9", "--memory", "150MB"),
    "network": ("--model", "network", "--epochs", "12", "--hidden", "64"),
}
# Seconds until the run is up and Python has read its modules: nothing is there to kill.
EARLIEST = 0.3
AGAIN = 0.5


@dataclass
class Row:
    """What became of one run."""

    way: str
    moments: list[float]
    found: list[str]  # what each kill left
    same: bool

    def __str__(self) -> str:
        killed = ", ".join(f"{moment:.2f}" for moment in self.moments)
        verdict = "same" if self.same else "DIFFERENT"
        return f"| {self.way} | {killed} | {', '.join(self.found)} | {verdict} |"


def make_table(path: Path, rows: int, features: int, classes: int) -> None:
    """Classes drawn from a softmax of features whose spread falls as 1 / sqrt(j)."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, features)) * np.arange(1, features + 1) ** -0.5
    scores = 3.0 * X @ rng.normal(size=(features, classes))
    y = (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)
    columns = {f"x{j}": x for j, x in enumerate(X.T)} | {"y": y}
    pyarrow.parquet.write_table(pa.table(columns), path, row_group_size=4096)


def command(way: str, *more: str) -> list[str]:
    """`softjet fit`, a checkpoint after every step that may have one."""
    line = [sys.executable, "-m", "softjet", "fit", "t.parquet", "--target", "y"]
    line += ["--out", "m", "--no-compare", "--quiet", "--checkpoint-seconds", "0.05"]
    return [*line, *WAYS[way], *more]


def result(folder: Path) -> tuple[str, str]:
    """Hash of the model's numbers, and the report without its times."""
    model = hashlib.sha256((folder / "m" / "model.safetensors").read_bytes())
    report = json.loads((folder / "m" / "report.json").read_text())
    report["training"].pop("seconds")
    for part in ("job", "next"):  # which say whether it was resumed
        report.pop(part)
    return model.hexdigest(), json.dumps(report)


def emptied(scratch: Path, name: str) -> Path:
    """A new folder with nothing but the table in it."""
    folder = scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "t.parquet").symlink_to(scratch / "t.parquet")
    return folder


def run_killed(folder: Path, line: list[str], moment: float) -> bool:
    """Start, kill after `moment` seconds; whether it was still at work."""
    job = subprocess.Popen(line, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        job.wait(moment)
    except subprocess.TimeoutExpired:
        job.kill()
        job.wait()
        return True
    if job.returncode != 0:
        raise SystemExit(f"exit code {job.returncode} of {' '.join(line)}")
    return False


def left(folder: Path) -> str:
    """What a kill left: nothing, or how many checkpoints; refuses anything else."""
    names = {path.name for path in folder.iterdir()}
    strange = names - {"t.parquet", "t.parquet.softjet", "m", "m.checkpoint"}
    if strange:
        raise SystemExit(f"a kill left {strange}")
    whole = " + results" if "m" in names else ""
    if "m.checkpoint" not in names:
        return f"nothing{whole}"
    count = len(list((folder / "m.checkpoint").glob("*.checkpoint")))
    return f"{count} checkpoint{'s' * (count != 1)}{whole}"


def one(
    scratch: Path, way: str, wanted: tuple[str, str], span: float, seed: int
) -> Row:
    """A run of `way`, killed at least once, compared to the undisturbed one."""
    rng = np.random.default_rng(seed)
    folder = emptied(scratch, "killed")
    row, more = Row(way, [], [], False), ()
    while True:
        moment = float(rng.uniform(EARLIEST, span))
        if not run_killed(folder, command(way, *more), moment):
            if row.moments:
                break
            # It was done before the kill: that proves nothing, once more.
            folder, span = emptied(scratch, "killed"), 0.9 * span
            continue
        row.moments.append(moment)
        row.found.append(left(folder))
        more = ("--resume",)
        if rng.random() >= AGAIN:
            subprocess.run(
                command(way, *more), cwd=folder, check=True, stdout=subprocess.DEVNULL
            )
            break
    row.same = result(folder) == wanted and "checkpoint" not in left(folder)
    return row


def undisturbed(scratch: Path, way: str) -> tuple[tuple[str, str], float]:
    """The result to be compared with, and how long it takes."""
    folder = emptied(scratch, "undisturbed")
    start = time.perf_counter()
    subprocess.run(command(way), cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return result(folder), time.perf_counter() - start


def main() -> None:
    """The table, its verdict, and the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--features", type=int, default=100)
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    asked = parser.parse_args()
    bad, kills = 0, 0
    with tempfile.TemporaryDirectory(prefix="softjet-kills-") as name:
        scratch = Path(name)
        make_table(scratch / "t.parquet", asked.rows, asked.features, asked.classes)
        known = {way: undisturbed(scratch, way) for way in asked.ways}
        for way, (_, seconds) in known.items():
            print(f"undisturbed, {way}: {seconds:.1f} s", flush=True)
        print("\n| run | killed after (s) | then there were | the bits |")
        print("|---|---|---|---|", flush=True)
        for i in range(asked.count):
            way = asked.ways[i % len(asked.ways)]
            row = one(scratch, way, *known[way], asked.seed + i)
            bad, kills = bad + (not row.same), kills + len(row.moments)
            print(row, flush=True)
    print(f"\n{asked.count} runs, {kills} kills, {bad} that ended in other bits")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
