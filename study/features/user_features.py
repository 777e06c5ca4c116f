"""What is known of a user, whatever the candidate; and the calendar of the cut-off."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Log
from study.features.features import HALF_LIVES, Columns, ratio
from study.features.pair_features import PairIndex
from study.features.timeline import Asof, Timeline

WINDOWS = (7, 28, 112)


@dataclass(frozen=True)
class UserIndex:
    """`every`: the days with any event; `active`: those with a key action; `firsts`: those with a new candidate.

    `moments` adds up the moments with a key action over `active`.
    """

    every: Timeline
    active: Timeline
    firsts: Timeline
    moments: NDArray[np.float64]

    @classmethod
    def of(cls, log: Log, pairs: PairIndex) -> Self:
        """Groups are users."""
        first = pairs.acted.place == 0
        return cls(
            every=Timeline.of(log.user, log.day),
            active=pairs.active,
            firsts=Timeline.of(pairs.acted.group[first] // len(log.catalogue), pairs.acted.day[first]),
            moments=pairs.active.running(log.is_first_of_moment),
        )

    def columns(self, day: int, users: Ints) -> Columns:
        """Activity, rhythm and breadth; [U] each."""
        every, active = Asof(self.every, users, day), Asof(self.active, users, day)
        days, moments, age = active.days(), active.total(self.moments), active.age()
        columns = {f"user_days_{window}": active.days(window) for window in WINDOWS}
        columns |= {f"user_decayed_{half_life:g}": active.decayed(half_life) for half_life in HALF_LIVES[1:]}
        calendar = date(1970, 1, 1) + timedelta(days=int(day))
        return columns | {
            "user_days": days,
            "user_moments": moments,
            "user_key_events": active.events(),
            "user_key_events_28": active.events(28),
            "user_events": every.events(),
            "user_other_events_28": every.events(28) - active.events(28),
            "user_basket": ratio(active.events(), moments),
            "user_candidates": Asof(self.firsts, users, day).events(),
            "user_age": age,
            "user_age_of_any": every.age(),
            "user_gap": ratio(active.age_of_first() - age, days - 1),
            "weekday": np.full(len(users), float(calendar.weekday())),
            "day_of_month": np.full(len(users), float(calendar.day)),
        }
