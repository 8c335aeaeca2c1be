"""Every drawing of the gallery: a few lines of a user's program each.

`softjet draw NAME` runs one, docs/gallery.md shows its lines beside its picture, and
the tests run them all.  The docstring is the caption; the default of `logits` is what
`--logits` replaces.  What only some need is imported in them: a picture of a row takes
no classifier's libraries.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

import softjet as sj
from softjet import draw


def softmax_curves(logits: Any = (2.0, 1.0, 0.0, -1.0)) -> Any:
    """As one logit rises its probability is a sigmoid; the others share the rest."""
    return draw.softmax_curves(logits, moving=0)


def softmax_surfaces_2() -> Any:
    """Two classes: only the difference of the logits counts, so all is one ridge."""
    return draw.softmax_surfaces()


def softmax_surfaces_3() -> Any:
    """Three classes, the third logit held at 0: where both are low, the third wins."""
    return draw.softmax_surfaces([0.0])


def gaussians_1() -> Any:
    """Gaussian classes of one variance have a softmax for their posterior."""
    return draw.gaussians([-2.0, 0.5, 2.0], 0.6, [0.3, 0.4, 0.3])


def gaussians_2() -> Any:
    """With one covariance the borders between classes are straight."""
    means = [[-1.5, -1.0], [1.6, -0.8], [0.1, 1.7]]
    return draw.gaussians(means, [[1.0, 0.3], [0.3, 0.8]], [0.3, 0.4, 0.3])


def input_space_3() -> Any:
    """Three logits less their mean fill a plane; six orders of them, three winners."""
    return draw.input_space_3()


def input_space_4() -> Any:
    """Four logits fill space: each class is sure of its own corner of a tetrahedron."""
    return draw.input_space_4()


def input_space_5() -> Any:
    """Five logits, cut across the last one: it grows from the middle as it rises."""
    return draw.input_space_5([0.0, 2.0, 3.0])


def jacobian(logits: Any = (2.0, 1.0, 0.5, -0.5, -1.5)) -> Any:
    """Rows and columns sum to 0 but for rounding; eigenvalues lie between the y."""
    return draw.jacobian(logits)


def jacobian_parts(logits: Any = (2.0, 1.0, 0.5, -0.5, -1.5)) -> Any:
    """The Jacobian as two matrices: the diagonal of y, less the products y_i y_j."""
    return draw.jacobian_parts(logits)


def simplex(logits: Any = (0.2, 1.0, 0.1)) -> Any:
    """Three probabilities with a sum of 1 are a point of a triangle."""
    return draw.simplex(logits)


def simplex_entropy() -> Any:
    """Entropy is largest, log 3, where all are equal, and 0 in the corners."""
    return draw.simplex_contours("entropy")


def simplex_loss() -> Any:
    """Log loss reads the label's probability alone: its lines are straight."""
    return draw.simplex_contours("loss", label=2)


def simplex_squared_error() -> Any:
    """Squared error is the distance from the label's corner, and never above 1."""
    return draw.simplex_contours("squared error", label=2)


def simplex_fields() -> Any:
    """Descent of the log loss: the step of the logits, and what becomes of it."""
    return draw.simplex_fields(label=2)


def push_and_pull(logits: Any = (0.6, -0.5, 0.1)) -> Any:
    """A tangent goes forth, a cotangent comes back; both ways give one number."""
    return draw.push_and_pull(logits, x_dot=[-0.9, 1.2, 0.4], y_bar=[-0.3, 0.7, -0.4])


def loss_curves() -> Any:
    """Sure and wrong, far left: log loss pulls with all its force, the other not."""
    return draw.loss_curves()


def temperature(logits: Any = (2.0, 1.5, 0.5, -1.0), at: float = 1.0) -> Any:
    """From one-hot to uniform; the entropy rises from 0 to log K."""
    return draw.temperature(logits, at)


def attention() -> Any:
    """A query's weights are a softmax of its scores; it adds up values with them."""
    rng = np.random.default_rng(3)
    q, k = 1.3 * rng.standard_normal((2, 6, 4))
    turn = np.linspace(0.1, 0.9, 6) * np.pi
    v = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return draw.attention(q, k, v, query=4, causal=True)


def logit_paths(upto: int | None = None, ax: Any = None) -> Any:
    """SGD keeps logits in the plane of sum 0; Adam, which rescales steps, does not."""
    run = trained()
    names = {"SGD": "sgd", "Momentum": "momentum", "Adam": "adam"}
    paths = {shown: run.logits[name] for shown, name in names.items()}
    return draw.logit_paths(paths, run.labels, upto=upto, ax=ax)


