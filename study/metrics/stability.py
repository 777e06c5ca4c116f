"""Do two snapshots rank the variants alike? Kendall's tau-b, beside what noise alone leaves of one order."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.metrics.bootstrap import CHUNK, Draws
from study.metrics.pairing import HERE, THERE, draws_apart

Floats = NDArray[np.float64]


def stability(
    here: pl.DataFrame, there: pl.DataFrame, metric: str, *, resamples: int, seed: int, alpha: float
) -> dict[str, Any]:
    """Tau-b between the two leaderboards of the variants that both snapshots have, and what noise alone leaves of it.

    Noise makes rankings disagree, so that tau lies below that of the true values, and an interval around it would not
    contain that one. `low` and `high` are where 1 - alpha of the taus lie between redraws of the two snapshots about
    one order, that of either in turn: what they fall short of 1 is noise. Users are drawn together for both, so that
    what users of both do to both orders alike parts them no more than it did; seeds are drawn apart. None where fewer
    than two variants are common, or all have one value.

    Args:
        here, there: `variant`, `seed`, `user_id` and the metric of every query of this and of the other snapshot.
        alpha: the share of the taus between resamples that lies outside.
    """
    variants = sorted(set(here["variant"]) & set(there["variant"]))
    told: dict[str, Any] = {"variants": variants, "estimate": None, "low": None, "high": None}
    if len(variants) < 2:
        return told
    sides = [side.filter(pl.col("variant").is_in(variants)) for side in (here, there)]
    users = pl.concat([side.select("user_id") for side in sides]).unique()
    left, right = (
        draws_apart(side, users, metric, label, resamples=resamples, seed=seed)
        for side, label in zip(sides, (HERE, THERE), strict=True)
    )
    estimate = float(tau_b(left.estimates[None], right.estimates[None])[0])
    if np.isnan(estimate):
        return told
    noises = [_noise(side) for side in (left, right)]
    redrawn = np.concatenate(
        [
            tau_b(*(_about_one_order(side, own) + noise for noise in noises))
            for side, own in zip((left, right), noises, strict=True)
        ]
    )
    low, high = np.nanquantile(redrawn, [alpha / 2, 1 - alpha / 2])
    return told | {"estimate": estimate, "low": float(low), "high": float(high)}


def _noise(draws: Draws) -> Floats:
    """How far resamples lie from the estimates, float64 [R, V], less what moves no order since it moves all alike."""
    noise = draws.values - draws.estimates
    centred: Floats = noise - noise.mean(axis=1, keepdims=True)
    return centred


def _about_one_order(draws: Draws, noise: Floats) -> Floats:
    """The estimates drawn together until they and the noise vary as the estimates do, float64 [V].

    Noise has spread the estimates, so that their order is easier to keep than that of the true values: their variance
    is made that of the estimates less that of the noise, as in a model of random effects.
    """
    apart = draws.estimates - draws.estimates.mean()
    within, total = (noise**2).mean(), (apart**2).sum() / max(len(apart) - 1, 1)
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
