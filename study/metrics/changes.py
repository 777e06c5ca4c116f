"""How far did the effect of each contrast change from another snapshot to this one? Users paired, seeds apart."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from study.metrics.bootstrap import Draws
from study.metrics.pairing import HERE, THERE, draws_apart, labelled
from study.metrics.verdicts import judge
from study.params.statistics import Statistics

Row = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """What one snapshot publishes of an arm.

    Attributes:
        queries: `variant`, `seed`, `user_id` and the metric, one row per query; the same queries for each variant and
            seed.
        contrasts: the rows of `contrasts.json`, whose resolved sides are variants of `queries`.
    """

    queries: pl.DataFrame
    contrasts: list[Row]


def changes(here: Side, there: Side, metric: str, settings: Statistics, seed: int) -> list[Row]:
    """The effect here less that there of every contrast that is declared alike on both, in the order of this snapshot.

    Declared alike: the same name, left and right; the variants that a side `best:FAMILY` stands for may differ. A user
    who is drawn brings the queries of both snapshots, and one who is known to one of them alone counts there. The
    refits of two snapshots are different fits, though their seeds have the same numbers, so each variant's seeds are
    drawn independently on each. Every change is one contrast of a family of its own under Holm, with as many resamples
    for each as stage `compare` takes. What neither resamples is the one search of each variant on each snapshot.

    Args:
        settings: resamples, margin and alpha.
        seed: of the study.

    Returns:
        Rows `name`, `left`, `right`, both effects as `there` and `here`, and what `Verdict` has of their difference:
        *better* if the effect rose.
    """
    known = {_declared(row): row for row in there.contrasts}
    alike = [(known[_declared(row)], row) for row in here.contrasts if _declared(row) in known]
    if not alike:
        return []
    users = pl.concat([side.queries.select("user_id") for side in (here, there)]).unique()
    resamples = settings.resamples * len(alike)
    sides, shares = [], []
    for label, side, asked in zip((THERE, HERE), (there, here), zip(*alike, strict=True), strict=True):
        variants = {row[end] for row in asked for end in ("left_variant", "right_variant")}
        shown = side.queries.filter(pl.col("variant").is_in(variants))
        draws = draws_apart(shown, users, metric, label, resamples=resamples, seed=seed)
        sides.append([_effect(draws, row, label) for row in asked])
        shares.append(1 / max(draws.users, 1))
    effects = [(before[0], after[0]) for before, after in zip(*sides, strict=True)]
    moved = np.column_stack([after[1] - before[1] for before, after in zip(*sides, strict=True)])
    alike_users = 2 / sum(shares)  # one user may weigh most on both
    itself = [all(row["left_variant"] == row["right_variant"] for row in pair) for pair in alike]
    verdicts = judge(
        [b - a for a, b in effects],
        moved,
        users=[np.inf if same else alike_users for same in itself],
        margin=settings.margin,
        alpha=settings.alpha,
        most=2.0,  # from -1 there to 1 here
    )
    return [
        {**{key: row[key] for key in ("name", "left", "right")}, THERE: before, HERE: after, **asdict(verdict)}
        for (_, row), (before, after), verdict in zip(alike, effects, verdicts, strict=True)
    ]


def _declared(row: Row) -> tuple[str, str, str]:
    return row["name"], row["left"], row["right"]


def _effect(draws: Draws, row: Row, label: str) -> tuple[float, np.ndarray]:
    return draws.difference(labelled(row["left_variant"], label), labelled(row["right_variant"], label))
