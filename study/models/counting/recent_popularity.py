"""Recent popularity: user-days of each candidate in the last days before the cut-off, the same for everyone."""

from functools import partial
from typing import Annotated

import numpy as np

from study.events.log import Ints, Queries
from study.events.spans import DAY
from study.features.histories import user_days
from study.models.base import Scores
from study.models.rule import Rule
from study.params.base import Frozen
from study.params.roster import CountingEntry
from study.params.tuned import Range
from study.prepared import latest

RANKS = "candidates"


class Settings(Frozen):
    """How far back it looks."""

    days: Annotated[int, Range(3, 120, log=True)] = 28


class RecentPopularity(Rule):
    """As-of user-days of each candidate."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        since = queries.cutoff - self.settings.days * DAY
        counts = latest(queries.log.memo, "user days", since, partial(user_days, queries.log, since))
        return np.repeat(counts[candidates].astype(np.float32)[None], len(queries.users), axis=0)


def build(entry: CountingEntry, settings: Settings) -> RecentPopularity:
    """The rule of a roster entry."""
    return RecentPopularity(settings)
