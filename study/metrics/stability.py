"""Do two snapshots rank the variants alike? Kendall's tau-b, with an interval over users and seeds."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.metrics.bootstrap import CHUNK, bootstrap
from study.metrics.verdicts import percentile_interval

Floats = NDArray[np.float64]
HERE, THERE = "here", "there"


def stability(
    here: pl.DataFrame, there: pl.DataFrame, metric: str, *, resamples: int, seed: int, alpha: float
) -> dict[str, Any]:
    """Tau-b between the two leaderboards of the variants that both snapshots have, and its percentile interval.

    A user who is drawn brings the queries of both snapshots, and a seed that is drawn its refits on both. Resampling
    adds noise to estimates that have some, and noise makes rankings disagree, so the interval leans towards less
    agreement than there is. None where fewer than two variants are common, or all have one value.

    Args:
        here, there: `variant`, `seed`, `user_id` and the metric of every query of this and of the other snapshot.
        alpha: one minus the level of the interval.
    """
    runs = (
        here.select("variant", "seed").unique().join(there.select("variant", "seed").unique(), on=["variant", "seed"])
    )
    variants = sorted(runs["variant"].unique())
    told: dict[str, Any] = {"variants": variants, "estimate": None, "low": None, "high": None}
    if len(variants) < 2:
        return told
    keys = ["variant", "seed", "user_id"]
    both = pl.concat(
        [
            frame.select(*keys, pl.col(metric).alias(name)).join(runs, on=["variant", "seed"], how="semi")
            for name, frame in ((HERE, here), (THERE, there))
        ],
        how="diagonal",
    )
    draws = bootstrap(both.sort(keys), [HERE, THERE], resamples=resamples, seed=seed)
    estimate = tau_b(draws[HERE].estimates[None], draws[THERE].estimates[None])
    low, high = percentile_interval(tau_b(draws[HERE].values, draws[THERE].values), alpha)
    found = {"estimate": float(estimate[0]), "low": low, "high": high}
    return told | {name: None if np.isnan(value) else float(value) for name, value in found.items()}


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
