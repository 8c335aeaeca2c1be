"""How many threads the kernels use, and the work spread over them.

The number changes no bit of any answer, only its time.
"""

from __future__ import annotations

import operator
from contextvars import ContextVar
from typing import Any

from ..errors import Refusal, TypeRefusal
from ._cores import cores
from ._pool import Work, inside, pool


class _Setting:
    """A number for the process, void once it turns out to be a `with`'s."""

    def __init__(self, count: int, before: _Setting | None) -> None:
        self.count, self.before, self.void = count, before, False


_Scope = tuple[int, Any]  # the number in this `with`, and the scope around it
_scope: ContextVar[_Scope | None] = ContextVar("softjet.threads", default=None)
_latest: _Setting | None = None


class threads:
    """Set how many threads softjet uses: threads(2), or `with threads(2): ...`.

    A plain call sets the number for the process.  A `with` sets it for its block, and
    only in the Python thread (or asyncio task) that runs the block; there it wins over
    the process's number.  threads() changes nothing.

    Attributes
    ----------
    count : int
        The number; of threads(), the one in force here.

    Examples
    --------
    >>> with threads(1):
    ...     threads().count
    1
    """

    def __init__(self, count: int | None = None) -> None:
        global _latest
        self._setting: _Setting | None = None
        self.count = current() if count is None else _checked(count)
        if count is not None:
            self._setting = _latest = _Setting(self.count, _valid(_latest))

    def __enter__(self) -> threads:
        # Only now is it known that the process was not meant.  Marked, not put back:
        # another thread may have set a number since.
        if self._setting is not None:
            self._setting.void = True
        _scope.set((self.count, _scope.get()))
        return self

    def __exit__(self, *error: object) -> None:
        scope = _scope.get()
        _scope.set(scope[1] if scope else None)

    def __del__(self) -> None:
        # Nobody can enter it any more: what was set before will not return.
        if (
            setting := getattr(self, "_setting", None)
        ) is not None and not setting.void:
            setting.before = None

    def __repr__(self) -> str:
        return f"threads({self.count})"


def current() -> int:
    """The number of threads in force here."""
    scope = _scope.get()
    if scope is not None:
        return scope[0]
    setting = _valid(_latest)
    return cores() if setting is None else setting.count


def spread(work: Work, count: int, step: int) -> None:
    """work(start, stop) for the pieces of range(count), `step` long, by the threads.

    The caller takes part.  An exception of a piece is raised here once no piece runs.
    """
    if count > step and not inside() and (number := current()) > 1:
        pool().run(work, count, step, number)
        return
    for start in range(0, count, step):
        work(start, min(start + step, count))


def _valid(setting: _Setting | None) -> _Setting | None:
    while setting is not None and setting.void:
        setting = setting.before
    return setting


def _checked(count: Any) -> int:
    want = "a whole number of threads, 1 or more"
    try:
        number = operator.index(count)
    except TypeError:
        got = type(count).__name__
        raise TypeRefusal(
            "threads", "not a number of threads", got=got, want=want
        ) from None
    if isinstance(count, bool) or number < 1:
        raise Refusal("threads", "not a number of threads", got=repr(count), want=want)
    return number
