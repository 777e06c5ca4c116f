"""Ranks the users of a log with an exported variant, block by block."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from study.errors import UserError
from study.events.log import Queries
from study.metrics.screening import ranking, tie_hashes
from study.models.base import Recommender
from study.models.scorer import leading
from study.serving.bundle import MEMORY, only_export, read_bundle
from study.serving.history import Cutoff, read_history, refuse_replaced
from study.serving.sink import sink
from study.tuning.refused import telling

DEPTH = 10
CELLS = 1_000_000
"""Scores held at a time; some variants hold some sixty features of each."""


@telling("rank", advice=MEMORY, room=MEMORY)
def run(folder: Path | None, log: Path, cutoff: str, depth: int | None, out: Path | None) -> None:
    """Writes the ranks of every user who can be asked about.

    Args:
        folder: an exported variant; by default the only one.
        log: the events, in any form that a snapshot may have.
        cutoff: see `Cutoff.of`.
        depth: candidates of each user, for question `what`.
        out: a Parquet or CSV file; by default CSV on the standard output.

    Raises:
        UserError: something of it does not exist or does not fit, or memory is refused.
    """
    bundle = read_bundle(folder or only_export())
    question = bundle.exported.question
    if question.kind == "who" and depth is not None:
        raise UserError(f"rank: {bundle.exported.variant} ranks users, so there is no -k; every user gets a score")
    when = Cutoff.of(cutoff, bundle.exported.snapshot.timezone)
    if out is not None:
        refuse_replaced(bundle, log, out)
    queries = read_history(bundle, log, when)
    tables = (
        screened(bundle.model, queries) if question.kind == "who" else ranked(bundle.model, queries, depth or DEPTH)
    )
    with sink(out) as write:
        for table in tables:
            write(table)
    if out is not None:
        print(f"{bundle.exported.variant}: users ranked in {out}: {len(queries.users):,}")


def ranked(model: Recommender, queries: Queries, depth: int) -> Iterator[pl.DataFrame]:
    """`user_id, rank, candidate, score` of the first `depth` candidates, a table per block of users.

    The score of a candidate that the model does not know is null.
    """
    users, catalogue = pl.Series(queries.log.users), pl.Series(queries.log.catalogue)
    for block in leading(model, queries, depth, CELLS):
        rows, count = block.top.shape
        yield pl.DataFrame(
            {
                "user_id": users.gather(np.repeat(queries.users[block.rows], count)),
                "rank": np.tile(np.arange(1, count + 1, dtype=np.int32), rows),
                "candidate": catalogue.gather(block.top.ravel()),
                "score": pl.Series(block.top_scores.ravel()).fill_nan(None),
            }
        )


def screened(model: Recommender, queries: Queries) -> Iterator[pl.DataFrame]:
    """`user_id, rank, score` of every user, in one table: a rank among users needs the scores of all."""
    names = [queries.log.users[user] for user in queries.users]
    scores = model.scores(queries, np.zeros(1, dtype=np.int64))[:, 0]
    ranks = np.empty(len(scores), dtype=np.int32)
    ranks[ranking(scores, tie_hashes(names, queries.cutoff))] = np.arange(1, len(scores) + 1)
    yield pl.DataFrame({"user_id": names, "rank": ranks, "score": scores})
