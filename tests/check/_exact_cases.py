"""Rows, seeds and comparisons for the oracle's tests, and the textbook's formulas."""

import itertools

from mpmath import mp, mpf

from softjet.check import oracle

ENTRIES = ("sigmoid", "log_sigmoid", "softplus", "binary_cross_entropy")
NUMBERS = ("logsumexp", "cross_entropy", "kl_divergence", "entropy")
SINKS = ("logsumexp", "softmax", "log_softmax")
X = [0.3, -1.7, 2.9, -0.05, 2.9]
LONG = [0.1, -40.3, -93.7, -0.4]
A = [0.7, -1.1, 0.25, 3.3, -0.6]
B = [-0.4, 2.2, 1.3, 0.15, -5.1]
Q = [-2.1, 0.4, 1.9, 0.6, -0.2]
T = [0.1, 0.2, 0.4, 0.05, 0.25]


def arguments(name, x=X, a=A, b=B, q=Q, t=T):
    """x, x_dot, y_bar and what is given, in the shapes that the function takes."""
    n = len(x)
    a, b, q, t = a[:n], b[:n], q[:n], t[:n]
    given = [t] if "cross" in name else []
    if name == "kl_divergence":
        return (x, q), (a, b), 1.7, given
    return x, a, (1.7 if name in NUMBERS else b), given


def flat(result):
    """Any result as one list of numbers."""
    if isinstance(result, (list, tuple)):
        return list(itertools.chain.from_iterable(flat(part) for part in result))
    return [result]


def moved(x, x_dot, h):
    if isinstance(x, tuple):
        return tuple(moved(p, d, h) for p, d in zip(x, x_dot, strict=True))
    return [p + h * d for p, d in zip(x, x_dot, strict=True)]


def difference(function, x, x_dot):
    """Central difference at 250 digits: its own error is about h^2 = 1e-80."""
    with mp.workdps(250):
        h = mpf(10) ** -40
        above, below = (flat(function(moved(x, x_dot, s))) for s in (h, -h))
        return [(p - q) / (2 * h) for p, q in zip(above, below, strict=True)]


def near(got, want, digits):
    got, want = flat(got), flat(want)
    assert len(got) == len(want)
    with mp.workdps(400):
        for p, q in zip(got, want, strict=True):
            assert p == q or abs(p - q) <= abs(q) * mpf(10) ** -digits


def inner(left, right):
    with mp.workdps(max(mp.dps, 300)):
        pairs = zip(flat(left), flat(right), strict=True)
        return mp.fsum(mpf(p) * mpf(q) for p, q in pairs)


def units(x):
    """The unit tangents of x, in its shape."""
    n = len(flat(x))
    for j in range(n):
        unit = [float(i == j) for i in range(n)]
        half = n // 2
        yield (unit[:half], unit[half:]) if isinstance(x, tuple) else unit


def four(name, x, a, b, given, **options):
    return (
        oracle.value(name, x, *given, **options),
        oracle.pushforward(name, x, a, *given, **options),
        oracle.pullback(name, x, b, *given, **options),
        oracle.curvature(name, x, a, b, *given, **options),
    )


def definition(name, x, given, temperature=1.0, sink=None):
    """The value as its definition reads, in whatever precision is set."""
    if name == "kl_divergence":
        p, q = (definition("softmax", row, [], temperature) for row in x)
        return mp.fsum(u * mp.log(u / v) for u, v in zip(p, q, strict=True))
    z = [mpf(v) / mpf(temperature) for v in x]
    mass = mp.fsum([*map(mp.exp, z), *([] if sink is None else [mp.exp(sink)])])
    y, s = [mp.exp(v) / mass for v in z], [1 / (1 + mp.exp(-v)) for v in z]
    t = given[0] if given else y
    return {
        "logsumexp": lambda: mp.log(mass),
        "softmax": lambda: y,
        "log_softmax": lambda: [mp.log(v) for v in y],
        "sigmoid": lambda: s,
        "log_sigmoid": lambda: [mp.log(v) for v in s],
        "softplus": lambda: [mp.log(1 + mp.exp(v)) for v in z],
        "cross_entropy": lambda: -inner(t, [mp.log(v) for v in y]),
        "entropy": lambda: -inner(y, [mp.log(v) for v in y]),
        "binary_cross_entropy": lambda: [
            -w * mp.log(v) - (1 - mpf(w)) * mp.log(1 - v)
            for w, v in zip(t, s, strict=True)
        ],
    }[name]()


def textbook(name, x, a, b):
    """The formulas as a book prints them, at 4000 digits: no small part is lost."""
    x, a = [mpf(v) for v in x], [mpf(v) for v in a]
    powers = [mp.exp(v) for v in x]
    y = [p / mp.fsum(powers) for p in powers]
    log_y = [mp.log(p) for p in y]
    y_dot = [p * (v - inner(y, a)) for p, v in zip(y, a, strict=True)]
    if name == "softmax":
        pulled = [p * (v - inner(y, b)) for p, v in zip(y, b, strict=True)]
        turned = [
            d * (v - inner(y, b)) - p * inner(y_dot, b)
            for p, d, v in zip(y, y_dot, b, strict=True)
        ]
        return y, y_dot, pulled, turned
    if name == "log_softmax":
        pushed = [d / p for p, d in zip(y, y_dot, strict=True)]
        pulled = [v - p * mp.fsum(b) for p, v in zip(y, b, strict=True)]
        return log_y, pushed, pulled, [-d * mp.fsum(b) for d in y_dot]
    slopes = [-p * (v - inner(y, log_y)) for p, v in zip(y, log_y, strict=True)]
    moved_mean = inner(y_dot, log_y)
    turned = [
        -d * (v - inner(y, log_y)) - p * (d / p - moved_mean)
        for p, d, v in zip(y, y_dot, log_y, strict=True)
    ]
    return (
        -inner(y, log_y),
        inner(slopes, a),
        [b * v for v in slopes],
        [b * v for v in turned],
    )
