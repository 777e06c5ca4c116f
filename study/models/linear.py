"""Logistic regression on aggregates."""

import warnings
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.features.training_rows import kept_rows
from study.models.base import Recommender, Report, Scores
from study.models.scoring_blocks import scoring_blocks
from study.params.base import Frozen
from study.params.budget import Caps
from study.params.roster import AggregateEntry
from study.params.tuned import Range

RANKS = "candidates"
FITTED = "fitted.safetensors"
TOLERANCE = 1e-4
CONSTANT = 1e-6
"""A feature that varies less than this is constant up to rounding."""
Floats = NDArray[np.float32]


class Settings(Frozen):
    """`c` is scikit-learn's inverse strength of the L2 penalty."""

    c: Annotated[float, Range(1e-5, 10, log=True)] = 0.05
    max_iterations: int = 150


class Linear(Recommender):
    """A `Recommender` with one round: the probability that a candidate is acted on.

    Features enter as log(1 + x / the mean positive x), so that shares and counts bend alike, standardised; one that
    cannot be measured enters as its mean, with an indicator.
    """

    def __init__(self, settings: Settings, windows: int | None) -> None:
        self.settings, self.windows = settings, windows
        self.fitted: dict[str, Floats] = {}

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """See `Recommender`; it converges, or stops after `max_iterations`, in one round whatever it is allowed."""
        rows = kept_rows(fold, seed, self.windows)
        refuse_one_class(rows.relevant)
        self.fitted = scaler(rows.features)
        model = LogisticRegression(C=self.settings.c, max_iter=self.settings.max_iterations, tol=TOLERANCE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # to stop at the limit is part of the definition
            model.fit(self._inputs(rows.features), rows.relevant, sample_weight=rows.weights / rows.weights.mean())
        self.fitted["weights"] = model.coef_[0].astype(np.float32)
        self.fitted["bias"] = model.intercept_.astype(np.float32)
        report(self, 1)

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`; any candidate of the catalogue has aggregates, so all are known."""
        result = np.empty((len(queries.users), len(candidates)), dtype=np.float32)
        for rows, features in scoring_blocks(queries, candidates):
            logits = self._inputs(features) @ self.fitted["weights"] + self.fitted["bias"]
            result[rows] = logits.reshape(-1, len(candidates))
        return result

    def parameters(self) -> int:
        """See `Recommender`."""
        return sum(array.size for array in self.fitted.values())

    def save(self, folder: Path) -> None:
        """See `Recommender`."""
        save_file(self.fitted, folder / FITTED)

    def load(self, folder: Path) -> Self:
        """See `Recommender`."""
        self.fitted = load_file(folder / FITTED)
        return self

    def _inputs(self, features: Floats) -> Floats:
        """Standardised features, then the indicators of those that have some missing values; float32."""
        scaled = (np.log1p(features / self.fitted["unit"]) - self.fitted["mean"]) / self.fitted["scale"]
        missing = np.isnan(features[:, self.fitted["gaps"].astype(np.int64)])
        return np.hstack([np.nan_to_num(scaled, copy=False), missing])


def refuse_one_class(relevant: NDArray[np.bool_]) -> None:
    """Regression has nothing to tell apart where all rows, or none, are relevant.

    Args:
        relevant: of each training row, bool [N].

    Raises:
        FloatingPointError: so it is.
    """
    if relevant.all() or not relevant.any():
        raise FloatingPointError("there is nothing to learn: the training rows are all relevant, or none is")


def scaler(features: Floats) -> dict[str, Floats]:
    """What is fitted before the weights.

    Args:
        features: of N training rows, NaN where one cannot be measured, float32 [N, F].

    Returns:
        `unit` (the mean positive value), `mean` and `scale` (of the logarithms, the standard deviation) of each feature
        where it can be measured, float32 [F] each, and `gaps`: the columns that sometimes cannot be, float32 [G].
    """
    typical = _moments(features, features > 0)[0]
    unit: Floats = np.where(typical > 0, typical, 1).astype(np.float32)
    present = ~np.isnan(features)
    mean, scale = _moments(np.log1p(features / unit), present)
    return {
        "unit": unit,
        "mean": mean.astype(np.float32),
        "scale": np.where(scale > CONSTANT, scale, 1).astype(np.float32),
        "gaps": np.flatnonzero(~present.all(axis=0)).astype(np.float32),
    }


def _moments(values: Floats, counted: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of each column over the cells that count; 0 where there are none."""
    count = np.maximum(counted.sum(axis=0), 1)
    mean = values.sum(axis=0, where=counted, dtype=np.float64) / count
    squares = np.square(values - mean.astype(np.float32))
    return mean, np.sqrt(squares.sum(axis=0, where=counted, dtype=np.float64) / count)


def build(entry: AggregateEntry, settings: Settings, budget: Caps) -> Linear:
    """The variant of a roster entry, whose loss is `bce`."""
    return Linear(settings, entry.windows)
