"""Gradient-boosted trees on user aggregates, for question `who`: binary, or lambdarank over the users of a cut-off."""

from typing import Any

import lightgbm as lgb
import numpy as np

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.models.base import Scores
from study.models.gbdt import Gbdt, Settings
from study.models.user_aggregates import Rows, query_rows, training_rows
from study.params.roster import AggregateEntry
from study.seeds import seed_of

LARGEST_GROUP = 10_000
"""LightGBM takes no larger group; a cut-off with more users is dealt out to several."""
TRUNCATION = 0.1
"""Lambdarank looks at the pairs of the first tenth of a group: the deepest share that is reported."""


class ScreeningGbdt(Gbdt):
    """A round is a tree; every user of every training cut-off is a row.

    `bce` learns the log-odds that a user takes the key action, `lambdarank` (Burges, 2010) the order of the users of
    a cut-off.
    """

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        assert self.booster is not None
        raw = np.asarray(self.booster.predict(query_rows(queries), raw_score=True), dtype=np.float32)
        return np.repeat(raw[:, None], len(candidates), axis=1)

    def _objective(self) -> dict[str, Any]:
        if self.entry.loss == "lambdarank":
            return {"objective": "lambdarank"}
        return {"objective": "binary"}

    def _dataset(self, fold: Fold, seed: int, params: dict[str, Any]) -> lgb.Dataset:
        rows = training_rows(fold)
        if self.entry.loss == "bce":
            return lgb.Dataset(rows.features, rows.label.astype(np.float32), params=params)
        order, sizes = groups(rows, seed)
        params["lambdarank_truncation_level"] = max(1, round(TRUNCATION * float(sizes.mean())))
        label = rows.label[order].astype(np.float32)
        return lgb.Dataset(rows.features[order], label, group=sizes, params=params)


def groups(rows: Rows, seed: int, largest: int = LARGEST_GROUP) -> tuple[Ints, Ints]:
    """The rows dealt out at random to groups of one cut-off each: their order, int64 [R], and the sizes, int64 [G]."""
    begins, orders, sizes = np.cumsum(rows.sizes) - rows.sizes, [], []
    for number, (begin, size) in enumerate(zip(begins.tolist(), rows.sizes.tolist(), strict=True)):
        random = np.random.default_rng(seed_of(seed, "groups", number))
        parts = np.array_split(begin + random.permutation(size), -(-size // largest))
        orders += [np.sort(part) for part in parts]
        sizes += [len(part) for part in parts]
    return np.concatenate(orders), np.array(sizes, dtype=np.int64)


def build(entry: AggregateEntry, settings: Settings) -> ScreeningGbdt:
    """The variant of a roster entry."""
    return ScreeningGbdt(entry, settings)


__all__ = ["ScreeningGbdt", "Settings", "build"]
