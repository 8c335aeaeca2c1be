"""What the memory that was granted is spent on.

    memory = program + solver + shards + probabilities that are kept
    room   = memory - program - solver
    shards: a quarter of room for logits, one for features; the rest may keep P

The promise is about resident memory: a fresh process stays under `memory` + 200 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

from softjet.errors import Refusal
from softjet.learn.shards import ALIVE, LEAST_ROWS, rows_of_a_shard
from softjet.learn.stored.amount import read_amount, write_amount
from softjet.learn.survey import MOST_FEATURES

# Python with NumPy, SciPy, scikit-learn, Arrow, the compiled kernels and the buffers of
# two OpenBLAS was 277 MB resident (x86-64, 2 cores, one fit); 200 are outside `memory`,
# the rest and what the allocators hold back are inside.
PROGRAM = 110 * 10**6
LEAST = 128 * 10**6

# Arrays as large as the weights, in float64, beside those that wait in the tree of
# sums: of L-BFGS 20 in float32 and about 12; of Newton a third of that.
VECTORS = {"lbfgs": 24, "newton": 12}
# Bytes per entry of a shard: float32, and three of float64 while it is surveyed.
ENTRY = 28
# Bytes per cell of a batch: Arrow's, the batch before it, float64; words are longer.
CELL, WORD, FEATURE = 40, 160, 20
MOST_BATCH_ROWS, MOST_BLOCK = 1 << 16, 1 << 24


@dataclass(frozen=True)
class Plan:
    """The division of `memory` bytes."""

    memory: int

    @classmethod
    def of(cls, amount: int | str) -> Plan:
        """From "512MB" and the like; refuses less than the program itself takes."""
        memory = read_amount(amount)
        if memory < LEAST:
            raise Refusal(
                "memory-small",
                "so little memory does not hold the program and a batch of rows",
                got=f"memory={amount!r}",
                want=f"{write_amount(LEAST)} or more",
            )
        return cls(memory)

    @property
    def working(self) -> int:
        """Bytes for everything that a table's size has a say in."""
        return self.memory - PROGRAM

    @property
    def block(self) -> int:
        """Bytes of a CSV that are read at a time."""
        return min(MOST_BLOCK, self.working // 16)

    def batch_rows(self, columns: int, words: int, features: int) -> int:
        """Rows that are read and encoded at a time."""
        row = CELL * columns + WORD * words + FEATURE * features
        return max(1, min(MOST_BATCH_ROWS, self.working // 4 // row))

    def levels(self, rows: int, features: int, classes: int) -> int:
        """Sums that wait in the tree of shards."""
        each = _shard_rows(self.working, features, classes)
        return max(1, (-(-rows // each)).bit_length())

    def solver(self, name: str, rows: int, features: int, classes: int) -> int:
        """Bytes of the arrays as large as the weights."""
        arrays = VECTORS[name] + self.levels(rows, features, classes)
        return 8 * (features + 1) * classes * arrays

    def spectrum(self, rows: int, features: int, classes: int) -> int:
        """Bytes of a Gram matrix and its eigendecomposition, in the making."""
        return 8 * features**2 * (self.levels(rows, features, classes) + 5)

    def has_spectrum(self, rows: int, features: int, classes: int) -> bool:
        """Whether there is one: not of too many features, and within half the room."""
        size = self.spectrum(rows, features, classes)
        return features <= MOST_FEATURES and size <= self.working // 2

    def room(self, name: str, rows: int, features: int, classes: int) -> int:
        """Bytes left for shards and probabilities; refuses where none are."""
        solver = self.solver(name, rows, features, classes)
        if self.has_spectrum(rows, features, classes):
            solver += 12 * features**2  # the eigenvectors, in float64 and float32
        shard = 4 * LEAST_ROWS * max(ENTRY * features, 8 * ALIVE * classes)
        if solver + shard <= self.working:
            return self.working - solver
        needed = write_amount(solver + shard + PROGRAM)
        smaller = VECTORS["newton"] < VECTORS[name]
        raise Refusal(
            "memory-weights",
            "the weights and their solver do not fit into the memory that was granted",
            got=f"{features} features x {classes} classes, for which {name!r} takes "
            f"{write_amount(solver)}, and {write_amount(self.memory)}",
            want=f"memory of {needed} or more",
            hint='solver="newton", which takes about half' if smaller else None,
        )

    def shard_rows(self, name: str, rows: int, features: int, classes: int) -> int:
        """Rows of a shard, so that its features and logits fit."""
        return _shard_rows(self.room(name, rows, features, classes), features, classes)

    def kept(self, name: str, rows: int, features: int, classes: int) -> int:
        """The `memory` of an Objective, of which it keeps P in three quarters."""
        return self.room(name, rows, features, classes) // 2 * 4 // 3


def _shard_rows(room: int, features: int, classes: int) -> int:
    by_logits = rows_of_a_shard(classes, 8, room)
    by_features = room // 4 // (ENTRY * features) // LEAST_ROWS * LEAST_ROWS
    return max(LEAST_ROWS, min(by_logits, by_features))
