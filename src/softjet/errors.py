"""Every refusal, in one voice: what is wrong, what came, what was wanted, what to try.

    labels do not line up with scores [labels-shape]
      got   scores (8, 10), labels (8, 1)
      want  labels (8,) of class numbers, or (8, 10) of probabilities
      try   labels[..., 0]

Shapes, dtypes and names, never the data: a refusal may end up in a log.  The code in
brackets is stable, so a program can act on it and a person can search for it.
"""

from __future__ import annotations


class Refusal(ValueError):
    """An input that softjet will not answer, and why.

    Attributes
    ----------
    code : str
        Stable name of the refusal, such as "labels-shape".
    problem, got, want : str
        One line each: what is wrong, what came, what was wanted.
    hint : str or None
        What to try; present only when it is certainly right.

    Examples
    --------
    >>> try:
    ...     raise Refusal("axis", "no such axis", got="axis 2", want="-2 to 1")
    ... except Refusal as refusal:
    ...     print(refusal)
    no such axis [axis]
      got   axis 2
      want  -2 to 1
    """

    def __init__(
        self, code: str, problem: str, *, got: str, want: str, hint: str | None = None
    ) -> None:
        self.code, self.problem = code, problem
        self.got, self.want, self.hint = got, want, hint
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [f"{self.problem} [{self.code}]"]
        lines += [f"  got   {self.got}", f"  want  {self.want}"]
        if self.hint is not None:
            lines.append(f"  try   {self.hint}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple:
        # Exceptions pickle by their positional arguments; ours has keywords too, and
        # a refusal raised in a worker process must reach its parent whole.
        return _restore, (type(self), self.code, self.problem, self._rest())

    def _rest(self) -> dict[str, str | None]:
        return {"got": self.got, "want": self.want, "hint": self.hint}


class TypeRefusal(Refusal, TypeError):
    """A refusal of the kind of thing that came, rather than of its value."""


def _restore(kind: type[Refusal], code: str, problem: str, rest: dict) -> Refusal:
    return kind(code, problem, **rest)
