r"""MathML from the LaTeX of the derivations, with slots where live numbers stand.

    symbolic(r"y_i - y_i y_k")                    as the page of the derivation has it
    numeric(r"y_i - y_i y_k", Numbers(...))       y_0 becomes <mn data-slot="y.0">

A slot is empty: the page writes the number into it, so that a drag changes a few text
nodes and the layout once.  Why not latex2mathml: it knows all of LaTeX and cannot be
asked where y_i stands; the derivations use twenty macros, held by their own tests, and
putting numbers for symbols needs the tree, not the markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import NamedTuple

from softjet.explore._latex import Accent, Fraction, Leaf, Node, Nodes, Script, tree

TIMES = "<mo>\u00b7</mo>"
THIN = '<mspace width="0.17em"></mspace>'
# Above this many classes a sum shows its ends only, and vectors stay letters.
MOST_WRITTEN = 5
_ACCENT_NAMES = {"\u02d9": "dot", "\u00af": "bar"}
_VALUES = {"value", "close"}


@dataclass(frozen=True)
class Numbers:
    """What stands for what: symbols with a slot, and the classes of index letters.

    Attributes
    ----------
    classes : int
        K.
    ranks : mapping
        Symbol ("x", "x_dot", "y_bar", "J", "m") to the number of its indices.
    bound : mapping
        Index letter to class: {"i": 0, "k": 2}.
    """

    classes: int
    ranks: Mapping[str, int]
    bound: Mapping[str, int]

    def at(self, letter: str, k: int) -> Numbers:
        """The same with one more index letter bound."""
        return replace(self, bound={**self.bound, letter: k})


class _Piece(NamedTuple):
    markup: str
    kind: str  # value op rel open close comma space prefix


def symbolic(latex: str) -> str:
    """The formula as it is written, as the inside of a <math> element."""
    return _row(tree(latex), None)


def numeric(latex: str, numbers: Numbers) -> str:
    """The formula with a slot for every symbol that has a number."""
    return _row(tree(latex), numbers)


def math(
    inside: str, *, block: bool = False, tall: bool = False, label: str = ""
) -> str:
    """A <math> element round it; tall: fractions as on a line of their own."""
    display = ' display="block"' if block else ""
    display += ' displaystyle="true"' if tall else ""
    spoken = f' aria-label="{escape(label)}"' if label else ""
    return f"<math{display}{spoken}>{inside}</math>"


def slot(path: str, *, guarded: bool = False) -> str:
    """An empty number; guarded, the page puts a negative one in brackets."""
    parts = path.split(".")
    lit = f' data-class="{parts[1]}"' if len(parts) > 1 else ""
    guard = ' data-guard=""' if guarded else ""
    return f'<mn data-slot="{path}"{lit}{guard}></mn>'


def _row(nodes: Nodes, numbers: Numbers | None) -> str:
    pieces = list(_pieces(nodes, numbers))
    out = ""
    for before, piece in zip([None, *pieces], pieces, strict=False):
        if before and before.kind in _VALUES and piece.kind in ("value", "open"):
            tight = piece.kind == "open" and numbers is None
            out += "" if tight else THIN if numbers is None else TIMES
        elif before and piece.kind == "prefix" and before.kind in _VALUES:
            out += THIN
        signs = before is None or before.kind in ("open", "comma", "rel")
        if piece.kind == "op" and signs:  # a sign, not a subtraction: no air behind it
            piece = _Piece(piece.markup.replace("<mo>", '<mo form="prefix">'), "op")
        out += piece.markup
    return f"<mrow>{out}</mrow>"


def _pieces(nodes: Nodes, numbers: Numbers | None) -> Iterator[_Piece]:
    place = 0
    while place < len(nodes):
        node = nodes[place]
        place += 1
        if numbers and _is_sum(node):
            end = _end_of_term(nodes, place)
            alone = place == 1 and end == len(nodes)
            yield _summed(node, nodes[place:end], numbers, alone)
            place = end
        else:
            first = place == 1 or _kind(nodes[place - 2]) in ("open", "rel", "comma")
            yield _piece(node, numbers, guarded=not first)


def _piece(node: Node, numbers: Numbers | None, guarded: bool) -> _Piece:
    found = numbers and _slotted(node, numbers, guarded)
    if found:
        return found
    if isinstance(node, Leaf):
        return _leaf(node, numbers)
    if isinstance(node, Accent):
        over = f'<mo stretchy="false">{node.mark}</mo>'
        return _Piece(
            f'<mover accent="true">{_row(node.base, None)}{over}</mover>', "value"
        )
    if isinstance(node, Fraction):
        # A derivative stays a derivative, of this entry by that one.
        still = _has_partial(node)
        above, below = (
            _instance(n, numbers) if still else _row(n, numbers)
            for n in (node.above, node.below)
        )
        kind = "prefix" if still and _is_operator(node) else "value"
        return _Piece(f"<mfrac>{above}{below}</mfrac>", kind)
    return _Piece(_script(node, numbers), _kind(node))


def _leaf(node: Leaf, numbers: Numbers | None) -> _Piece:
    text = escape(node.text)
    if node.kind == "space":
        return _Piece(f'<mspace width="{text}"></mspace>', "space")
    if node.kind == "number":
        return _Piece(f"<mn>{text}</mn>", "value")
    if node.kind in ("symbol", "word"):
        if numbers and node.text in numbers.bound:
            return _Piece(f"<mn>{numbers.bound[node.text]}</mn>", "value")
        return _Piece(f"<mi>{text}</mi>", "prefix" if node.text == "C" else "value")
    if node.kind == "prefix":
        plain = len(node.text) > 1
        return _Piece(f"<mi>{text}</mi>" if plain else f"<mo>{text}</mo>", "prefix")
    if node.kind == "sum":
        return _Piece(f"<mo>{text}</mo>", "prefix")
    return _Piece(f"<mo>{text}</mo>", node.kind)


def _script(node: Script, numbers: Numbers | None) -> str:
    base = _piece(node.base, None, False).markup
    if isinstance(node.base, Leaf) and node.base.kind == "close" and numbers:
        base = _piece(node.base, numbers, False).markup
    sub = _instance(node.sub, numbers) if node.sub else ""
    sup = _row(node.sup, numbers) if node.sup else ""
    if isinstance(node.base, Leaf) and node.base.kind == "sum":
        return f"<munder>{base}{sub}</munder>"
    if sub and sup:
        return f"<msubsup>{base}{sub}{sup}</msubsup>"
    return f"<msub>{base}{sub}</msub>" if sub else f"<msup>{base}{sup}</msup>"


def _instance(nodes: Nodes, numbers: Numbers | None) -> str:
    """Letters as they are, but their indices the classes that are bound."""
    if numbers is None:
        return _row(nodes, None)
    return _row(nodes, replace(numbers, ranks={}))


def _slotted(node: Node, numbers: Numbers, guarded: bool) -> _Piece | None:
    """The number, vector or matrix a symbol stands for, if it has one."""
    base, letters, transposed = _symbol(node)
    if base == "\u03b4" and all(n in numbers.bound for n in letters) and letters:
        same = len({numbers.bound[n] for n in letters}) == 1
        return _Piece(f"<mn>{int(same)}</mn>", "value")
    if base not in numbers.ranks or not all(n in numbers.bound for n in letters):
        return None
    rank = numbers.ranks[base]
    if len(letters) == rank:
        path = ".".join([base, *(str(numbers.bound[n]) for n in letters)])
        return _Piece(slot(path, guarded=guarded), "value")
    if letters or numbers.classes > MOST_WRITTEN:
        return None
    return _Piece(table(base, numbers.classes, rank, transposed), "value")


def table(base: str, classes: int, rank: int, transposed: bool = False) -> str:
    """A vector as a column (or a row), or a matrix, all of slots."""
    K = range(classes)
    if rank == 2:
        rows = [[f"{base}.{i}.{k}" for k in K] for i in K]
    elif transposed:
        rows = [[f"{base}.{k}" for k in K]]
    else:
        rows = [[f"{base}.{k}"] for k in K]
    cells = "".join(
        "<mtr>" + "".join(f"<mtd>{slot(path)}</mtd>" for path in row) + "</mtr>"
        for row in rows
    )
    # Brackets are the sheet's: a system without a math font cannot stretch its own.
    return f'<mtable class="vector">{cells}</mtable>'


def _symbol(node: Node) -> tuple[str, list[str], bool]:
    """Its name (x_dot for a dotted x), its index letters, whether it is transposed."""
    if isinstance(node, Script):
        base, letters, _ = _symbol(node.base)
        index = [n.text for n in node.sub if isinstance(n, Leaf)]
        turned = [n.text for n in node.sup if isinstance(n, Leaf)] == ["\u22a4"]
        return ("" if node.sup and not turned else base), letters + index, turned
    if isinstance(node, Accent):
        inner = node.base[0]
        letter = inner.text if isinstance(inner, Leaf) else ""
        return f"{letter}_{_ACCENT_NAMES[node.mark]}", [], False
    return (node.text if isinstance(node, Leaf) else ""), [], False


def _summed(node: Node, term: Nodes, numbers: Numbers, alone: bool) -> _Piece:
    """A sum written out: all its terms, or its ends if there are many."""
    assert isinstance(node, Script)
    index = [leaf.text for leaf in node.sub if isinstance(leaf, Leaf)]
    letter = index[0]
    if len(index) > 2 and index[2] not in numbers.bound:
        return _Piece(_script(node, numbers) + _row(term, numbers), "value")
    but = numbers.bound[index[2]] if len(index) > 2 else None
    places = [k for k in range(numbers.classes) if k != but]
    shown = [_row(term, numbers.at(letter, k)) for k in places]
    if len(places) > MOST_WRITTEN:
        shown = [*shown[:2], "<mo>\u22ef</mo>", shown[-1]]
    inside = "<mo>+</mo>".join(shown)
    if not alone:
        inside = f"<mo>(</mo>{inside}<mo>)</mo>"
    return _Piece(f"<mrow>{inside}</mrow>", "value")


def _end_of_term(nodes: Nodes, place: int) -> int:
    """Where the term of a sum ends: at a sign outside brackets, or a relation."""
    depth = 0
    for end in range(place, len(nodes)):
        kind = _kind(nodes[end])
        depth += (kind == "open") - (kind == "close")
        signed = kind == "op" and end > place and depth == 0
        if depth < 0 or kind == "rel" or signed:
            return end
    return len(nodes)


def _kind(node: Node) -> str:
    if isinstance(node, Script):
        if _is_sum(node):
            return "prefix"
        return _kind(node.base)
    if isinstance(node, Leaf) and node.kind in ("op", "rel", "open", "close", "comma"):
        return node.kind
    return "value"


def _is_sum(node: Node) -> bool:
    return isinstance(node, Script) and node.base == Leaf("\u2211", "sum")


def _has_partial(node: Fraction) -> bool:
    return any(leaf == Leaf("\u2202", "prefix") for leaf in node.below)


def _is_operator(node: Fraction) -> bool:
    """d/dx_k with nothing above but the d, or a power of it."""
    return len(node.above) == 1
