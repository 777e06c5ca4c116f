"""Rows of aggregates for every candidate of every query, in blocks that fit into memory."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Queries
from study.features.aggregates import Aggregates
from study.prepared import kept

BLOCK_ROWS = 200_000
KEPT_ROWS = 2_500_000
"""Rows kept with the queries of a cut-off at most, for the next trial or round that scores them; else made anew."""

Block = tuple[slice, NDArray[np.float32]]


def scoring_blocks(queries: Queries, candidates: Ints) -> Iterator[Block]:
    """Slices of the queries, each with its features, float32 [queries * candidates, F], by query then candidate."""
    if len(queries.users) * len(candidates) > KEPT_ROWS:
        yield from _make(queries, candidates)
    else:
        key = "aggregates", queries.users.tobytes(), candidates.tobytes()
        yield from kept(queries.memo, key, lambda: list(_make(queries, candidates)))


def _make(queries: Queries, candidates: Ints) -> Iterator[Block]:
    index = Aggregates.kept(queries.log)
    step = max(BLOCK_ROWS // max(len(candidates), 1), 1)
    for begin in range(0, len(queries.users), step):
        users = queries.users[begin : begin + step]
        rows = np.repeat(users, len(candidates)), np.tile(candidates, len(users))
        yield slice(begin, begin + len(users)), index.rows(queries.local, *rows)
