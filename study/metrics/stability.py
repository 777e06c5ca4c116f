"""Do two snapshots rank the variants alike? Kendall's tau-b, beside what it is between two redraws of one of them."""

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
    contain that one. `low` and `high` are where 1 - alpha of the taus lie between two redraws, of users and seeds, of
    one and the same snapshot, taking both in turn: its order is one, and what they fall short of 1 is noise. None where
    fewer than two variants are common, or all have one value.

    Args:
        here, there: `variant`, `seed`, `user_id` and the metric of every query of this and of the other snapshot.
        alpha: the share of the taus between resamples that lies outside.
    """
    variants = sorted(set(here["variant"]) & set(there["variant"]))
    told: dict[str, Any] = {"variants": variants, "estimate": None, "low": None, "high": None}
    if len(variants) < 2:
        return told
    left, right = (
        draws_apart(common, common.select("user_id").unique(), metric, label, resamples=resamples, seed=seed)
        for common, label in (
            (side.filter(pl.col("variant").is_in(variants)), label) for side, label in ((here, HERE), (there, THERE))
        )
    )
    estimate = float(tau_b(left.estimates[None], right.estimates[None])[0])
    if np.isnan(estimate):
        return told
    redrawn = np.concatenate([_of_one_order(side) for side in (left, right)])
    low, high = np.nanquantile(redrawn, [alpha / 2, 1 - alpha / 2])
    return told | {"estimate": estimate, "low": float(low), "high": float(high)}


def _of_one_order(draws: Draws) -> Floats:
    """Tau-b between each two successive redraws of one snapshot, float64 [R].

    Noise has spread the estimates, so that their order is easier to keep than that of the true values: they are drawn
    together until their variance is that of the estimates less that of the noise, as in a model of random effects.
    What a resample does to all variants alike moves no order.
    """
    noise = draws.values - draws.estimates
    noise = noise - noise.mean(axis=1, keepdims=True)
    apart = draws.estimates - draws.estimates.mean()
    within, total = (noise**2).mean(), (apart**2).sum() / max(len(apart) - 1, 1)
    redrawn = apart * np.sqrt(max(0.0, 1 - within / total)) + noise
    return tau_b(redrawn, np.roll(redrawn, 1, axis=0))


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
