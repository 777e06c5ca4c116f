"""Rows of aggregates for every candidate of every query, in blocks that fit into memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Queries
from study.features.aggregates import Aggregates

BLOCK_ROWS = 200_000
KEPT_VALUES = 60_000_000
"""Features kept for the next call: the same queries are scored after every few rounds."""

Block = tuple[slice, NDArray[np.float32]]


@dataclass(frozen=True)
class _Answer:
    queries: Queries
    candidates: Ints
    blocks: list[Block]

    def is_for(self, queries: Queries, candidates: Ints) -> bool:
        same_users = np.array_equal(self.queries.users, queries.users)
        return self.queries.log is queries.log and same_users and np.array_equal(self.candidates, candidates)

    @property
    def values(self) -> int:
        return sum(matrix.size for _, matrix in self.blocks)


class ScoringRows:
    """Makes the rows that a model of aggregates scores, and keeps the last ones."""

    def __init__(self) -> None:
        self._kept: list[_Answer] = []

    def blocks(self, queries: Queries, candidates: Ints) -> Iterator[Block]:
        """Slices of the queries, each with its features, float32 [queries * candidates, F], by query then candidate."""
        for answer in self._kept:
            if answer.is_for(queries, candidates):
                yield from answer.blocks
                return
        total, blocks = len(queries.users) * len(candidates), []
        for block in _make(queries, candidates):
            yield block
            if total * block[1].shape[1] <= KEPT_VALUES:
                blocks.append(block)
        self._keep(_Answer(queries, candidates, blocks))

    def _keep(self, answer: _Answer) -> None:
        self._kept.append(answer)
        while sum(kept.values for kept in self._kept) > KEPT_VALUES:
            self._kept.pop(0)


def _make(queries: Queries, candidates: Ints) -> Iterator[Block]:
    index = Aggregates.of(queries.log)
    step = max(BLOCK_ROWS // max(len(candidates), 1), 1)
    for begin in range(0, len(queries.users), step):
        users = queries.users[begin : begin + step]
        rows = np.repeat(users, len(candidates)), np.tile(candidates, len(users))
        yield slice(begin, begin + len(users)), index.rows(queries.local, *rows)
