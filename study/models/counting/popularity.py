"""Popularity: on how many days of how many users each candidate was acted on in the fit span, the same for all."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.features.histories import user_days
from study.models.base import Scores
from study.models.rule import Rule, known_only
from study.params.base import Frozen
from study.params.roster import CountingEntry

RANKS = "candidates"


class Settings(Frozen):
    """Nothing to set."""


class Popularity(Rule):
    """Fitted user-days of each candidate."""

    def learn(self, fold: Fold) -> dict[str, NDArray[Any]]:
        """`counts`, int64 [known]."""
        return {"counts": user_days(fold.log)[: fold.log.known]}

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        counts = known_only(self.fitted["counts"].astype(np.float32)[None], candidates)
        return np.repeat(counts, len(queries.users), axis=0)


def build(entry: CountingEntry, settings: Settings) -> Popularity:
    """The rule of a roster entry."""
    return Popularity()
