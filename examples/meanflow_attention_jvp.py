"""MeanFlow through attention: python examples/meanflow_attention_jvp.py [steps]

MeanFlow (Geng et al. 2025) learns the average velocity u(z, r, t) between two times by

    u(z_t, r, t) = v - (t - r) du/dt,     du/dt along (z, r, t) -> (v, 0, 1)

so its loss needs a JVP through the whole network in every step.  Fused attention
kernels have none, and the usual way out stores the T x T weights; here attention's own
jvp does it in O(T) memory, and its vjp trains the network.  The network is a layer of
attention over the points of a cloud, and the clouds are circles of random radii: a
point has to look at the others to know its circle.
"""

from __future__ import annotations

import sys

import numpy as np

from softjet import attention

POINTS, HEADS, WIDTH, STEPS, BATCH = 32, 4, 16, 400, 32
HIDDEN = HEADS * WIDTH
Weights = dict[str, np.ndarray]


def weights(rng: np.random.Generator) -> Weights:
    shapes = {"a": (4, HIDDEN), "b": (HIDDEN, HIDDEN), "out": (2 * HIDDEN, 2)}
    shapes |= dict.fromkeys("qkv", (HIDDEN, HIDDEN))
    made = {n: rng.standard_normal(s) * s[0] ** -0.5 for n, s in shapes.items()}
    return {n: w.astype(np.float32) for n, w in made.items()}


def heads(x: np.ndarray) -> np.ndarray:
    return x.reshape(*x.shape[:-1], HEADS, WIDTH).swapaxes(-2, -3)


def joined(x: np.ndarray) -> np.ndarray:
    return x.swapaxes(-2, -3).reshape(*x.shape[:-3], x.shape[-2], HIDDEN)


def inputs(z: np.ndarray, r: np.ndarray, t: np.ndarray) -> np.ndarray:
    times = np.stack([t - 0.5, t - r], axis=-1)[:, None]
    return np.concatenate([z, np.broadcast_to(times, (*z.shape[:2], 2))], axis=-1)


def network(
    w: Weights, x: np.ndarray, x_dot: np.ndarray
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """u and its derivative along x_dot: every layer beside its tangent."""
    e, e_dot = x @ w["a"], x_dot @ w["a"]
    g = np.tanh(e)
    g_dot = (1 - g**2) * e_dot
    h = np.tanh(g @ w["b"])
    h_dot = (1 - h**2) * (g_dot @ w["b"])
    primals = tuple(heads(h @ w[n]) for n in "qkv")
    tangents = tuple(heads(h_dot @ w[n]) for n in "qkv")
    o, o_dot = attention.jvp(primals, tangents)
    both = np.concatenate([h, joined(o)], axis=-1)
    both_dot = np.concatenate([h_dot, joined(o_dot)], axis=-1)
    kept = {"x": x, "g": g, "h": h, "both": both}
    return both @ w["out"], both_dot @ w["out"], kept


def gradient(w: Weights, kept: dict[str, np.ndarray], u_bar: np.ndarray) -> Weights:
    """The pullback of u_bar to the weights."""

    def outer(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])

    g, h = kept["g"], kept["h"]
    both_bar = u_bar @ w["out"].T
    _, pullback = attention.vjp(tuple(heads(h @ w[n]) for n in "qkv"))
    bars = [joined(bar) for bar in pullback(heads(both_bar[..., HIDDEN:]))]
    made = {n: outer(h, bar) for n, bar in zip("qkv", bars, strict=True)}
    h_bar = both_bar[..., :HIDDEN]
    h_bar = h_bar + sum(bar @ w[n].T for n, bar in zip("qkv", bars, strict=True))
    h_bar = h_bar * (1 - h**2)
    e_bar = (h_bar @ w["b"].T) * (1 - g**2)
    return made | {
        "a": outer(kept["x"], e_bar),
        "b": outer(g, h_bar),
        "out": outer(kept["both"], u_bar),
    }


def circles(rng: np.random.Generator, count: int) -> np.ndarray:
    angle = rng.uniform(0, 2 * np.pi, (count, POINTS))
    radius = rng.uniform(0.5, 1.5, (count, 1))
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return points.astype(np.float32)


def target(
    rng: np.random.Generator, w: Weights
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """u, what MeanFlow wants it to be, and what the pullback needs."""
    data = circles(rng, BATCH)
    noise = rng.standard_normal(data.shape).astype(np.float32)
    t = rng.uniform(0, 1, BATCH).astype(np.float32)
    r = (t * rng.uniform(0, 1, BATCH) * (rng.random(BATCH) < 0.5)).astype(np.float32)
    r = np.where(rng.random(BATCH) < 0.5, t, r)
    z = (1 - t)[:, None, None] * data + t[:, None, None] * noise
    v = noise - data
    one = np.ones(BATCH, np.float32)
    x_dot = np.concatenate([v, np.ones_like(v)], axis=-1)  # d(t)/dt = d(t - r)/dt = 1
    u, u_dot, kept = network(w, inputs(z, r, t * one), x_dot)
    return u, v - (t - r)[:, None, None] * u_dot, kept


def check(rng: np.random.Generator, w: Weights) -> float:
    """The JVP next to a difference quotient, in float64."""
    wide = {n: x.astype(np.float64) for n, x in w.items()}
    x, x_dot = rng.standard_normal((2, 3, POINTS, 4))
    step = 1e-6
    high, low = (network(wide, x + s * x_dot, x_dot)[0] for s in (step, -step))
    u_dot = network(wide, x, x_dot)[1]
    return float(abs(u_dot - (high - low) / (2 * step)).max() / abs(u_dot).max())


def main(steps: int = STEPS) -> None:
    rng = np.random.default_rng(0)
    w = weights(rng)
    print(f"JVP against a difference quotient: {check(rng, w):.1e}")
    first = {n: np.zeros_like(x) for n, x in w.items()}
    second = {n: np.zeros_like(x) for n, x in w.items()}
    report(rng, w, 0)
    for step in range(1, steps + 1):
        u, wanted, kept = target(rng, w)
        error = u - wanted  # the target is held constant, as MeanFlow has it
        found = gradient(w, kept, (2 / error.size * error).astype(np.float32))
        for n, slope in found.items():  # Adam
            first[n] = 0.9 * first[n] + 0.1 * slope
            second[n] = 0.99 * second[n] + 0.01 * slope**2
            scale = np.sqrt(second[n] / (1 - 0.99**step)) + 1e-8
            w[n] = w[n] - np.float32(3e-3) * first[n] / (1 - 0.9**step) / scale
        if step % (steps // 4) == 0:
            report(rng, w, step)


def report(rng: np.random.Generator, w: Weights, step: int) -> None:
    """Clouds drawn in one step: the points of a circle have one radius."""
    noise = rng.standard_normal((200, POINTS, 2)).astype(np.float32)
    x = inputs(noise, np.zeros(200, np.float32), np.ones(200, np.float32))
    radii = np.linalg.norm(noise - network(w, x, 0 * x)[0], axis=-1)
    spread = radii.std(axis=-1).mean()
    print(f"step {step:4}  radius {radii.mean():.2f}, spread in a cloud {spread:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
