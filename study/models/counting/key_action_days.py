"""How regularly a user has taken the key action of late: its days in a fixed window before the cut-off."""

import numpy as np

from study.events.log import Ints, Queries
from study.events.spans import DAY
from study.features.timeline import Asof, Timeline
from study.models.base import Scores
from study.models.rule import Rule
from study.params.base import Frozen
from study.params.roster import CountingEntry

RANKS = "users"


class Settings(Frozen):
    """`window_days` is fixed."""

    window_days: int = 112


class KeyActionDays(Rule):
    """Ranks the users by the local days on which they took the key action, for question `who`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        log = queries.log
        days = Asof(Timeline.of(log.user[log.key], log.day[log.key]), queries.users, queries.local // DAY)
        return np.repeat(days.days(self.settings.window_days).astype(np.float32)[:, None], len(candidates), axis=1)


def build(entry: CountingEntry, settings: Settings) -> KeyActionDays:
    """The variant of a roster entry."""
    return KeyActionDays(settings)
