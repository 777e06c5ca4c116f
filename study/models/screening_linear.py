"""Logistic regression on user aggregates, for question `who`."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.models.base import Report, Scores
from study.models.linear import Linear, Settings, refuse_one_class, scaler
from study.models.user_rows import query_rows, training_rows
from study.params.budget import Caps
from study.params.roster import AggregateEntry

RANKS = "users"
TOLERANCE = 1e-8
"""Of Newton's method, which needs some ten steps: stopped earlier, machines would differ in whom they rank first."""


class ScreeningLinear(Linear):
    """The log-odds that a user takes the key action, learned from all eligible users of all training cut-offs."""

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """See `Recommender`; it converges in one round whatever it is allowed."""
        rows = training_rows(fold, self.windows)
        refuse_one_class(rows.relevant)
        self.fitted = scaler(rows.features)
        limit = self.settings.max_iterations
        model = LogisticRegression(C=self.settings.c, solver="newton-cholesky", max_iter=limit, tol=TOLERANCE)
        model.fit(self._inputs(rows.features).astype(np.float64), rows.relevant)
        self.fitted["weights"] = model.coef_[0].astype(np.float32)
        self.fitted["bias"] = model.intercept_.astype(np.float32)
        report(self, 1)

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        logits = self._inputs(query_rows(queries)) @ self.fitted["weights"] + self.fitted["bias"]
        return np.repeat(logits.astype(np.float32)[:, None], len(candidates), axis=1)


def build(entry: AggregateEntry, settings: Settings, budget: Caps) -> ScreeningLinear:
    """The variant of a roster entry, whose loss is `bce`."""
    return ScreeningLinear(settings, entry.windows)


__all__ = ["ScreeningLinear", "Settings", "build"]
