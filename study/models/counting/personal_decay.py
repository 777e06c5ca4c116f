"""Personal frequency with time decay: days on which the user acted on the candidate, halved with each half-life."""

from typing import Annotated

from study.events.log import Ints, Queries
from study.features.histories import decayed_days
from study.models.base import Scores
from study.models.rule import Rule
from study.params.base import Frozen
from study.params.roster import CountingEntry
from study.params.tuned import Range


class Settings(Frozen):
    """How fast the past fades."""

    half_life_days: Annotated[float, Range(2, 400, log=True)] = 120.0


class PersonalDecay(Rule):
    """As-of distinct days, each weighed by its age."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        matrix = decayed_days(queries, queries.users, self.settings.half_life_days)
        days: Scores = matrix[:, candidates].toarray()
        return days


def build(entry: CountingEntry, settings: Settings) -> PersonalDecay:
    """The rule of a roster entry."""
    return PersonalDecay(settings)
