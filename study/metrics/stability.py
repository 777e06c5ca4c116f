"""Do two snapshots rank the variants alike? Kendall's tau-b, beside what noise alone leaves of one order."""

from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.metrics.bootstrap import CHUNK, Draws
from study.metrics.pairing import HERE, THERE, draws_apart, draws_of_seeds

Floats = NDArray[np.float64]


def stability(
    here: pl.DataFrame, there: pl.DataFrame, metric: str, *, is_one_log: bool, resamples: int, seed: int, alpha: float
) -> dict[str, Any]:
    """Tau-b between the two leaderboards of the variants that both snapshots have, and what noise alone leaves of it.

    Noise makes rankings disagree, so that tau lies below that of the true values, and an interval around it would not
    contain that one. `low` and `high` are where 1 - alpha of the taus lie between redraws of the two snapshots about
    one order, that of either in turn: what they fall short of 1 is noise. Users are drawn together for both, so that
    what users of both do to both orders alike does not part them, and of two runs on one log not at all; seeds are
    drawn apart. None where fewer than two variants are common, or all have one value.

    Args:
        here, there: `variant`, `seed`, `user_id` and the metric of every query of this and of the other snapshot.
        is_one_log: whether both are runs on the same events, asked the same queries.
        alpha: the share of the taus between resamples that lies outside.
    """
    variants = sorted(set(here["variant"]) & set(there["variant"]))
    told: dict[str, Any] = {"variants": variants, "estimate": None, "low": None, "high": None}
    if len(variants) < 2:
        return told
    sides = [side.filter(pl.col("variant").is_in(variants)) for side in (here, there)]
    users = pl.concat([side.select("user_id") for side in sides]).unique()
    drawn = draws_of_seeds if is_one_log else partial(draws_apart, users=users)
    left, right = (
        drawn(side, metric=metric, label=label, resamples=resamples, seed=seed)
        for side, label in zip(sides, (HERE, THERE), strict=True)
    )
    estimate = float(tau_b(left.estimates[None], right.estimates[None])[0])
    if np.isnan(estimate):
        return told
    half = _parting(left, right)
    orders = [_one_order(side.estimates, half) for side in (left, right)]
    redrawn = np.concatenate([tau_b(order + half, order - half) for order in orders])
    low, high = np.nanquantile(redrawn, [alpha / 2, 1 - alpha / 2])
    return told | {"estimate": estimate, "low": float(low), "high": float(high)}


def _parting(left: Draws, right: Draws) -> Floats:
    """What noise alone puts between two snapshots of one order, half of it to either side, float64 [R, V].

    The noise of both is what they share and what parts them, as the mean of two numbers and half their difference. What
    a resample does to all variants alike moves no order.
    """
    half = (left.values - left.estimates - right.values + right.estimates) / 2
    centred: Floats = half - half.mean(axis=1, keepdims=True)
    return centred


def _one_order(estimates: Floats, half: Floats) -> Floats:
    """The estimates drawn together until they and what parts them vary as the estimates do, float64 [V].

    Noise has spread the estimates, so that their order is easier to keep than that of what both snapshots share: its
    variance is that of the estimates less that of what parts them, as in a model of random effects.
    """
    apart = estimates - estimates.mean()
    within, total = (half**2).mean(), (apart**2).sum() / max(len(apart) - 1, 1)
    shrunk: Floats = apart * np.sqrt(max(0.0, 1 - within / total))
    return shrunk


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
