"""Question `who`: the eligible users of each cut-off are ranked."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.events.log import Ints, Log, Queries
from study.events.spans import Window
from study.metrics.screening import PRIMARY, SHARES, recall_at_share, tie_hashes
from study.models.base import Recommender
from study.seeds import mix64, seed_of

CALIBRATES = True

__all__ = ["CALIBRATES", "PRIMARY", "Screening", "evaluations", "headline", "primary", "sample", "score"]


@dataclass(frozen=True)
class Screening:
    """The eligible users of one window.

    Attributes:
        window: its cut-off and end.
        queries: with the log cut at the cut-off.
        label: whether each user takes the key action in the window, bool [Q].
        tie_hash: of each user and the cut-off; breaks ties, uint64 [Q].
        candidates: the key action itself, the one candidate.
    """

    window: Window
    queries: Queries
    label: NDArray[np.bool_]
    tie_hash: NDArray[np.uint64]
    candidates: ClassVar[Ints] = np.zeros(1, dtype=np.int64)


def evaluations(log: Log, table: pl.DataFrame, windows: list[Window]) -> list[Screening]:
    """The evaluation of each window from the split's queries.

    Args:
        log: the coded log; each window sees only what lies before its cut-off.
        table: `user_id`, `cutoff` and `label`, as the split wrote them.
    """
    cutoff = pl.col("cutoff").dt.timestamp("us")
    return [_evaluation(log, table.filter(cutoff == window.cutoff), window) for window in windows]


def _evaluation(log: Log, table: pl.DataFrame, window: Window) -> Screening:
    users = log.indices(table["user_id"])
    queries = Queries(log.before(window.cutoff), window.cutoff, window.local, users)
    ties = tie_hashes(table["user_id"].to_list(), window.cutoff)
    return Screening(window, queries, table["label"].to_numpy(), ties)


def sample(evaluation: Screening, count: int, seed: int) -> Screening:
    """At most `count` of the users, drawn by a hash: the same ones for every model.

    Where none of them takes the key action, the first by that hash who does stands for the last: of no positive there
    is no recall.
    """
    users = evaluation.queries.users
    if len(users) <= count:
        return evaluation
    order = np.argsort(mix64(users.astype(np.uint64) ^ np.uint64(seed_of(seed, "sample"))))
    acting = np.flatnonzero(evaluation.label[order])
    if len(acting) and acting[0] >= count:
        order[count - 1] = order[acting[0]]
    rows = np.sort(order[:count])
    return replace(
        evaluation,
        queries=replace(evaluation.queries, users=users[rows]),
        label=evaluation.label[rows],
        tie_hash=evaluation.tie_hash[rows],
    )


def primary(model: Recommender, windows: list[Screening]) -> float:
    """Recall among the top 5 % of the users, per cut-off and then averaged."""
    found = [recall_at_share(_scores(model, one), one.label, SHARES[PRIMARY], one.tie_hash) for one in windows]
    return float(np.mean(found))


def score(model: Recommender, evaluation: Screening, seed: int) -> dict[str, pl.DataFrame]:
    """`scores`: every eligible user with score and label."""
    queries = evaluation.queries
    table = pl.DataFrame(
        {
            "user_id": [queries.log.users[user] for user in queries.users],
            "score": _scores(model, evaluation),
            "label": evaluation.label,
        }
    )
    cutoff = pl.lit(queries.cutoff).cast(pl.Datetime("us", "UTC")).alias("cutoff")
    number = pl.lit(seed).cast(pl.Int64).alias("seed")
    return {"scores": table.select("user_id", cutoff, number, "score", "label")}


def headline(tables: dict[str, pl.DataFrame]) -> float:
    """Recall among the top 5 %, over cut-offs and seeds."""
    found = []
    for group in tables["scores"].partition_by("cutoff", "seed", maintain_order=True):
        ties = tie_hashes(group["user_id"].to_list(), int(group["cutoff"].dt.timestamp("us")[0]))
        found.append(recall_at_share(group["score"].to_numpy(), group["label"].to_numpy(), SHARES[PRIMARY], ties))
    return float(np.mean(found))


def _scores(model: Recommender, evaluation: Screening) -> NDArray[np.float32]:
    found: NDArray[np.float32] = model.scores(evaluation.queries, evaluation.candidates)[:, 0]
    return found
