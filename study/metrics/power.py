"""How much a log could show at all: resolution, ceiling, repetition."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from study.metrics.bootstrap import Draws
from study.metrics.verdicts import ROUNDING
from study.params.statistics import POWER, PRIMARY, PRIMARY_K, Statistics

Row = dict[str, Any]


def detectable_difference(differences: list[NDArray[np.float64]], *, alpha: float) -> float | None:
    """The smallest difference that a two-sided test at alpha finds with 80 % power; None where nothing tells.

    From the normal approximation, with the median bootstrap standard error of the differences, each [resamples]. One
    that is NaN, for want of positives, is left out, and so is one that is the same in all, as of a model with itself.
    """
    known = [one[~np.isnan(one)] for one in differences]
    errors = [one.std(ddof=1) for one in known if len(one) > 1 and np.ptp(one) > ROUNDING]
    return float(np.median(errors) * (ndtri(1 - alpha / 2) + ndtri(POWER))) if errors else None


def power(queries: pl.DataFrame, contrasts: list[Row], board: list[Row], draws: Draws, settings: Statistics) -> Row:
    """Resolution and ceiling of the log, in recall@10, and how much of it is repeated.

    `detectable` is the smallest difference found with 80 % power; `ceiling` the mean share of what is relevant to a
    query that lies outside the catalogue, out of reach at any depth; `perfect` what a faultless ranking of the
    catalogue would reach, which ten places limit too; `counting` and `best` what the variants that are best on select
    reach on test, None where the roster or the contrasts have nothing of the kind; `repeat_share` that of relevant
    candidates.

    Args:
        queries: one row per query, with the counts of its relevant candidates.
        contrasts: with the variants that their sides stand for.
        board: the leaderboard.
        draws: of the primary metric.
    """
    relevant, outside = queries["relevant"].to_numpy().astype(np.float64), queries["outside"].to_numpy()
    return {
        "queries": queries.height,
        "users": queries["user_id"].n_unique(),
        "margin": settings.margin,
        "detectable": _detectable(contrasts, draws, settings.alpha),
        "ceiling": float((outside / relevant).mean()),
        "perfect": float((np.minimum(relevant - outside, PRIMARY_K) / relevant).mean()),
        "counting": _best([row for row in board if row["family"] == "counting"]),
        "best": _best(board),
        "repeat_share": float(queries["repeat"].to_numpy().sum() / relevant.sum()),
    }


def _detectable(contrasts: list[Row], draws: Draws, alpha: float) -> float | None:
    sides = [(row["left_variant"], row["right_variant"]) for row in contrasts]
    return detectable_difference([draws.difference(left, right)[1] for left, right in sides], alpha=alpha)


def _best(board: list[Row]) -> float | None:
    return float(board[0]["estimates"][PRIMARY]["estimate"]) if board else None
