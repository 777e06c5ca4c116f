"""Two snapshots of one log: their users are drawn together, their refits apart."""

import numpy as np
import polars as pl

from study.metrics.bootstrap import Draws, SeedWeights, bootstrap, runs_of

HERE, THERE = "here", "there"


def labelled(variant: str, label: str) -> str:
    """What a variant of one of two snapshots is called in its draws."""
    return f"{variant} {label}"


def draws_apart(
    queries: pl.DataFrame, users: pl.DataFrame, metric: str, label: str, *, resamples: int, seed: int
) -> Draws:
    """The draws of one snapshot's variants, under their labelled names and in the order of these.

    A row without the metric stands for each user who has no query here. So both snapshots have the same users in the
    same order, and the bootstrap, which draws by their number and the seed of the study, draws the same ones; a row
    without the metric adds nothing to any sum or number. Seeds are drawn by the names of the variants, which tell the
    snapshots apart: refits of two snapshots are different fits, though their seeds have the same numbers.

    Args:
        queries: `variant`, `seed`, `user_id` and the metric; the same queries for each variant and seed.
        users: `user_id` of all users of both snapshots, once each.
        label: `HERE` or `THERE`.
    """
    shown = queries.select("variant", "seed", "user_id", metric)
    absent = shown.select("variant", "seed").unique().join(users.join(shown, on="user_id", how="anti"), how="cross")
    whole = pl.concat([shown, absent], how="diagonal")
    named = whole.with_columns(pl.format("{} {}", "variant", pl.lit(label)).alias("variant"))
    return bootstrap(named.sort("variant"), [metric], resamples=resamples, seed=seed)[metric]


def draws_of_seeds(queries: pl.DataFrame, metric: str, label: str, *, resamples: int, seed: int) -> Draws:
    """The draws of one run's variants, labelled and in order, of seeds alone: the queries are those that were asked.

    Args:
        queries: as for `draws_apart`, whose draws of seeds these are.
    """
    named = queries.with_columns(pl.format("{} {}", "variant", pl.lit(label)).alias("variant")).sort("variant", "seed")
    runs = runs_of(named)
    means = named.group_by("variant", "seed").agg(pl.col(metric).cast(pl.Float64).mean())
    values = runs.join(means, on=["variant", "seed"], maintain_order="left")[metric].to_numpy()
    sizes = runs["variant"].rle().struct.field("len").to_numpy().astype(np.int64)
    variants, starts = runs["variant"].unique(maintain_order=True).to_list(), np.cumsum(sizes) - sizes
    weights = SeedWeights(variants, sizes, seed).draw(resamples)
    estimates = np.add.reduceat(values, starts) / sizes
    drawn = np.add.reduceat(values * weights, starts, axis=1)
    return Draws(variants, estimates, drawn, float(named["user_id"].n_unique()))
