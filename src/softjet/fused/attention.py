"""Attention: a softmax of scores that is never stored, and every derivative of it.

    s = scale q k^T + mask,   P = softmax(s),   o = P v
    o_dot = P_dot v + P v_dot,   P_dot = P (s_dot - <P, s_dot>)               jvp
    dS = P (o_bar v^T - <P, o_bar v^T>),
    q_bar = scale dS k,   k_bar = scale dS^T q,   v_bar = P^T o_bar           vjp
    and the derivative of the vjp along tangents                        curvature

Rows of P are merged block by block, and computed again from the logsumexp where a
derivative needs them: memory is O(T) in every mode.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..adapters._arrays import deliver
from ..adapters._function import ModeRefusal, unknown_option
from ..errors import Refusal, TypeRefusal
from . import _attention_modes as modes
from ._attention_call import Call, as_three, read
from ._attention_options import NAME
from ._attention_rows import RowsOf
from ._shown import Shown

Array = np.ndarray
OPTIONS = ("causal", "alignment", "mask", "window", "scale", "sink")
MODES = ("jvp", "vjp", "curvature", "logsumexp", "weights")
ABSENT = {
    "grad": "it does not map to numbers; vjp pulls a cotangent back",
    "value_and_grad": "it does not map to numbers; vjp pulls a cotangent back",
    "hvp": "it does not map to numbers; curvature is the derivative of its vjp",
    "jacobian": "its Jacobian would be a matrix of T_q E_v by T E numbers a head",
    "pullback": "its derivatives cannot be read from its value; vjp takes q, k, v",
    "pushforward": "its derivatives cannot be read from its value; jvp takes q, k, v",
}


class Attention(Shown):
    """softmax(scale q k^T + mask) v, without ever storing the scores.

    s = scale q k^T + mask,   P = softmax(s),   o = P v                     value
    o_dot = P_dot v + P v_dot,   P_dot = P (s_dot - <P, s_dot>)               jvp
    dS = P (o_bar v^T - <P, o_bar v^T>)
    q_bar = scale dS k,   k_bar = scale dS^T q,   v_bar = P^T o_bar           vjp
    and the derivative of these three along tangents                    curvature

    Parameters
    ----------
    q : array (..., H, T_q, E)
    k : array (..., H_kv, T_k, E)
    v : array (..., H_kv, T_k, E_v)
        Leading axes broadcast.  H is a multiple of H_kv: H / H_kv query heads in
        turn share one head of k and v (grouped-query attention).
    causal : bool
        A query sees no key after its own place. Default False.
    alignment : "bottom_right" or "top_left"
        Where queries stand among the keys: the last at the last key, or the first at
        the first.  Must be named where causal or window is used and T_q is not T_k.
    mask : array that broadcasts to (..., H, T_q, T_k)
        Booleans (True takes part), or floats that are added to the scores in the
        dtype of the work; -inf takes a key out.  Held constant.
    window : int, or pair of ints or None
        How many keys a query sees to each side, its own among them: w means the keys
        less than w away; a pair (before, after) counts its own in neither.
    scale : float
        Default 1 / sqrt(E).
    sink : number, or array that broadcasts to (..., H)
        A logit a head that takes part in the softmax with value 0.  Held constant.

    Returns
    -------
    array (..., H, T_q, E_v), dtype of q, k, v (float64 for integers)

    A query that sees no key has o = 0 and derivatives 0.  A key that a query does not
    see is never read, even if NaN; NaN in a row of q spoils that row of o alone.

    Refused
    -------
    Derivatives by an additive mask or a sink, which are held constant; shapes that do
    not fit, integer masks, an alignment that is not named, other options:
    softjet.Refusal, with what came and what was wanted.

    Accuracy
    --------
    float32 (u = 2^-24), C the keys of a block (at most 512), S_ij = scale sum_e
    abs(q_ie k_je), a = <P_i, S_i>:
    abs error of o_ie <= u sum_j P_ij abs(v_je) ((E + 2) (S_ij + a) + C + 10), whatever
    T is; of the logsumexp <= u ((E + 2) a + 2 max(1, abs f)).  Half precision is
    computed in float32 and rounded once, float64 in float64.  The derivatives' bounds,
    and what is measured of them: docs/design/attention.md, tests/fused.

    Source
    ------
    Vaswani et al. (2017); the online merge, Milakov and Gimelshein (2018), Rabe and
    Staats (2021), Dao et al. (2022).  JVP and curvature are derived in
    docs/design/attention.md.

    See also
    --------
    softmax : the weights of scores that one holds

    Examples
    --------
    >>> import numpy as np
    >>> from softjet import attention
    >>> q, k, v = np.random.default_rng(0).standard_normal((3, 1, 2, 5, 4))
    >>> o, pullback = attention.vjp((q, k, v), causal=True)
    >>> q_bar, k_bar, v_bar = pullback(np.ones_like(o))
    >>> bool(np.allclose(v_bar.sum(axis=-2), 5.0))
    True
    >>> o, o_dot = attention.jvp((q, k, v), (None, None, v), causal=True)
    >>> bool(np.allclose(o, o_dot))
    True
    """

    def __init__(self) -> None:
        self.__name__, self.__signature__ = NAME, _signature("q", "k", "v")

    def __repr__(self) -> str:
        return f"<softjet function {NAME}{self.__signature__}>"

    def __reduce__(self) -> tuple:
        return _the_function, ()

    def __getattr__(self, name: str) -> Any:
        if name not in ABSENT:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        raise ModeRefusal(
            "mode-missing",
            f"{NAME} has no {name}: {ABSENT[name]}",
            got=f"{NAME}.{name}",
            want="one of " + ", ".join(MODES),
        )

    def __call__(self, q: Any, k: Any, v: Any, *extra: Any, **options: Any) -> Array:
        _refuse_positional(extra)
        call = _read((q, k, v), options, "")
        return modes.delivered(call, modes.value(call)[0])

    def jvp(self, primals: Any, tangents: Any, **options: Any) -> tuple[Array, Array]:
        """o and its derivative along (q_dot, k_dot, v_dot); None for no tangent."""
        call = _read(as_three(primals, "primals"), options, ".jvp")
        o, o_dot, _, _ = modes.pushed(call, call.tangents(tangents))
        return modes.delivered(call, o), modes.delivered(call, o_dot)

    def vjp(
        self, primals: Any, **options: Any
    ) -> tuple[Array, Callable[[Any], tuple[Array, Array, Array]]]:
        """o, and the pullback: o_bar to (q_bar, k_bar, v_bar)."""
        call = _read(as_three(primals, "primals"), options, ".vjp")
        o, pieces, kept = modes.value(call)

        def pullback(o_bar: Any) -> tuple[Array, Array, Array]:
            return modes.three(
                call, modes.pulled(call, pieces, kept, modes.cotangent(call, o_bar))
            )

        return modes.delivered(call, o), pullback

    def curvature(
        self, primals: Any, tangents: Any, o_bar: Any, **options: Any
    ) -> tuple[Array, Array, Array]:
        """The derivative along the tangents of the pullback of o_bar: three arrays."""
        call = _read(as_three(primals, "primals"), options, ".curvature")
        seeds, bar = call.tangents(tangents), modes.cotangent(call, o_bar)
        _, _, pieces, kept = modes.pushed(call, seeds)
        return modes.three(call, modes.pulled(call, pieces, kept, bar, seeds))

    def logsumexp(self, q: Any, k: Any, **options: Any) -> Array:
        """The logsumexp of every query's scores, (..., H, T_q); a sink counts."""
        call = _read((q, k, None), options, ".logsumexp")
        f = modes.logsumexp(call)
        return deliver(f.reshape(call.lead), call.dtype)

    def weights(self, q: Any, k: Any, *, rows: Any, **options: Any) -> Array:
        """P of the chosen queries, (..., H, rows, T_k), to look at.

        rows are places of queries, such as [0, -1]; all of them would be T_q by T_k
        numbers a head, which is what attention does without.
        """
        call = _read((q, k, None), options, ".weights")
        places = _places(rows, call.queries)
        y = np.zeros((*call.arrays[0].shape[:2], len(places), call.keys))
        with np.errstate(all="ignore"):
            RowsOf(call).weights(y, places)
        return deliver(y.reshape(*call.lead[:-1], *y.shape[2:]), call.dtype)


