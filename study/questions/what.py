"""Question `what`: the whole catalogue is ranked for each query."""

import numpy as np
import polars as pl

from study.metrics.ranking import DEPTHS, coverage, query_metrics
from study.models.base import Recommender
from study.models.scorer import Evaluation, evaluations, mean_recall, rank, sample
from study.params.statistics import PRIMARY, PRIMARY_K

CALIBRATES = False

__all__ = ["CALIBRATES", "PRIMARY", "evaluations", "headline", "primary", "sample", "score"]


def primary(model: Recommender, windows: list[Evaluation]) -> float:
    """recall@10 over all queries of the windows."""
    return mean_recall(model, windows, PRIMARY_K)


def score(model: Recommender, evaluation: Evaluation, seed: int) -> dict[str, pl.DataFrame]:
    """The `metrics` of each query, the first 50 candidates and their scores (`top`), and the `coverage` of each k."""
    blocks = list(rank(model, evaluation, depth=max(DEPTHS)))
    ranks = np.concatenate([block.ranks for block in blocks])
    first = np.concatenate([block.top for block in blocks])
    scores = np.concatenate([block.top_scores for block in blocks])
    key = _key(evaluation, seed)
    catalogue = pl.Series("candidates", evaluation.queries.log.catalogue).gather(evaluation.candidates)
    names = catalogue.gather(first.ravel()).reshape(first.shape).arr.to_list()
    lists = pl.DataFrame([names, pl.Series("scores", scores).arr.to_list()])
    covered = [
        {
            "seed": seed,
            "cutoff": evaluation.window.day.isoformat(),
            "k": k,
            "coverage": coverage(first, len(catalogue), k),
        }
        for k in DEPTHS
    ]
    return {
        "metrics": key.hstack(query_metrics(ranks, evaluation.relevant, evaluation.slices, DEPTHS)),
        "top": key.hstack(lists),
        "coverage": pl.DataFrame(covered),
    }


def headline(tables: dict[str, pl.DataFrame]) -> float:
    """recall@10, over queries and seeds."""
    return float(tables["metrics"][PRIMARY].to_numpy().mean())


def _key(evaluation: Evaluation, seed: int) -> pl.DataFrame:
    queries = evaluation.queries
    users = [queries.log.users[user] for user in queries.users]
    cutoff = pl.lit(queries.cutoff).cast(pl.Datetime("us", "UTC")).alias("cutoff")
    return pl.DataFrame({"user_id": users}).select("user_id", cutoff, pl.lit(seed).cast(pl.Int64).alias("seed"))
