"""How far attention's answers may be off: its formulas, followed in magnitudes.

docs/design/attention.md derives these lines.  A sum of n terms counts as off by
2 sqrt(n) u times the sum of their magnitudes, where the worst case is n u: roundings do
not conspire (Higham and Mary 2019), and the seeds of these tests are fixed.
"""

from __future__ import annotations

import numpy as np

from fused._attention import BLOCK, Array, Dense, turned


class Bounds:
    """Errors of one call's answers, entry by entry."""

    def __init__(self, dense: Dense) -> None:
        self.d, self.u = dense, dense.inner
        d, width = dense, dense.q.shape[-1]
        self.sizes = abs(d.scale) * abs(d.q) @ turned(abs(d.k)) + abs(d.bias)
        self.e_s = np.where(d.live, self.chain(width + 2) * self.sizes, 0.0)
        self.e_f = (d.p * self.e_s).sum(-1) + 8 * self.u * np.maximum(1, abs(d.f))
        mean = (d.p * self.e_s).sum(-1, keepdims=True)
        # Below the smallest normal number a weight has lost digits, or all of them.
        tiny = 2.0**-126 if self.u > 2.0**-50 else 2.0**-1022
        self.e_p = np.where(d.live, d.p * (self.e_s + mean + 8 * self.u) + tiny, 0.0)
        self.o = (
            self.e_p @ abs(d.v) + self.chain(BLOCK) * (d.p @ abs(d.v))
        ) + self.last(d.o)

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
        top = self.d.p > 0.5
        others = np.where(top, 0.0, e).sum(-1, keepdims=True)
        return np.where(top, others, e)

    def push(self) -> Array:
        d = self.d
        q_dot, k_dot, v_dot = (abs(x) for x in d.moved)
        sizes = q_dot @ turned(abs(d.k)) + abs(d.q) @ turned(k_dot)
        e_moved = self.chain(2 * d.q.shape[-1] + 2) * sizes * abs(d.scale)
        e_moved = np.where(d.live, e_moved, 0.0)
        moved = np.where(d.live, d.s_dot, 0.0)
        mean = (d.p * moved).sum(-1, keepdims=True)
        top = np.argmax(np.where(d.live, d.s, -np.inf), -1)[..., None]
        g = abs(moved - np.take_along_axis(moved, top, -1))  # as the blocks centre it
        h = np.where(d.live, abs(moved - mean), 0.0)
        off = e_moved + (d.p * e_moved + self.e_p * h).sum(-1, keepdims=True)
        self.h, e_h = h, off + 4 * self.u * g
        self.e_p_dot = self.sure(self.e_p * h + d.p * e_h)
        chained = d.p * (g + (d.p * g).sum(-1, keepdims=True))
        self.o_dot = self.e_p_dot @ abs(d.v) + self.e_p @ v_dot
        self.o_dot += self.chain(2 * BLOCK) * (chained @ abs(d.v) + d.p @ v_dot)
        self.o_dot += self.last(d.o_dot)
        return self.o_dot

    def pull(self) -> tuple[Array, Array, Array]:
        d = self.d
        bar, values = abs(d.bar), d.v.shape[-1]
        inner = (d.p * np.where(d.live, d.dp, 0)).sum(-1, keepdims=True)
        self.a = np.where(d.live, abs(d.dp - inner), 0.0)
        e_inner = (bar * self.o).sum(-1, keepdims=True)
        self.e_a = self.chain(values) * (bar @ turned(abs(d.v))) + e_inner
        self.e_a += 4 * self.u * (abs(d.dp) + abs(inner))
        self.e_ds = self.sure(self.e_p * self.a + d.p * self.e_a)
        q = self.e_ds @ abs(d.k) + self.chain(BLOCK) * (abs(d.ds) @ abs(d.k))
        k = turned(self.e_ds) @ abs(d.q) + self.chain(BLOCK) * (
            turned(abs(d.ds)) @ abs(d.q)
        )
        v = turned(self.e_p) @ bar + self.chain(BLOCK) * (turned(d.p) @ bar)
        scale = abs(d.scale)
        return self.three((q * scale, k * scale, v), d.pull())

    def bend(self) -> tuple[Array, Array, Array]:
        d = self.d
        self.push(), self.pull()
        q_dot, k_dot, v_dot = (abs(x) for x in d.moved)
        bar = abs(d.bar)
        mean = (d.p * np.where(d.live, d.dp_dot, 0.0)).sum(-1, keepdims=True)
        mean += (d.p_dot * np.where(d.live, d.dp, 0.0)).sum(-1, keepdims=True)
        b = np.where(d.live, abs(d.dp_dot - mean), 0.0)
        e_b = self.chain(d.v.shape[-1]) * (bar @ turned(v_dot))
        e_b += (bar * self.o_dot).sum(-1, keepdims=True)
        e_b += 4 * self.u * (abs(d.dp_dot) + abs(mean))
        e = self.e_p_dot * self.a + abs(d.p_dot) * self.e_a + self.e_p * b + d.p * e_b
        terms = d.p * (self.h * self.a + b)
        e = self.sure(e + 4 * self.u * terms)
        chain = self.chain(2 * BLOCK)
        q = e @ abs(d.k) + self.e_ds @ k_dot
        q += chain * (abs(d.ds_dot) @ abs(d.k) + abs(d.ds) @ k_dot)
        k = turned(e) @ abs(d.q) + turned(self.e_ds) @ q_dot
        k += chain * (turned(abs(d.ds_dot)) @ abs(d.q) + turned(abs(d.ds)) @ q_dot)
        v = turned(self.e_p_dot) @ bar + chain * (turned(abs(d.p_dot)) @ bar)
        scale = abs(d.scale)
        return self.three((q * scale, k * scale, v), d.bend())

    def three(
        self, errors: tuple[Array, Array, Array], exact: tuple[Array, ...]
    ) -> tuple[Array, Array, Array]:
        q, k, v = self.d._three(*errors)
        return q + self.last(exact[0]), k + self.last(exact[1]), v + self.last(exact[2])


def share(ours: Array, exact: Array, bound: Array) -> float:
    """The largest error as a share of its bound."""
    error = abs(ours.astype(np.float64) - exact)
    error = np.where(ours == exact, 0.0, error)
    return float(np.max(error / np.maximum(bound, 5e-324), initial=0.0))
