"""What is known of a user and a candidate together."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from study.events.log import Ints, Log
from study.events.ragged import expand
from study.features.features import HALF_LIVES, WINDOWS, Columns, ratio
from study.features.timeline import Asof, Timeline

WEEK = 7


@dataclass(frozen=True)
class PairIndex:
    """`acted`: the days of key actions of each pair; `other`: the days of other events with the candidate."""

    acted: Timeline
    other: Timeline
    active: Timeline
    shape: tuple[int, int]
    on_weekday: dict[int, NDArray[np.float64]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def pairs(self) -> Ints:
        """The groups of all pairs that are acted on at any time, ascending, int64 [pairs]."""
        pairs: Ints = self.acted.group[self.acted.place == 0]
        return pairs

    @cached_property
    def offsets(self) -> Ints:
        """The pairs of user u are pairs[offsets[u]:offsets[u + 1]], int64 [users + 1]."""
        return np.searchsorted(self.pairs, np.arange(self.shape[0] + 1) * self.shape[1])

    @cached_property
    def beginnings(self) -> tuple[Ints, Ints]:
        """The users who take a key action at any time, ascending, and the day of their first; int64."""
        first = np.flatnonzero(self.active.place == 0)
        return self.active.group[first], self.active.day[first]

    @classmethod
    def of(cls, log: Log) -> Self:
        """Groups are user * catalogue + candidate."""
        pair = log.user.astype(np.int64) * len(log.catalogue) + log.candidate
        other = (log.candidate >= 0) & ~log.key
        return cls(
            acted=Timeline.of(pair[log.key], log.day[log.key]),
            other=Timeline.of(pair[other], log.day[other]),
            active=Timeline.of(log.user[log.key], log.day[log.key]),
            shape=(len(log.users), len(log.catalogue)),
        )

    def at(self, day: int, users: Ints, candidates: Ints) -> Asof:
        """The key actions of R pairs before a day."""
        return Asof(self.acted, users * self.shape[1] + candidates, day)

    def columns(self, acted: Asof) -> Columns:
        """Windowed and decayed distinct days, recency, rhythm of the R pairs of `at`; [R] each."""
        other = Asof(self.other, acted.groups, acted.day)
        days, age, first = acted.days(), acted.age(), acted.age_of_first()
        gap = ratio(first - age, days - 1)
        columns = {f"pair_days_{window}": acted.days(window) for window in WINDOWS}
        columns |= {f"pair_decayed_{half_life:g}": acted.decayed(half_life) for half_life in HALF_LIVES}
        return columns | {
            "pair_days": days,
            "pair_events": acted.events(),
            "pair_days_on_weekday": acted.total(self._on_weekday(acted.day)),
            "pair_age": age,
            "pair_age_of_second": acted.age(2),
            "pair_age_of_first": first,
            "pair_gap": gap,
            "pair_recency_over_gap": ratio(age, gap),
            "pair_other_days": other.days(),
            "pair_other_days_7": other.days(7),
            "pair_other_age": other.age(),
        }

    def rates(self, day: int, half_life_days: float, users: Ints) -> csr_array:
        """`decayed_rates` of some users at a day, float32 [U, catalogue], from the sorted days."""
        owner, at = expand(self.offsets[users], self.offsets[users + 1])
        values = Asof(self.acted, self.pairs[at], day).decayed(half_life_days)
        has = np.flatnonzero(values > 0)
        owner, candidates = owner[has], self.pairs[at[has]] % self.shape[1]
        total = Asof(self.active, users, day).decayed(half_life_days)
        rates = (values[has] / total[owner]).astype(np.float32)
        indptr = np.searchsorted(owner, np.arange(len(users) + 1))
        return csr_array((rates, candidates, indptr), shape=(len(users), self.shape[1]))

    def _on_weekday(self, day: int) -> NDArray[np.float64]:
        """Days of pairs on the weekday of a day, added up over the entries of `acted`: made once for each weekday."""
        weekday = day % WEEK
        if weekday not in self.on_weekday:
            running = np.cumsum(self.acted.day % WEEK == weekday, dtype=np.float64)
            self.on_weekday[weekday] = np.concatenate(([0.0], running))
        return self.on_weekday[weekday]
