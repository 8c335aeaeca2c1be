r"""The LaTeX that derivations are written in, read into a small tree.

    tree(r"\dot y_i = y_i (\dot x_i - m)")   a tuple of nodes

The macros are those that `softjet.derivations` uses, and no others: one outside the
tables is a KeyError, because a page with a backslash left in it is worse than no page.
"""

from __future__ import annotations

import re
from typing import NamedTuple

Nodes = tuple["Node", ...]


class Leaf(NamedTuple):
    """A letter, number, sign or word."""

    text: str
    kind: str  # symbol number word op rel open close comma space sum prefix


class Script(NamedTuple):
    """base_sub^sup; either may be empty."""

    base: Node
    sub: Nodes
    sup: Nodes


class Fraction(NamedTuple):
    """above / below."""

    above: Nodes
    below: Nodes


class Accent(NamedTuple):
    """A dot or a bar over a letter."""

    mark: str
    base: Nodes


Node = Leaf | Script | Fraction | Accent

_LEAVES = {
    "beta": Leaf("\u03b2", "symbol"),
    "delta": Leaf("\u03b4", "symbol"),
    "sigma": Leaf("\u03c3", "symbol"),
    "zeta": Leaf("\u03b6", "symbol"),
    "log": Leaf("log", "prefix"),
    "tanh": Leaf("tanh", "prefix"),
    "max": Leaf("max", "prefix"),
    "min": Leaf("min", "prefix"),
    "sum": Leaf("\u2211", "sum"),
    "partial": Leaf("\u2202", "prefix"),
    "top": Leaf("\u22a4", "symbol"),
    "odot": Leaf("\u2299", "op"),
    "neq": Leaf("\u2260", "rel"),
    "geq": Leaf("\u2265", "rel"),
    "langle": Leaf("\u27e8", "open"),
    "rangle": Leaf("\u27e9", "close"),
    "Vert": Leaf("\u2016", "op"),
    "qquad": Leaf("2em", "space"),
    "_": Leaf("_", "symbol"),
}
_SIGNS = {"=": "rel", "<": "rel", ">": "rel", "+": "op", "-": "op", "/": "op"}
_SIGNS |= {",": "comma", "(": "open", "[": "open", ")": "close", "]": "close"}
_MARKS = {"dot": "\u02d9", "bar": "\u00af"}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|[0-9.]+|.", re.DOTALL)


def tree(latex: str) -> Nodes:
    """The nodes of one formula, in reading order."""
    return _nodes([t for t in _TOKEN.findall(latex) if not t.isspace()][::-1])


def _nodes(tokens: list[str]) -> Nodes:
    """Read a stack of tokens, next one last, up to the end or an unmatched brace."""
    nodes: list[Node] = []
    while tokens and (token := tokens.pop()) != "}":
        if token in "_^":
            nodes.append(_scripted(nodes.pop(), token, _argument(tokens)))
        elif token == "{":
            nodes += _nodes(tokens)
        else:
            nodes.append(_node(token, tokens))
    return tuple(nodes)


def _node(token: str, tokens: list[str]) -> Node:
    name = token[1:]
    if not token.startswith("\\"):
        if token[0].isdigit():
            return Leaf(token, "number")
        text = "\u2212" if token == "-" else token
        return Leaf(text, _SIGNS.get(token, "symbol"))
    if name in ("left", "right"):
        return Leaf(tokens.pop(), "open" if name == "left" else "close")
    if name == "mathrm":
        letters = [node.text for node in _argument(tokens) if isinstance(node, Leaf)]
        return Leaf("".join(letters), "prefix")
    if name == "frac":
        above = _argument(tokens)
        return Fraction(above, _argument(tokens))
    if name in _MARKS:
        return Accent(_MARKS[name], _argument(tokens))
    return _LEAVES[name]


def _argument(tokens: list[str]) -> Nodes:
    """The next group, or the next single token."""
    token = tokens.pop()
    return _nodes(tokens) if token == "{" else (_node(token, tokens),)


def _scripted(base: Node, mark: str, script: Nodes) -> Script:
    if isinstance(base, Script) and not (base.sub if mark == "_" else base.sup):
        if mark == "_":
            return base._replace(sub=script)
        return base._replace(sup=script)
    return Script(base, script, ()) if mark == "_" else Script(base, (), script)
