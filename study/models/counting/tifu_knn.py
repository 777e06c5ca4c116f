"""TIFU-KNN (Hu et al., SIGIR 2020): a user's decayed personal frequencies, mixed with those of similar users."""

from typing import Annotated

from study.events.log import Ints, Queries
from study.features.neighbours import decayed_rates, neighbour_rates
from study.models.base import Scores
from study.models.rule import Rule
from study.params.base import Frozen
from study.params.roster import CountingEntry
from study.params.tuned import Range


class Settings(Frozen):
    """`own` is the published alpha: the weight of the user's own frequencies against those of the neighbours.

    The published decays inside and between groups of baskets are one half-life in calendar time here.
    """

    half_life_days: Annotated[float, Range(2, 400, log=True)] = 120.0
    neighbours: Annotated[int, Range(10, 1000, log=True)] = 100
    own: Annotated[float, Range(0.3, 1.0)] = 0.7


class TifuKnn(Rule):
    """As-of rates of the user and of their neighbours, who are looked up at the cut-off as well."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        half_life, weight = self.settings.half_life_days, self.settings.own
        own = decayed_rates(queries, queries.users, half_life)[:, candidates].toarray()
        others = neighbour_rates(queries, self.settings.neighbours, half_life)[:, candidates].toarray()
        mixed: Scores = weight * own + (1 - weight) * others
        return mixed


def build(entry: CountingEntry, settings: Settings) -> TifuKnn:
    """The rule of a roster entry."""
    return TifuKnn(settings)
