"""A multilayer perceptron from scratch, to be read: rules, chained by their pullbacks.

    X -> affine -> activation -> ... -> affine -> logits,    P = softmax(logits)

Read `_step`: forward through the layers, the loss, backward through the same layers,
and a move of the weights.  chain.py has the two directions, layers/ the formulas,
optimisers.py the moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

import softjet as sj
from softjet.learn import chain, gradients, layers
from softjet.learn.findings import GradientReport
from softjet.learn.importance import ids_among, of_part, of_whole
from softjet.learn.network_settings import check_network_settings, refuse_divergence
from softjet.learn.network_state import restore, state_of
from softjet.learn.optimisers import OPTIMISERS, Optimiser
from softjet.learn.records import Recorder
from softjet.learn.runs.state import State
from softjet.learn.settings import refuse_empty_classes, refuse_not_finite
from softjet.rules import Rule

Array = NDArray[np.float64]
# What stands between the logits and the loss, and the loss.
HEADS: dict[str, tuple[tuple[Rule, ...], Rule]] = {
    "cross_entropy": ((), layers.cross_entropy),
    "squared_error": ((layers.softmax,), layers.squared_error),
}


class Network(ClassifierMixin, BaseEstimator):
    r"""A small neural network whose every derivative can be read and checked.

    minimises  mean_i w_i L(z_i, y_i),   z = affine(... activation(affine(x)))

    Parameters
    ----------
    hidden : tuple of int, default (32,)
        Widths of the hidden layers; () makes softmax regression.
    activation : "relu", "tanh", "softmax" or a Rule, default "relu"
        What follows each hidden affine layer.  A Rule of one's own, of entries or rows,
        is taken as it is; `check_gradients` then says whether it is right.
    loss : "cross_entropy" or "squared_error", default "cross_entropy"
        The second is |softmax(z) - t|^2 / 2 with t the one-hot label.
    optimiser : "adam", "momentum" or "sgd", default "adam"
    learning_rate : float, default 0.01
    batch_size : int or None, default 32
        Rows a step; None: all of them.  Batches are shuffled anew in every epoch.
    epochs : int, default 100
        Times that every row is used; 0 leaves the weights as the seed draws them.
    seed : int, default 0
        Draws the weights, and then the batches.  The weights depend on it and on the
        shapes alone: two networks that differ in loss or optimiser start the same.
    class_weight : dict, "balanced" or None
    record : int, default 0
        Keep logits, loss and weights before every `record`-th update; 0: never.

    Attributes
    ----------
    weights_ : list of (W, b), float64, one pair an affine layer
    classes_ : the labels, sorted
    losses_ : list of float, mean loss of each epoch's batches
    records_ : Records, along the last `fit`
    n_updates_, n_features_in_, feature_names_in_

    Refused
    -------
    Sparse X; NaN or infinite features; one class only; settings that are none; a
    training whose loss stops being a finite number.

    See also
    --------
    SoftmaxRegression : hidden=(), trained to a proven gap instead of by steps.
    sklearn.neural_network.MLPClassifier : for use rather than for reading.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> network = Network(hidden=(8,), activation="tanh").fit(X, y)
    >>> network.score(X, y) > 0.95
    True
    >>> network.check_gradients().ok
    True
    """

    def __init__(
        self,
        hidden: Sequence[int] = (32,),
        activation: str | Rule = "relu",
        loss: str = "cross_entropy",
        optimiser: str = "adam",
        learning_rate: float = 0.01,
        batch_size: int | None = 32,
        epochs: int = 100,
        seed: int = 0,
        class_weight: dict | str | None = None,
        record: int = 0,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.loss = loss
        self.optimiser = optimiser
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.seed = seed
        self.class_weight = class_weight
        self.record = record

    def fit(self, X: ArrayLike, y: ArrayLike) -> Network:
        """Train on X (rows, features) and labels y (rows,), from the seed's start."""
        for _ in self.training(X, y):
            pass
        return self

    def training(
        self, X: ArrayLike, y: ArrayLike, state: State | None = None
    ) -> Iterator[Callable[[], State]]:
        """`fit`, told after each update by what makes a `state` to go on from."""
        check_network_settings(self)
        rows, labels = self._checked(X, y)
        check_classification_targets(labels)
        classes, ids = np.unique(labels, return_inverse=True)
        refuse_empty_classes(np.ones(len(ids)), ids, len(classes))
        self._begin(classes, rows.shape[1])
        importance = of_whole(self.class_weight, classes, ids, labels)
        targets = np.eye(len(classes))[ids]
        recorder = Recorder(self.record)
        if state is not None:
            restore(self, recorder, state)
        while len(self.losses_) < self.epochs:
            for _ in self._epoch(rows, targets, importance, recorder):
                yield lambda: state_of(self, recorder)
        self._look(recorder, rows, targets, importance)
        self.records_ = recorder.records()

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None
    ) -> Network:
        """One epoch more on these rows; the first call names all classes there are."""
        check_network_settings(self)
        first = not hasattr(self, "weights_")
        rows, labels = self._checked(X, y, reset=first)
        check_classification_targets(labels)
        if first:
            known = np.unique(labels if classes is None else np.asarray(classes))
            refuse_empty_classes(np.ones(len(known)), np.arange(len(known)), len(known))
            self._begin(known, rows.shape[1])
        ids = ids_among(self.classes_, labels)
        importance = of_part(self.class_weight, self.classes_, ids)
        targets = np.eye(len(self.classes_))[ids]
        self._start_epoch()  # an epoch that was interrupted is not gone on with
        for _ in self._epoch(rows, targets, importance, Recorder(0)):
            pass
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Logits (rows, classes); for two classes their difference (rows,)."""
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def predict(self, X: ArrayLike) -> NDArray:
        """The most probable label of each row; the first of them on a tie."""
        logits = self._logits(X)
        return self.classes_[np.argmax(logits, axis=1)]

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities (rows, classes), in the order of `classes_`."""
        return sj.softmax(self._logits(X))

    def check_gradients(self, seed: int = 0) -> GradientReport:
        """Judge every layer's derivatives by laws; `report.wrong` names the bad ones.

        pushforward and pullback are held to differences of the value, and to each
        other, within the rounding that the layer's rule admits; then the whole chain.
        The fitted weights are neither used nor changed, only their shapes.
        """
        check_is_fitted(self)
        head, loss = HEADS[self.loss]
        widths = [len(self.weights_[0][0]), *(len(b) for _, b in self.weights_)]
        return gradients.check((*self._layers(), *head), loss, widths, seed)

    def _step(self, X: Array, targets: Array, importance: Array) -> float:
        """One move of the weights against the gradient of these rows' mean loss."""
        head, loss = HEADS[self.loss]
        every = (*self._layers(), *head)
        outputs, kept = chain.forward(every, self._weights(every), X)
        losses, known = loss.value(np, outputs, targets)
        mean = float((importance * losses).mean())
        refuse_divergence(mean, self.n_updates_, self.learning_rate)
        outputs_bar = loss.pullback(np, known, importance / len(X))
        bars = chain.backward(every, kept, outputs_bar)[1]
        moves = self._optimiser.moves([bar for own in bars for bar in own])
        for weight, move in zip(self._flat(), moves, strict=True):
            weight += move
        self.n_updates_ += 1
        return mean

    def _epoch(
        self, X: Array, targets: Array, importance: Array, recorder: Recorder
    ) -> Iterator[None]:
        """Every row once, from `_place` on; told after each update."""
        self._settle_optimiser()
        for rows in self._batches(len(X)):
            if recorder.due(self.n_updates_):
                self._look(recorder, X, targets, importance)
            with np.errstate(over="ignore", invalid="ignore"):  # refused in _step
                mean = self._step(X[rows], targets[rows], importance[rows])
            self._total += mean * len(X[rows])
            self._place += len(X[rows])
            if self._place == len(X):
                self.losses_.append(self._total / len(X))
                self._start_epoch()
            yield

    def _batches(self, count: int) -> Iterator[Any]:
        if self.batch_size is None or self.batch_size >= count:
            yield slice(None)
            return
        order = self._shuffler.permutation(count)
        for start in range(self._place, count, self.batch_size):
            yield order[start : start + self.batch_size]

    def _start_epoch(self) -> None:
        """No row used; the generator that will draw their order is remembered."""
        self._place, self._total = 0, 0.0
        self._order = self._shuffler.bit_generator.state

    def _look(
        self, recorder: Recorder, X: Array, targets: Array, importance: Array
    ) -> None:
        """A snapshot of the rows' loss, which must be finite after the last update."""
        head, loss = HEADS[self.loss]
        with np.errstate(over="ignore", invalid="ignore"):  # refused below
            logits = self._forward(X)
            outputs = chain.forward(head, [()] * len(head), logits)[0]
            mean = float((importance * loss.value(np, outputs, targets)[0]).mean())
        refuse_divergence(mean, self.n_updates_, self.learning_rate)
        recorder.keep(self.n_updates_, mean, logits, self._flat())

    def _layers(self) -> tuple[Rule, ...]:
        """affine, activation, affine, ..., affine: what makes logits."""
        known = self.activation
        activation = known if isinstance(known, Rule) else layers.ACTIVATIONS[known]
        return (layers.affine, activation) * (len(self.weights_) - 1) + (layers.affine,)

    def _weights(self, every: Sequence[Rule]) -> chain.Weights:
        """The weights beside their layers; those of a layer without any are ()."""
        own = iter(self.weights_)
        return [next(own) if layer is layers.affine else () for layer in every]

    def _flat(self) -> list[Array]:
        return [weight for own in self.weights_ for weight in own]

    def _forward(self, X: Array) -> Array:
        every = self._layers()
        return chain.forward(every, self._weights(every), X)[0]

    def _logits(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return self._forward(self._checked(X, reset=False))

    def _begin(self, classes: NDArray, features: int) -> None:
        """The seed's start: weights, order of batches, an optimiser without a past."""
        self.classes_ = classes
        self.weights_ = chain.draw((features, *self.hidden, len(classes)), self.seed)
        self._shuffler = np.random.default_rng((self.seed, 1))
        self._start_epoch()
        self._optimiser: Optimiser = OPTIMISERS[self.optimiser](self.learning_rate)
        self.losses_: list[float] = []
        self.n_updates_ = 0

    def _settle_optimiser(self) -> None:
        """The optimiser that the parameters ask for now; its past stays if it does."""
        kind = OPTIMISERS[self.optimiser]
        if type(self._optimiser) is not kind:
            self._optimiser = kind(self.learning_rate)
        self._optimiser.rate = self.learning_rate

    def _checked(self, X: ArrayLike, *y: ArrayLike, reset: bool = True) -> Any:
        # scikit-learn's own message for holes says neither row nor column.
        checked = validate_data(
            self, X, *y, dtype=np.float64, reset=reset, ensure_all_finite=False
        )
        names = getattr(self, "feature_names_in_", None)
        refuse_not_finite(checked[0] if y else checked, names)
        return checked
