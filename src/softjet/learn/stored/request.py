"""What is asked of a table: its target, the columns left out, the rows tested on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from softjet.errors import Refusal
from softjet.learn.frame import Frame, few
from softjet.learn.stored.division import check_share


@dataclass(frozen=True)
class Request:
    """Another request has other statistics, so it takes another cache."""

    target: str  # empty: none was named
    dropped: tuple[str, ...] = ()
    test_share: float = 0.0
    seed: int = 0

    def check(self, frame: Frame) -> None:
        """Refuse columns that are not there, as `data.load` does."""
        check_share(self.test_share)
        if not self.target:
            raise Refusal(
                "target-needed",
                "which column is to be predicted?",
                got=f"no target for {frame.source}",
                want=f"one of {few(frame.names)}",
                hint="--target COLUMN",
            )
        frame.require(self.target, "target-missing", "no such column to predict")
        for name in self.dropped:
            frame.require(name, "drop-missing", "no such column to drop")
        if self.target in self.dropped:
            raise Refusal(
                "drop-target",
                "the column to predict is also to be dropped",
                got=f"{self.target!r} as target and among the dropped",
                want="a target that stays, or other columns to drop",
            )
        if not self.features(frame):
            raise Refusal(
                "no-features",
                "nothing to predict from",
                got=f"no column beside the target {self.target!r}",
                want="at least one more column",
            )

    def features(self, frame: Frame) -> list[str]:
        """The columns to learn from, in the order of the table."""
        others = {self.target, *self.dropped}
        return [name for name in frame.names if name not in others]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self) | {"dropped": list(self.dropped)}
