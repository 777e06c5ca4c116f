"""What is known of a candidate, whoever the user."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from study.events.log import Log
from study.features.features import Columns, ratio
from study.features.pair_features import PairIndex
from study.features.timeline import Asof, Timeline

WINDOWS = (7, 28, 112)


@dataclass(frozen=True)
class CandidateIndex:
    """Timelines of each candidate.

    `acted`: key actions; `user_days`: distinct user and day; `buyers`: the first day of each user who acted on it;
    `repeats`: the later days of each user; `gaps`: running sums over them of the days since the one before.
    """

    acted: Timeline
    user_days: Timeline
    buyers: Timeline
    repeats: Timeline
    gaps: np.ndarray

    @classmethod
    def of(cls, log: Log, pairs: PairIndex) -> Self:
        """Groups are candidates."""
        size = len(log.catalogue)
        candidate, day, first = pairs.acted.group % size, pairs.acted.day, pairs.acted.place == 0
        again = np.flatnonzero(~first)
        repeats = Timeline.of(candidate[again], day[again])
        return cls(
            acted=Timeline.of(log.candidate[log.key], log.day[log.key]),
            user_days=Timeline.of(candidate, day),
            buyers=Timeline.of(candidate[first], day[first]),
            repeats=repeats,
            gaps=repeats.running(day[again] - day[again - 1]),
        )

    def columns(self, acted: Asof) -> Columns:
        """As-of popularity, its trend, and how often users come back; [C] each.

        Args:
            acted: the key actions of C candidates, from `acted`.
        """
        candidates, day = acted.groups, acted.day
        days, repeats = Asof(self.user_days, candidates, day), Asof(self.repeats, candidates, day)
        buyers = Asof(self.buyers, candidates, day).events()
        columns = {f"candidate_days_{window}": days.events(window) for window in WINDOWS}
        return columns | {
            "candidate_events": acted.events(),
            "candidate_days": days.events(),
            "candidate_buyers": buyers,
            "candidate_days_per_buyer": ratio(days.events(), buyers),
            "candidate_gap": ratio(repeats.total(self.gaps), repeats.events()),
            "candidate_trend_7": ratio(4 * days.events(7), days.events(28)),
            "candidate_trend_28": ratio(4 * days.events(28), days.events(112)),
        }
