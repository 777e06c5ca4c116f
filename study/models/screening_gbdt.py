"""Gradient-boosted trees on user aggregates, for question `who`: binary, or lambdarank over the users of a cut-off."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.features.training_rows import TrainingRows
from study.models.gbdt import Gbdt, Settings
from study.models.scoring_blocks import Block
from study.models.user_rows import query_rows, training_rows
from study.params.budget import Caps
from study.params.roster import AggregateEntry

RANKS = "users"
TREES = True
LOSSES = ("bce", "lambdarank")
TRUNCATION = 200
"""Lambdarank learns from the pairs with one of the first so many users; LightGBM's 30 suits lists that end sooner."""


class ScreeningGbdt(Gbdt):
    """A round is a tree; every eligible user of every training cut-off is a row.

    `bce` learns the log-odds that a user takes the key action, `lambdarank` (Burges, 2010) the order of the users of
    a cut-off.
    """

    def _rows(self, fold: Fold, seed: int) -> TrainingRows:
        return training_rows(fold, self.windows)

    def _blocks(self, queries: Queries, candidates: Ints) -> Iterator[Block]:
        """The aggregates do not depend on the candidate: there is one, the key action."""
        yield slice(0, len(queries.users)), np.repeat(query_rows(queries), len(candidates), axis=0)

    def _objective(self) -> dict[str, Any]:
        if self.loss == "lambdarank":
            return {"objective": "lambdarank", "lambdarank_truncation_level": TRUNCATION}
        return {"objective": "binary"}


def build(entry: AggregateEntry, settings: Settings, budget: Caps) -> ScreeningGbdt:
    """The variant of a roster entry."""
    return ScreeningGbdt(entry.loss, settings, budget, entry.windows)


__all__ = ["ScreeningGbdt", "Settings", "build"]
