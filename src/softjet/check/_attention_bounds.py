"""How far attention's answers may be off: its formulas, followed in magnitudes.

docs/design/attention.md derives these lines.  A sum of n terms counts as off by
2 sqrt(n) u times the sum of their magnitudes, where the worst case is n u: roundings do
not conspire (Higham and Mary 2019), and what is judged here has fixed seeds.
"""

from __future__ import annotations

import numpy as np

from .attention import BLOCK, Array, Dense, turned


class Bounds:
    """Errors of one call's answers, entry by entry.

    A sink is one more key, whose score, row of k and row of v do not move: it takes no
    part in the products, but a sure key's entry is what it and the others leave.
    """

    def __init__(self, dense: Dense) -> None:
        self.d, self.u = dense, dense.inner
        d, width = dense, dense.q.shape[-1]
        self.sizes = abs(d.scale) * abs(d.q) @ turned(abs(d.k)) + abs(d.bias)
        self.e_s = np.where(d.live, self.chain(width + 2) * self.sizes, 0.0)
        self.keys = d.p.shape[-1]
        self.p = self.beside(d.p, self._sink())
        self.e_f = (d.p * self.e_s).sum(-1) + 8 * self.u * np.maximum(1, abs(d.f))
        mean = (d.p * self.e_s).sum(-1, keepdims=True)
        # Below the smallest normal number a weight has lost digits, or all of them.
        tiny = 2.0**-126 if self.u > 2.0**-50 else 2.0**-1022
        own = self.beside(self.e_s, 0.0) + mean + 8 * self.u
        self.e_p = np.where(self.beside(d.live, True), self.p * own + tiny, 0.0)
        self.o = (
            self.of_keys(self.e_p) @ abs(d.v) + self.chain(BLOCK) * (d.p @ abs(d.v))
        ) + self.last(d.o)

    def _sink(self) -> Array:
        """The weight of the sink."""
        sink = self.d.soft.get("sink", -np.inf)
        with np.errstate(invalid="ignore"):
            return np.exp(
                np.where(sink == -np.inf, -np.inf, sink - self.d.f[..., None])
            )

    def beside(self, of_keys: Array, of_sink: Array) -> Array:
        """Columns of the keys, and where there is a sink one for it."""
        if "sink" not in self.d.soft:
            return of_keys
        column = np.broadcast_to(of_sink, (*of_keys.shape[:-1], 1))
        return np.concatenate([of_keys, column], axis=-1)

    def of_keys(self, columns: Array) -> Array:
        return columns[..., : self.keys]

    def chain(self, n: int) -> float:
        return 2 * self.u * n**0.5

    def last(self, exact: Array) -> Array:
        """The rounding of the answer itself."""
        return 2 * self.d.u * abs(exact)

    def logsumexp(self) -> Array:
        with np.errstate(invalid="ignore"):
            return np.where(self.d.f == -np.inf, 0.0, self.e_f + self.last(self.d.f))

    def sure(self, e: Array) -> Array:
        """An entry of more than half of the weight is minus the sum of the others."""
        top = self.p > 0.5
        others = np.where(top, 0.0, e).sum(-1, keepdims=True)
        return np.where(top, others, e)

    def push(self) -> Array:
        d = self.d
        d.push()
        q_dot, k_dot, v_dot = (abs(x) for x in d.moved)
        sizes = q_dot @ turned(abs(d.k)) + abs(d.q) @ turned(k_dot)
        e_moved = self.chain(2 * d.q.shape[-1] + 2) * sizes * abs(d.scale)
        e_moved = np.where(d.live, e_moved, 0.0)
        moved = np.where(d.live, d.s_dot, 0.0)
        mean = (d.p * moved).sum(-1, keepdims=True)
        top = np.argmax(np.where(d.live, d.s, -np.inf), -1)[..., None]
        first = np.take_along_axis(moved, top, -1)  # as the blocks centre it
        g = abs(moved - first)
        h = self.beside(np.where(d.live, abs(moved - mean), 0.0), abs(mean))
        e_moved = self.beside(e_moved, 0.0)
        off = e_moved + (self.p * e_moved + self.e_p * h).sum(-1, keepdims=True)
        self.h, e_h = h, off + 4 * self.u * self.beside(g, abs(first))
        self.e_p_dot = self.sure(self.e_p * h + self.p * e_h)
        chained = d.p * (g + (d.p * g).sum(-1, keepdims=True))
        self.o_dot = self.of_keys(self.e_p_dot) @ abs(d.v)
        self.o_dot += self.of_keys(self.e_p) @ v_dot
        self.o_dot += self.chain(2 * BLOCK) * (chained @ abs(d.v) + d.p @ v_dot)
        self.o_dot += self.last(d.o_dot)
        return self.o_dot

    def pull(self) -> tuple[Array, Array, Array]:
        d = self.d
        exact = d.pull()
        bar, values = abs(d.bar), d.v.shape[-1]
        inner = (d.p * np.where(d.live, d.dp, 0)).sum(-1, keepdims=True)
        self.a = np.where(d.live, abs(d.dp - inner), 0.0)
        self.a = self.beside(self.a, abs(inner))
        e_inner = (bar * self.o).sum(-1, keepdims=True)
        e_a = self.chain(values) * (bar @ turned(abs(d.v))) + e_inner
        e_a += 4 * self.u * (abs(d.dp) + abs(inner))
        self.e_a = self.beside(e_a, e_inner + 4 * self.u * abs(inner))
        self.e_ds = self.sure(self.e_p * self.a + self.p * self.e_a)
        e_ds, e_p = self.of_keys(self.e_ds), self.of_keys(self.e_p)
        q = e_ds @ abs(d.k) + self.chain(BLOCK) * (abs(d.ds) @ abs(d.k))
        k = turned(e_ds) @ abs(d.q) + self.chain(BLOCK) * (turned(abs(d.ds)) @ abs(d.q))
        v = turned(e_p) @ bar + self.chain(BLOCK) * (turned(d.p) @ bar)
        scale = abs(d.scale)
        return self.three((q * scale, k * scale, v), exact)

    def bend(self) -> tuple[Array, Array, Array]:
        d = self.d
        self.push(), self.pull()
        exact = d.bend()
        q_dot, k_dot, v_dot = (abs(x) for x in d.moved)
        bar = abs(d.bar)
        mean = (d.p * np.where(d.live, d.dp_dot, 0.0)).sum(-1, keepdims=True)
        mean += (d.p_dot * np.where(d.live, d.dp, 0.0)).sum(-1, keepdims=True)
        b = self.beside(np.where(d.live, abs(d.dp_dot - mean), 0.0), abs(mean))
        e_mean = (bar * self.o_dot).sum(-1, keepdims=True)
        e_b = self.chain(d.v.shape[-1]) * (bar @ turned(v_dot)) + e_mean
        e_b += 4 * self.u * (abs(d.dp_dot) + abs(mean))
        e_b = self.beside(e_b, e_mean + 4 * self.u * abs(mean))
        p_dot = self.p * self.h
        e = self.e_p_dot * self.a + p_dot * self.e_a + self.e_p * b + self.p * e_b
        terms = self.p * (self.h * self.a + b)
        e = self.of_keys(self.sure(e + 4 * self.u * terms))
        e_ds, e_p_dot = self.of_keys(self.e_ds), self.of_keys(self.e_p_dot)
        chain = self.chain(2 * BLOCK)
        q = e @ abs(d.k) + e_ds @ k_dot
        q += chain * (abs(d.ds_dot) @ abs(d.k) + abs(d.ds) @ k_dot)
        k = turned(e) @ abs(d.q) + turned(e_ds) @ q_dot
        k += chain * (turned(abs(d.ds_dot)) @ abs(d.q) + turned(abs(d.ds)) @ q_dot)
        v = turned(e_p_dot) @ bar + chain * (turned(abs(d.p_dot)) @ bar)
        scale = abs(d.scale)
        return self.three((q * scale, k * scale, v), exact)

    def three(
        self, errors: tuple[Array, Array, Array], exact: tuple[Array, ...]
    ) -> tuple[Array, Array, Array]:
        q, k, v = self.d._three(*errors)
        return q + self.last(exact[0]), k + self.last(exact[1]), v + self.last(exact[2])
