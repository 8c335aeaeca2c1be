"""SoftmaxRegression on rows that stay on disk."""

from __future__ import annotations

from typing import Any

from softjet.learn.objective import Objective
from softjet.learn.settings import check_settings
from softjet.learn.solve import solve_from
from softjet.learn.stored.table import StoredTable


def fit_stored(model: Any, table: StoredTable) -> Any:
    """Train `model`, a SoftmaxRegression, on the training rows of `table`.

    Its own `memory` is for rows in memory and has no say here: the table's has.
    """
    check_settings(model)
    rows = table.rows(model.solver, model.class_weight)
    warm = model._warm(table.classes, rows.n_features)
    objective = Objective.over(
        rows,
        C=model.C,
        fit_intercept=model.fit_intercept,
        memory=table.memory(model.solver),
    )
    settings = {"tol": model.tol, "max_iter": model.max_iter, "solver": model.solver}
    solution = solve_from(objective, warm, settings, model._report)
    model.passes_, model.n_features_in_ = dict(objective.passes), rows.n_features
    model._keep(table.classes, solution)
    model._seen = rows.mass * rows.survey.X_square, solution.point.bend, rows.mass
    return model
