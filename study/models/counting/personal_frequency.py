"""Personal frequency: on how many distinct local days the user acted on the candidate."""

import math

from study.events.log import Ints, Queries
from study.features.histories import decayed_days
from study.models.base import Scores
from study.models.rule import Rule
from study.params.base import Frozen
from study.params.roster import CountingEntry


class Settings(Frozen):
    """Nothing to set."""


class PersonalFrequency(Rule):
    """As-of distinct days; ties, and what the user never acted on, are left to the scorer's popularity."""

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        days: Scores = decayed_days(queries, queries.users, math.inf)[:, candidates].toarray()
        return days


def build(entry: CountingEntry, settings: Settings) -> PersonalFrequency:
    """The rule of a roster entry."""
    return PersonalFrequency()