def ulps() -> Any:
    """Error of the softmax in float64: textbook formulas lose digits with the range."""
    rng, ranges = np.random.default_rng(0), np.arange(50.0, 701.0, 50.0)
    rows = [r * rng.uniform(-0.5, 0.5, (16, 8)) for r in ranges]
    errors = {
        name: [worst(function, "softmax", some) for some in rows]
        for name, function in softmaxes().items()
    }
    return draw.ulps(
        ranges, errors, bound=3.0, title="Largest error of softmax, float64"
    )


def ulps_log_softmax() -> Any:
    """Error of log_softmax next to 0, for [m, 0]: the textbook's loses every digit."""
    margins = np.arange(0.0, 61.0, 2.0) + 0.137
    rows = [np.array([[margin, 0.0]]) for margin in margins]
    errors = {
        name: [worst(function, "log_softmax", some) for some in rows]
        for name, function in log_softmaxes().items()
    }
    title, x = "Largest error of log_softmax, float64", "margin (nats)"
    return draw.ulps(margins, errors, bound=3.0, title=title, x=x)


def confusion() -> Any:
    """Which digit was taken for which: rows of the test part."""
    from softjet.learn.scores import confusions

    parts, _, logits = digits()
    return draw.confusion(confusions(logits, parts.y_test), list("0123456789"))


def reliability() -> Any:
    """Is a prediction of 80 % right 80 % of the time? The digits' test part."""
    from softjet.learn.scores import bins

    parts, _, logits = digits()
    held = bins(logits, parts.y_test)
    return draw.reliability(held.confidence, held.accuracy, held.count)


def mean_jacobian_of_digits() -> Any:
    """What the model of the digits confuses: its Jacobian, averaged over test rows."""
    from softjet.learn.scores import mean_jacobian

    logits = digits()[2]
    return draw.mean_jacobian(mean_jacobian(logits), list("0123456789"))


def objective_curve() -> Any:
    """The objective of the digits' classifier, iteration by iteration."""
    iterations, objectives, _ = zip(*digits()[1].history_, strict=True)
    return draw.objective_curve(iterations, objectives)


def gap_curve() -> Any:
    """How far, provably, the objective is from its minimum."""
    model = digits()[1]
    iterations, _, gaps = zip(*model.history_, strict=True)
    return draw.gap_curve(iterations, gaps, model.tol * model.objective_)


def weight_images() -> Any:
    """The weights of each digit as an image: what speaks for it, and what against."""
    parts, model, _ = digits()
    scaled = model.coef_ * parts.X_train.std(axis=0)
    return draw.weight_images(scaled, (8, 8), list("0123456789"))


def weight_bars() -> Any:
    """The strongest weights of each class, where features are no pixels."""
    parts, model, _ = digits()
    scaled = model.coef_[:3] * parts.X_train.std(axis=0)
    pixels = [f"pixel {i // 8}, {i % 8}" for i in range(64)]
    return draw.weight_bars(scaled, pixels, list("012"), most_features=6)


@cache
def trained() -> Any:
    """One run of each optimiser: 1000 updates from the same start."""
    from softjet.learn import experiments

    return experiments.logit_paths()


@cache
def digits() -> Any:
    """The digits split, a classifier, and its logits of the test part."""
    from softjet.learn import SoftmaxRegression
    from softjet.learn.data import load, split

    parts = split(load(None, None))
    model = SoftmaxRegression().fit(parts.X_train, parts.y_train)
    return parts, model, model.decision_function(parts.X_test)


def worst(function: Any, name: str, rows: Any) -> float:
    """The largest error of a function over rows, in ulps, against 60 digits."""
    from softjet.check import oracle

    return max(
        oracle.ulps(got, want, "float64")
        for x in rows
        for got, want in zip(function(x), oracle.value(name, x), strict=True)
    )


def softmaxes() -> dict[str, Any]:
    """Ours, the textbook's in NumPy, and SciPy's where it is installed."""

    def textbook(x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max())
        return e / e.sum()

    return {"softjet": sj.softmax, "NumPy textbook": textbook, **scipy("softmax")}


def log_softmaxes() -> dict[str, Any]:
    """Ours, the textbook's in NumPy, and SciPy's where it is installed."""

    def textbook(x: np.ndarray) -> np.ndarray:
        d = x - x.max()
        return d - np.log(np.exp(d).sum())

    found = {"softjet": sj.log_softmax, "NumPy textbook": textbook}
    return {**found, **scipy("log_softmax")}


def scipy(name: str) -> dict[str, Any]:
    """SciPy's function of this name; nothing where SciPy is not installed."""
    if find_spec("scipy") is None:
        return {}
    from scipy import special

    return {"SciPy": getattr(special, name)}
