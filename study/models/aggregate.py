"""What the models of aggregates share: rows to train on, and rows for every candidate of every query to score."""

import numpy as np
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Ints, Log, Queries
from study.features.aggregates import Aggregates
from study.features.training_rows import TrainingRows, training_rows

CELLS = 200_000
"""Rows scored at a time."""


class AggregateRows:
    """Makes rows, and keeps what the next call will ask for again."""

    def __init__(self) -> None:
        self._trained: tuple[Fold, int, TrainingRows] | None = None
        self._indices: list[tuple[Log, Aggregates]] = []

    def training(self, fold: Fold, seed: int) -> TrainingRows:
        """The training rows of a fold."""
        if self._trained is None or self._trained[0] is not fold or self._trained[1] != seed:
            self._trained = fold, seed, training_rows(fold, seed)
        return self._trained[2]

    def blocks(self, queries: Queries, candidates: Ints) -> "list[tuple[slice, NDArray[np.float32]]]":
        ...
