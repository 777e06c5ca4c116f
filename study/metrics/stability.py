"""Do two snapshots rank the variants alike? Kendall's tau-b, with an interval over users and seeds."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from study.metrics.bootstrap import CHUNK
from study.metrics.pairing import HERE, THERE, draws_apart

Floats = NDArray[np.float64]


def stability(
    here: pl.DataFrame, there: pl.DataFrame, metric: str, *, resamples: int, seed: int, alpha: float
) -> dict[str, Any]:
    """Tau-b between the two leaderboards of the variants that both snapshots have, with an interval.

    A user who is drawn brings the queries of both snapshots; the seeds of a variant are drawn apart on each. Resampling
    adds noise to estimates that have some, and noise makes rankings disagree: resampled values lie below the estimate,
    and their percentiles may leave it out. So the interval is the estimate plus and minus the normal quantile times
    the standard deviation of the resampled values, cut at -1 and 1. None where fewer than two variants are common, or
    all have one value.

    Args:
        here, there: `variant`, `seed`, `user_id` and the metric of every query of this and of the other snapshot.
        alpha: one minus the level of the interval.
    """
    variants = sorted(set(here["variant"]) & set(there["variant"]))
    told: dict[str, Any] = {"variants": variants, "estimate": None, "low": None, "high": None}
    if len(variants) < 2:
        return told
    common = [side.filter(pl.col("variant").is_in(variants)) for side in (here, there)]
    users = pl.concat([side.select("user_id") for side in common]).unique()
    left, right = (
        draws_apart(side, users, metric, label, resamples=resamples, seed=seed)
        for side, label in zip(common, (HERE, THERE), strict=True)
    )
    estimate = float(tau_b(left.estimates[None], right.estimates[None])[0])
    if np.isnan(estimate):
        return told
    drawn = tau_b(left.values, right.values)
    reach = float(ndtri(1 - alpha / 2) * drawn[~np.isnan(drawn)].std())
    return told | {"estimate": estimate, "low": max(-1.0, estimate - reach), "high": min(1.0, estimate + reach)}


def tau_b(left: Floats, right: Floats) -> Floats:
    """Kendall's tau-b (1945) of each row, float64 [R], of values [R, V] each; NaN where all of a row are tied."""
    first, second = np.triu_indices(left.shape[1], k=1)
    found = np.empty(len(left))
    for start in range(0, len(left), CHUNK):
        block = slice(start, start + CHUNK)
        a, b = (np.sign(values[block, first] - values[block, second]) for values in (left, right))
        untied = np.sqrt((a != 0).sum(axis=1) * (b != 0).sum(axis=1).astype(np.float64))
        found[block] = (a * b).sum(axis=1) / np.where(untied > 0, untied, np.nan)
    return found
