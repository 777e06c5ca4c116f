"""Sources of a composed variant that remember what they were fitted on and when they were asked."""

import numpy as np

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.models.base import Scores
from study.models.sources import Sources


class Fit:
    """A base that remembers what it was fitted on and when it was asked."""

    def __init__(self) -> None:
        self.ends: list[int] = []
        self.asked: list[int] = []

    def fit(self, fold: Fold, **_) -> None:
        assert fold.log.time.max() < fold.end
        self.ends.append(fold.end)

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        self.asked.append(queries.cutoff)
        return np.zeros((len(queries.users), len(candidates)), dtype=np.float32)


class FakeSources(Sources):
    """Sources of which all are remembered."""

    def __init__(self, params, arm) -> None:
        super().__init__(params, arm)
        self.built: list[Fit] = []

    def build(self, source):
        self.built.append(Fit())
        return self.built[-1]
