"""Every refusal of the classifier as its user meets it: the text is the contract."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from softjet import Refusal
from softjet.learn import SoftmaxRegression

X = np.random.default_rng(0).normal(size=(12, 3))
Y = np.arange(12) % 3
T = np.full((12, 3), 1 / 3)
HOLED = np.where(np.arange(36).reshape(12, 3) == 16, np.nan, X)
GAUSSIANS = {"means": np.eye(3, 2), "covariance": np.eye(2), "priors": np.ones(3) / 3}


def fit(*given, y=Y, sample_weight=None, **settings):
    table = given[0] if given else X
    SoftmaxRegression(**settings).fit(table, y, sample_weight)


def batches(second, classes=None):
    model = SoftmaxRegression().partial_fit(X, Y, classes=[0, 1, 2])
    model.partial_fit(X, second, classes=classes)


def gaussians(**change):
    SoftmaxRegression.from_gaussians(**(GAUSSIANS | change))


def temperature(labels):
    model = SoftmaxRegression().fit(X, Y)
    logits = model.decision_function(X)
    model.fit_temperature(X, getattr(logits, labels)(axis=1))


CASES = {
    lambda: fit(C=-1.0): """
C is no positive number [C]
  got   C=-1.0
  want  a number above 0; infinity: no penalty
""",
    lambda: fit(tol=np.inf): """
tol is no positive number [tol]
  got   tol=inf
  want  a finite number above 0
""",
    lambda: fit(tol=1e-20): """
tol is below what float64 can prove [tol-small]
  got   tol=1e-20
  want  tol >= 1e-13
""",
    lambda: fit(max_iter=-1): """
max_iter is no number of steps [max-iter]
  got   max_iter=-1
  want  a whole number, 0 or more
""",
    lambda: fit(solver="sag"): """
no such solver [solver]
  got   solver='sag'
  want  one of 'auto', 'lbfgs', 'newton'
""",
    lambda: fit(memory=4096): """
memory is no number of bytes to work in [memory]
  got   memory=4096
  want  a whole number, 1048576 or more
""",
    lambda: fit(HOLED): """
X contains NaN [features-finite]
  got   NaN at row 5, column 1
  want  finite numbers in every row and column
""",
    lambda: fit(csr_array(HOLED)): """
X contains NaN [features-finite]
  got   NaN at row 5, column 1
  want  finite numbers in every row and column
""",
    lambda: fit(y=np.zeros(12)): """
nothing to tell apart: y holds one class only [one-class]
  got   1 class in 12 rows
  want  at least 2 classes
""",
    lambda: fit(sample_weight=(Y != 1) * 1.0): """
a class has no weight: nothing can be learnt about it [class-weight]
  got   sum of weights 0 in class 1 of 3
  want  a positive sum of weights in every class of y
  try   leave the rows of that class out
""",
    lambda: fit(class_weight={0: -1.0}): """
the weights of the rows are negative, not finite, or too small [weights-range]
  got   weights with a sum of 4
  want  finite weights >= 0 with a sum above 1e-300
""",
    lambda: fit(y=2 * T): """
a row of y is no probabilities [soft-labels]
  got   row 0 with a sum of 2 and a least entry of 0.666667
  want  entries >= 0 with a sum of 1
  try   y / y.sum(axis=1, keepdims=True)
""",
    lambda: fit(y=T - 0.5 * np.eye(12, 3)): """
a row of y is no probabilities [soft-labels]
  got   row 0 with a sum of 0.5 and a least entry of -0.166667
  want  entries >= 0 with a sum of 1
""",
    lambda: fit(y=T[:5]): """
X and y have different numbers of rows [soft-labels-rows]
  got   X with 12 rows, y with 5
  want  one row of probabilities for each row of X
""",
    lambda: fit(y=T, class_weight="fair"): """
no such weighting of classes [class-weight-name]
  got   class_weight='fair'
  want  'balanced', a dict from classes to weights, or None
""",
    lambda: batches(Y + 1): """
a label is none of the classes that were trained [labels-unknown]
  got   another label in row 2
  want  one of the 3 in classes_
""",
    lambda: batches(Y, classes=[0, 1, 2, 3]): """
the classes are not those of the first batch [classes-changed]
  got   4 classes, some of them others
  want  the same 3, or None
""",
    lambda: SoftmaxRegression().partial_fit(X, np.zeros(12)): """
nothing to tell apart: one class only [one-class]
  got   1 class in classes
  want  at least 2 classes
""",
    lambda: gaussians(priors=np.ones(2)): """
means, covariance and priors do not fit together [gaussians-shape]
  got   means (3, 2), covariance (2, 2), priors (2,)
  want  means (classes, features), covariance (features, features), priors (classes,), \
2 classes or more
""",
    lambda: gaussians(priors=np.ones(3)): """
the priors are no probabilities, or a number is not finite [gaussians-priors]
  got   priors with a sum of 3 and a least of 1
  want  finite numbers; priors above 0 with a sum of 1
""",
    lambda: gaussians(covariance=np.array([[1.0, 0.5], [0.0, 1.0]])): """
the covariance is not symmetric [gaussians-symmetric]
  got   an asymmetry of 0.5
  want  a covariance that equals its transpose
""",
    lambda: gaussians(covariance=np.diag([1.0, -0.25])): """
the covariance is not positive definite [gaussians-singular]
  got   a least eigenvalue of -0.25
  want  eigenvalues above 0
  try   add a small multiple of the identity
""",
    lambda: temperature("argmax"): """
every row is classified rightly: no temperature is the likeliest [temperature-zero]
  got   12 rows, none of them wrong
  want  rows that were not trained on, some of them classified wrongly
""",
    lambda: temperature("argmin"): """
the logits say nothing about these labels: no temperature helps [temperature-infinite]
  got   labels whose logits are no higher than the mean of their row
  want  labels the model was trained for
""",
}


@pytest.mark.parametrize("number", range(len(CASES)))
def test_refuses(number):
    call, text = list(CASES.items())[number]
    with pytest.raises(Refusal) as caught:
        call()
    assert str(caught.value) == text.strip()
