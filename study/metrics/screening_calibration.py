"""Scores to probabilities: Platt's method, fitted on select and applied to test.

The calibrator reads how many standard deviations a score lies above the mean of its cut-off. A pairwise or listwise
loss leaves the level of a cut-off undetermined, and every seed sets its own: this makes all losses and seeds alike,
and needs no label, since all users of a cut-off are scored at once. What a model knows of the level of one week is
lost by it; the probabilities have the base rate of select.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
STEPS = 100
CONVERGED = 1e-10


@dataclass(frozen=True)
class Platt:
    """The probability of a standardised score is the logistic function of `slope` * score + `intercept`."""

    slope: float
    intercept: float

    def probabilities(self, standardised: Floats) -> Floats:
        """Of standardised scores, float64 like them."""
        return np.asarray(expit(self.slope * standardised + self.intercept), dtype=np.float64)


def fit_platt(standardised: Floats, labels: NDArray[np.bool_]) -> Platt:
    """Logistic regression on one number (Platt, 1999), with his targets just inside 0 and 1, by Newton's method.

    Args:
        standardised: scores of select, [U].
        labels: whether the user took the key action, bool [U].
    """
    positives = int(labels.sum())
    negatives = len(labels) - positives
    target = np.where(labels, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    inputs = np.column_stack([standardised, np.ones(len(labels))])
    weights = np.array([0.0, np.log((positives + 1) / (negatives + 1))])
    for _ in range(STEPS):
        probability = expit(inputs @ weights)
        gradient = inputs.T @ (probability - target)
        curvature = (inputs * (probability * (1 - probability))[:, None]).T @ inputs
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        weights = weights - step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < CONVERGED:
            break
    return Platt(float(weights[0]), float(weights[1]))


def standardised(table: pl.DataFrame) -> Floats:
    """Each score in standard deviations from the mean of its variant, seed and cut-off; 0 where all are equal.

    Args:
        table: `variant`, `seed`, `cutoff` and `score`, sorted so that each of their groups stands together.

    Returns:
        float64 [rows].
    """
    score = table["score"].to_numpy().astype(np.float64)
    group = table.select(pl.struct("variant", "seed", "cutoff").rle_id()).to_series().to_numpy().astype(np.int64)
    sizes = np.bincount(group)
    centred = score - (np.bincount(group, weights=score) / sizes)[group]
    spread = np.sqrt(np.bincount(group, weights=centred**2) / sizes)[group]
    return np.asarray(np.where(spread > 0, centred / np.where(spread > 0, spread, 1), 0.0))


def calibrated(scores: pl.DataFrame, select: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, Platt]]:
    """The scores with a column `probability`, and the calibrator of each variant.

    Args:
        scores: `variant`, `seed`, `user_id`, `cutoff`, `score`, `label` of test.
        select: `variant`, `user_id`, `cutoff`, `score`, `label`: what the chosen trial scored on select, before the
            refit. Nothing of test is read to fit.
    """
    order = ["variant", "seed", "cutoff", "user_id"]
    known = select.with_columns(pl.lit(0).alias("seed")).sort(order)
    known = known.with_columns(pl.Series("standardised", standardised(known)))
    fits = {
        str(part["variant"][0]): fit_platt(part["standardised"].to_numpy(), part["label"].to_numpy())
        for part in known.partition_by("variant", maintain_order=True)
    }
    first = {name: place for place, name in enumerate(scores["variant"].unique(maintain_order=True).to_list())}
    parts = []
    for part in scores.sort(order).partition_by("variant", maintain_order=True):
        values = fits[str(part["variant"][0])].probabilities(standardised(part))
        parts.append(part.with_columns(pl.Series("probability", values)))
    parts.sort(key=lambda part: first[part["variant"][0]])
    return pl.concat(parts), fits