def _signature(*names: str) -> inspect.Signature:
    kinds = inspect.Parameter
    defaults = {"causal": False}
    return inspect.Signature(
        [kinds(name, kinds.POSITIONAL_OR_KEYWORD) for name in names]
        + [kinds(o, kinds.KEYWORD_ONLY, default=defaults.get(o)) for o in OPTIONS]
    )


def _read(arrays: tuple[Any, Any, Any], options: dict[str, Any], mode: str) -> Call:
    for name in options:
        if name not in OPTIONS:
            raise unknown_option(f"{NAME}{mode}", name, OPTIONS)
    return read(*arrays, **options)


def _refuse_positional(extra: tuple[Any, ...]) -> None:
    if extra:
        raise TypeRefusal(
            "option-positional",
            f"{NAME} takes its options as keywords",
            got=f"{len(extra)} more by position",
            want="q, k, v, then keywords",
        )


def _places(rows: Any, queries: int) -> Array:
    places = np.asarray(rows)
    want = f"whole numbers from {-queries} to {queries - 1}, in one list"
    if places.ndim != 1 or (places.size and places.dtype.kind not in "iu"):
        got = f"rows {places.shape} of dtype {places.dtype}"
        raise Refusal("rows-type", "rows are not places of queries", got=got, want=want)
    places = places.astype(np.int64)
    beyond = (places < -queries) | (places >= queries)
    if beyond.any():
        got = f"place {int(places[beyond][0])}"
        raise Refusal("rows-range", "no such query", got=got, want=want)
    return np.where(places < 0, places + queries, places)


def _the_function() -> Attention:
    return attention


attention = Attention()
