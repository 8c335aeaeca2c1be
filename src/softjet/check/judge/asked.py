"""What could not be judged, and the keyword that would help: SJ301 to SJ399."""

from __future__ import annotations

from ..verdict import Note


class Asked(Exception):
    """Judging cannot go on without an answer to this."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.note = Note(code, text)


def arguments(piece: str, names: tuple[str, ...], wanted: str) -> Asked:
    listed = ", ".join(names) or "none"
    return Asked(
        "SJ301",
        f"which argument of {piece} is which? It has {listed}; it may read {wanted}. "
        "Name them x (input), y (output), y_bar (cotangent), x_dot (tangent), targets, "
        "or wrap it in a lambda with these names",
    )


def layout() -> Note:
    return Note(
        "SJ302",
        "right for examples in columns (K, N), wrong for examples in rows (N, K): say "
        'layout="columns" or layout="rows"',
    )


def made(name: str, error: str) -> Asked:
    return Asked(
        "SJ303",
        f"{name} cannot be made without arguments ({error}): give an object of it, "
        "or a function that makes one",
    )


def nothing() -> Asked:
    return Asked(
        "SJ304", "nothing to judge: give value, vjp, jvp, jacobian or gradient"
    )


def keyword(piece: str, name: str) -> Asked:
    return Asked(
        "SJ306",
        f"{piece} needs the keyword {name}, which is no option known here: give it a "
        f"default, or wrap it in a lambda that sets {name}",
    )


def not_a_function(piece: str, thing: str) -> Asked:
    return Asked("SJ305", f"{piece} is no function: it is {thing}")
