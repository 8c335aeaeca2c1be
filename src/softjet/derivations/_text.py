r"""LaTeX mathematics becomes readable Unicode: formulas for a terminal.

    >>> unicode(r"\frac{\partial y_i}{\partial x_k} = y_i (\delta_{ik} - y_k)")
    '∂yᵢ/∂xₖ = yᵢ (δᵢₖ − yₖ)'

It knows what derivations are written in.  A macro outside its tables is a KeyError,
because a page with one backslash left in it is worse than no page.  A fraction gets
brackets where a line of text would bind it differently, and e^{...} is written exp().
"""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import lookup, normalize


class Atom(NamedTuple):
    """A piece of a formula, and how it stands among its neighbours."""

    text: str
    kind: str  # factor prefix op rel open close comma space, and two kinds of fraction


def _greek(*names: str) -> dict[str, Atom]:
    return {n: Atom(lookup(f"GREEK SMALL LETTER {n.upper()}"), "factor") for n in names}


NOT_EQUAL = "\N{NOT EQUAL TO}"
_SYMBOLS = _greek("beta", "delta", "sigma", "zeta") | {
    "log": Atom("log", "factor"),
    "tanh": Atom("tanh", "factor"),
    "max": Atom("max", "factor"),
    "min": Atom("min", "factor"),
    "sum": Atom("\N{N-ARY SUMMATION}", "factor"),
    "partial": Atom("\N{PARTIAL DIFFERENTIAL}", "prefix"),
    "top": Atom("T", "factor"),
    "odot": Atom("\N{RING OPERATOR}", "op"),
    "neq": Atom(NOT_EQUAL, "rel"),
    "geq": Atom("\N{GREATER-THAN OR EQUAL TO}", "rel"),
    "langle": Atom("\N{MATHEMATICAL LEFT ANGLE BRACKET}", "open"),
    "rangle": Atom("\N{MATHEMATICAL RIGHT ANGLE BRACKET}", "close"),
    "Vert": Atom("\N{DOUBLE VERTICAL LINE}", "op"),
    "qquad": Atom("   ", "space"),
    "_": Atom("_", "factor"),
}
_ACCENTS = {"dot": "\N{COMBINING DOT ABOVE}", "bar": "\N{COMBINING MACRON}"}
MACROS = frozenset(_SYMBOLS) | set(_ACCENTS) | {"frac", "mathrm", "left", "right"}

_TYPOGRAPHY = {"-": "\N{MINUS SIGN}", "'": "\N{PRIME}"}
_KINDS = {"=": "rel", "<": "rel", "+": "op", "-": "op", "/": "op", ",": "comma"}
_KINDS |= {"(": "open", "[": "open", ")": "close", "]": "close"}
_SUPERSCRIPTS = {"2": "\N{SUPERSCRIPT TWO}", "T": "\N{MODIFIER LETTER CAPITAL T}"}
_SUBSCRIPTS = {"1": "\N{SUBSCRIPT ONE}", "2": "\N{SUBSCRIPT TWO}"} | {
    c: lookup(f"LATIN SUBSCRIPT SMALL LETTER {c.upper()}") for c in "aehijklmnoprstuvx"
}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_VALUES = {"factor", "ratio", "fraction"}


def unicode(latex: str) -> str:
    """One formula in Unicode."""
    return _spaced(_atoms(_TOKEN.findall(latex)[::-1]))


def split_sides(latex: str) -> tuple[str, ...]:
    """The sides of a chain of equations: split at each `=` outside any bracket."""
    sides, depth = [""], 0
    for character in latex:
        depth += (character in "{([") - (character in "})]")
        if character == "=" and depth == 0:
            sides.append("")
        else:
            sides[-1] += character
    return tuple(side.strip() for side in sides)


def _atoms(tokens: list[str]) -> list[Atom]:
    """Read a stack of tokens, next one last, up to the end or an unmatched brace."""
    atoms: list[Atom] = []
    while tokens and (token := tokens.pop()) != "}":
        if token in "_^":
            atoms.append(_script(atoms.pop(), token, _argument(tokens)))
        elif token == "{":
            atoms += _atoms(tokens)
        elif token.startswith("\\"):
            atoms += _macro(token[1:], tokens)
        elif token.isspace():
            atoms.append(Atom(" ", "space"))
        else:
            text = _TYPOGRAPHY.get(token, token)
            atoms.append(Atom(text, _KINDS.get(token, "factor")))
    return atoms


def _argument(tokens: list[str]) -> str:
    """The next group or single token, rendered."""
    while tokens[-1].isspace():
        tokens.pop()
    token = tokens.pop()
    return _spaced(_atoms(tokens) if token == "{" else _atoms([token]))


def _macro(name: str, tokens: list[str]) -> list[Atom]:
    if name == "mathrm":
        return []
    if name in {"left", "right"}:
        return [Atom(tokens.pop(), "open" if name == "left" else "close")]
    if name in _ACCENTS:
        letter = _argument(tokens)
        return [Atom(normalize("NFC", letter + _ACCENTS[name]), "factor")]
    if name == "frac":
        return [_fraction(_argument(tokens), _argument(tokens))]
    return [_SYMBOLS[name]]


def _fraction(above: str, below: str) -> Atom:
    kind = "ratio" if below.startswith(_SYMBOLS["partial"].text) else "fraction"
    return Atom(f"{_bracketed(above)}/{_bracketed(below)}", kind)


def _bracketed(text: str) -> str:
    """`text` in brackets, unless it binds tighter than a stroke."""
    outside, count = text, 1
    while count:
        outside, count = re.subn(
            r"\([^()]*\)|\u27e8[^\u27e8\u27e9]*\u27e9", "", outside
        )
    return f"({text})" if re.search(r"[ /]", outside) else text


def _script(base: Atom, mark: str, script: str) -> Atom:
    if mark == "^" and base.text == "e":
        return Atom(f"exp({script})", "factor")
    table = _SUBSCRIPTS if mark == "_" else _SUPERSCRIPTS
    letters = script.replace(" ", "")
    small = "".join(table.get(c, c if c == NOT_EQUAL else "") for c in letters)
    if len(small) == len(letters):
        return Atom(base.text + small, base.kind)
    return Atom(f"{base.text}{mark}{_bracketed(script)}", base.kind)


def _spaced(atoms: list[Atom]) -> str:
    """Join atoms: air around relations and binary signs, none inside brackets."""
    seen = [atom for atom in atoms if atom.kind != "space"]
    out, place = "", -1
    for atom in atoms:
        if atom.kind == "space":
            tight = place < 0 or seen[place].kind in {"open", "prefix"}
            wide = len(atom.text) > 1
            out += "" if tight or (out.endswith(" ") and not wide) else atom.text
            continue
        place += 1
        before = seen[place - 1].kind if place else "open"
        after = seen[place + 1].kind if place + 1 < len(seen) else "close"
        out = _joined(out, atom, before, after)
    return out.rstrip()


def _joined(out: str, atom: Atom, before: str, after: str) -> str:
    if atom.kind in {"close", "comma"}:
        return out.rstrip() + atom.text + (" " if atom.kind == "comma" else "")
    if atom.kind == "rel" or (atom.kind == "op" and before in _VALUES | {"close"}):
        return f"{out.rstrip()} {atom.text} "
    if atom.kind == "fraction" and (
        before in _VALUES | {"close"} or after in _VALUES | {"open", "prefix"}
    ):
        return f"{out}({atom.text})"
    return out + atom.text
