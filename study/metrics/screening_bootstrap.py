"""The bootstrap of question `who`: users, with all their windows, and seeds; ranks anew within each resample.

A drawn user stands in the ranking as often as it was drawn, all copies together. So no resample is sorted: weights
and their running sums along the one sorted order of a run and cut-off give every metric of order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.events.log import Ints
from study.metrics.bootstrap import Draws, SeedWeights, runs_of, user_weights
from study.metrics.screening import (
    AUROC,
    AVERAGE_PRECISION,
    LOG_LOSS,
    ORDER_METRICS,
    PRIMARY,
    SHARES,
    log_losses,
    places_of_each,
    ranking,
    tie_hashes,
)

Floats = NDArray[np.float64]
GRID = 2.0**20
"""Log-losses are rounded to 1 / GRID, so that their sums are exact in float64 in whatever order they are added."""
BOOTSTRAPPED = [*ORDER_METRICS, LOG_LOSS]
LOOKED_AT = 1.5
"""Of the ranking, how many times the share of `PRIMARY` is looked at first: a few more users than are among the top."""


@dataclass(frozen=True)
class Cutoff:
    """The U eligible users of one cut-off, and how each of R runs ranks them.

    Attributes:
        users: which users of the whole study they are, int64 [U].
        label: whether they take the key action, bool [U].
        orders: from first to last, int64 [R, U].
        losses: log-loss of each user, float64 [U, R].
    """

    users: Ints
    label: NDArray[np.bool_]
    orders: Ints
    losses: Floats


def bootstrap(scores: pl.DataFrame, *, resamples: int, seed: int) -> dict[str, Draws]:
    """Paired bootstrap over users and seeds of each metric in `BOOTSTRAPPED`.

    The users are drawn from all that were eligible at some cut-off. In every resample a metric is computed at each
    cut-off from the drawn users, then averaged over the cut-offs, then over the drawn seeds, as in
    `study.metrics.bootstrap`; estimates are the same with every user drawn once. A cut-off of which a resample holds
    no user with, or none without, the key action is left out of that resample's average. The users that a metric is
    measured on are those who act: only of them can one ranking find more than another, of each cut-off one over the
    number of those who act there.

    Args:
        scores: `variant`, `seed`, `user_id`, `cutoff`, `score`, `probability`, `label`, one row per eligible user of
            each cut-off; the same users for each variant and seed. The order of first appearance of the variants is
            kept.
        seed: of the study.

    Raises:
        ValueError: the variants and seeds were not scored on the same users.
    """
    return _bootstrap(scores, BOOTSTRAPPED, _at_cutoff, resamples, seed)


def bootstrap_primary(scores: pl.DataFrame, *, resamples: int, seed: int) -> Draws:
    """The same of `PRIMARY` alone, many times sooner, since only the top of a ranking counts; same bits."""
    return _bootstrap(scores, [PRIMARY], _primary_at_cutoff, resamples, seed)[PRIMARY]


def bootstrap_users(scores: pl.DataFrame, *, resamples: int, seed: int) -> Draws:
    """`PRIMARY` with the same users drawn, but no seeds: each variant has the mean over its own in every resample."""
    return _bootstrap(scores, [PRIMARY], _primary_at_cutoff, resamples, seed, draws_seeds=False)[PRIMARY]


def primary_by_seed(scores: pl.DataFrame) -> dict[str, list[float]]:
    """`PRIMARY` of each seed of each variant, averaged over the cut-offs.

    Args:
        scores: as above.

    Raises:
        ValueError: likewise.
    """
    runs = runs_of(scores)
    users, cutoffs = cutoffs_of(scores, runs)
    found = _resampled(cutoffs, np.ones((1, users)), _primary_at_cutoff)[0, 0]
    table = runs.with_columns(pl.Series("found", found)).group_by("variant", maintain_order=True).agg("found")
    return dict(table.iter_rows())


def _bootstrap(
    scores: pl.DataFrame,
    metrics: Sequence[str],
    at_cutoff: Callable[[Cutoff, Floats], Floats],
    resamples: int,
    seed: int,
    *,
    draws_seeds: bool = True,
) -> dict[str, Draws]:
    runs = runs_of(scores)
    users, cutoffs = cutoffs_of(scores, runs)
    names = runs["variant"].unique(maintain_order=True).to_list()
    sizes = runs["variant"].rle().struct.field("len").to_numpy().astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    seeds = SeedWeights(names, sizes, seed)
    values = np.empty((len(metrics), resamples, len(names)))
    for done, drawn in user_weights(users, resamples, seed):
        block = slice(done, done + len(drawn))
        weights = seeds.draw(len(drawn)) if draws_seeds else np.repeat(1 / sizes, sizes)[None]
        for metric, out in zip(_resampled(cutoffs, drawn, at_cutoff), values, strict=True):
            out[block] = np.add.reduceat(metric * weights, starts, axis=1)
    once = _resampled(cutoffs, np.ones((1, users)), at_cutoff)[:, 0]
    estimates = np.add.reduceat(once, starts, axis=1) / sizes
    acting = _acting(cutoffs, users)
    return {name: Draws(names, estimates[i], values[i], acting) for i, name in enumerate(metrics)}


def _acting(cutoffs: list[Cutoff], users: int) -> float:
    """How many users of equal weight a recall is measured on, as in `Draws`; 0 where nobody acts."""
    known = [cutoff for cutoff in cutoffs if cutoff.label.any()]
    found = np.zeros(users)
    for cutoff in known:
        found[cutoff.users[cutoff.label]] += 1 / cutoff.label.sum() / len(known)
    return float(1 / found.max()) if known else 0.0


def cutoffs_of(scores: pl.DataFrame, runs: pl.DataFrame) -> tuple[int, list[Cutoff]]:
    """The number of distinct users, and the cut-offs in order.

    Raises:
        ValueError: the variants and seeds were not scored on the same users.
    """
    number = runs.with_row_index("run")
    who = scores.select(pl.col("user_id").unique().sort()).with_row_index("user")
    table = scores.join(number, on=["variant", "seed"]).join(who, on="user_id").sort("cutoff", "run", "user")
    return who.height, [_cutoff(part, runs.height) for part in table.partition_by("cutoff", maintain_order=True)]


def _cutoff(table: pl.DataFrame, runs: int) -> Cutoff:
    count = table.height // runs
    if table.height != count * runs or (table["run"].to_numpy() != np.repeat(np.arange(runs), count)).any():
        raise ValueError("the variants and seeds were not scored on the same users")
    users = table["user"].to_numpy().astype(np.int64).reshape(runs, count)
    label = table["label"].to_numpy().reshape(runs, count)
    if (users != users[0]).any() or (label != label[0]).any():
        raise ValueError("the variants and seeds were not scored on the same users")
    scores = table["score"].to_numpy().reshape(runs, count)
    losses = log_losses(table["probability"].to_numpy().astype(np.float64).reshape(runs, count), label)
    time = int(table["cutoff"].dt.timestamp("us")[0])
    ties = tie_hashes(table["user_id"][:count].to_list(), time)
    orders = np.array([ranking(row, ties) for row in scores])
    return Cutoff(users[0], label[0], orders, np.round(losses.T * GRID) / GRID)


def _resampled(cutoffs: list[Cutoff], drawn: Floats, at_cutoff: Callable[[Cutoff, Floats], Floats]) -> Floats:
    """The metrics of each run, averaged over the cut-offs that have them, float64 [metrics, block, runs]."""
    total: Floats | float = 0.0
    count: Floats | float = 0.0
    for cutoff in cutoffs:
        values = at_cutoff(cutoff, drawn[:, cutoff.users])
        known = ~np.isnan(values)
        total = total + np.where(known, values, 0)
        count = count + known.astype(np.float64)
    return np.asarray(total / np.where(count > 0, count, np.nan))


def _at_cutoff(cutoff: Cutoff, drawn: Floats) -> Floats:
    """The metrics of each run at one cut-off, float64 [metrics, block, runs]."""
    weights = drawn.astype(np.int32)
    everyone = drawn.sum(axis=1)
    values = np.empty((len(BOOTSTRAPPED), len(drawn), len(cutoff.orders)))
    for run, order in enumerate(cutoff.orders):
        positive = np.flatnonzero(cutoff.label[order])
        sums = _sums(weights, order)
        own = weights[:, order[positive]].astype(np.float64)
        found = weighted_metrics(own, sums[:, positive].astype(np.float64), everyone)
        values[:-1, :, run] = [found[name] for name in ORDER_METRICS]
    values[-1] = _ratio(drawn @ cutoff.losses, everyone[:, None])
    return values


def _primary_at_cutoff(cutoff: Cutoff, drawn: Floats) -> Floats:
    """`PRIMARY` of each run at one cut-off, float64 [1, block, runs]; of each ranking only the top is read."""
    weights = drawn.astype(np.int32)
    first = places_of_each(SHARES[PRIMARY], drawn.sum(axis=1))
    positives = drawn[:, cutoff.label].sum(axis=1)
    values = np.empty((1, len(drawn), len(cutoff.orders)))
    for run, order in enumerate(cutoff.orders):
        read = int(LOOKED_AT * SHARES[PRIMARY] * len(order)) + 1
        sums = _sums(weights, order[:read])
        if (sums[:, -1] < first).any():  # so few of the top were drawn that it reaches further down
            sums = _sums(weights, order)
        positive = np.flatnonzero(cutoff.label[order[: sums.shape[1]]])
        own = weights[:, order[positive]].astype(np.float64)
        values[0, :, run] = _ratio(_among(first, own, sums[:, positive].astype(np.float64)), positives)
    return values


def _sums(weights: NDArray[np.int32], order: Ints) -> NDArray[np.int32]:
    return np.cumsum(np.take(weights, order, axis=1), axis=1, dtype=np.int32)


def _among(first: Floats, own: Floats, through: Floats) -> Floats:
    """How many of the users with the key action, copies counted, are among the `first`."""
    return np.asarray(np.clip(first[:, None] - (through - own), 0, own).sum(axis=1))


def weighted_metrics(own: Floats, through: Floats, everyone: Floats) -> dict[str, Floats]:
    """The metrics of order where users stand in the ranking several times, each [resamples].

    Args:
        own: how often each of P users with the key action was drawn, from the first in the ranking to the last,
            [resamples, P].
        through: how many drawn users, copies counted, stand before it or are it, [resamples, P].
        everyone: number of drawn users, copies counted, [resamples].
    """
    positives = own.sum(axis=1)
    found = {
        name: _ratio(_among(places_of_each(share, everyone), own, through), positives) for name, share in SHARES.items()
    }
    positives_through = np.cumsum(own, axis=1)
    precision = _ratio(positives_through, through)
    found[AVERAGE_PRECISION] = _ratio((own * np.nan_to_num(precision)).sum(axis=1), positives)
    wrong = (own * (through - positives_through)).sum(axis=1)
    found[AUROC] = 1 - _ratio(wrong, positives * (everyone - positives))
    return found


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(above / np.where(below > 0, below, np.nan))
