"""Aggregates of a user at a cut-off, for question `who`: activity, key actions, rhythm, attributes, calendar.

An index is made once over a span and answers for every cut-off in it; no answer reads an event of the cut-off's own
day or later. Nothing is hard-coded to a log: event types and attributes are whatever columns it has.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Log
from study.events.spans import DAY
from study.features.features import HALF_LIVES, WINDOWS, Columns, ratio
from study.features.timeline import Asof, Timeline
from study.features.vocabulary import FIRST

LONGEST = WINDOWS[-1]
HALF_LIFE = 40.0
VALUES = 3
"""Values of an attribute, and event types, with columns of their own: the most frequent, or the lowest bins."""


@dataclass(frozen=True)
class UserAggregates:
    """The index over a log, which it does not hold: the log keeps it, and both are freed together.

    Attributes:
        sizes: number of codes of event_type and of each attribute.
        every, acted: the days of each user with any event, and with a key action.
        moments: running number of moments with a key action, over `acted`.
        columns_of: for event_type and each attribute the days of each (user, code), grouped by user * size + code.
        heights: running sum of each attribute's codes, over `every`, and of how many events have one.
        population: the days with any event and with a key action of each user, in the order of days.
    """

    sizes: dict[str, int]
    every: Timeline
    acted: Timeline
    moments: NDArray[np.float64]
    columns_of: dict[str, Timeline]
    heights: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
    population: tuple[Ints, Ints]

    @classmethod
    def of(cls, log: Log) -> Self:
        """Sorts the events of a log."""
        every, acted = Timeline.of(log.user, log.day), Timeline.of(log.user[log.key], log.day[log.key])
        user, days = log.user.astype(np.int64), log.day
        present = {name: np.flatnonzero(codes >= FIRST) for name, codes in log.codes.items()}
        return cls(
            sizes=log.sizes,
            every=every,
            acted=acted,
            moments=acted.running(log.is_first_of_moment),
            columns_of={
                name: Timeline.of(user[at] * log.sizes[name] + log.codes[name][at], days[at])
                for name, at in present.items()
            },
            heights={
                name: (every.running(np.where(codes >= FIRST, codes, 0)), every.running(codes >= FIRST))
                for name, codes in log.codes.items()
                if name != "event_type"
            },
            population=(np.sort(every.day), np.sort(acted.day)),
        )

    def columns(self, local: int, users: Ints) -> Columns:
        """The named features of R users at one cut-off.

        Args:
            local: the cut-off on the local clock, a midnight; microseconds.
            users: indices into `log.users`, int64 [R].

        Returns:
            Float arrays [R]; NaN where there is nothing to measure.
        """
        day = local // DAY
        every, acted = Asof(self.every, users, day), Asof(self.acted, users, day)
        columns = {**_activity(every), **self._key_actions(acted, every), **self._event_types(day, users)}
        for name in self.heights:
            columns |= self._attribute(name, every, users)
        return columns | self._calendar(day, len(users))

    def rows(self, local: int, users: Ints) -> NDArray[np.float32]:
        """The same as one matrix, float32 [R, F], in the order of `names`."""
        return np.column_stack([column.astype(np.float32) for column in self.columns(local, users).values()])

    @property
    def names(self) -> list[str]:
        """The features, in the order of the columns of `rows`."""
        return list(self.columns(0, np.zeros(0, dtype=np.int64)))

    def _key_actions(self, acted: Asof, every: Asof) -> Columns:
        days, age, first = acted.days(), acted.age(), acted.age_of_first()
        gap = ratio(first - age, days - 1)
        columns = {f"key_days_{window}": acted.days(window) for window in WINDOWS}
        columns |= {f"key_decayed_{half_life:g}": acted.decayed(half_life) for half_life in HALF_LIVES}
        return columns | {
            "key_days": days,
            f"key_moments_{LONGEST}": acted.total(self.moments, LONGEST),
            f"key_events_{LONGEST}": acted.events(LONGEST),
            "key_events": acted.events(),
            "key_age": age,
            "key_age_of_second": acted.age(2),
            "key_gap": gap,
            "key_recency_over_gap": ratio(age, gap),
            f"key_share_{LONGEST}": ratio(acted.days(LONGEST), every.days(LONGEST)),
            "key_share": ratio(acted.decayed(HALF_LIVES[-1]), every.decayed(HALF_LIVES[-1])),
        }

    def _event_types(self, day: int, users: Ints) -> Columns:
        columns: Columns = {}
        timeline = self.columns_of["event_type"]
        size = self.sizes["event_type"]
        for code in range(FIRST, min(FIRST + VALUES, size)):
            asof = Asof(timeline, users * size + code, day)
            columns |= {f"event_type_{code}_decayed": asof.decayed(HALF_LIFE), f"event_type_{code}_age": asof.age()}
        return columns

    def _attribute(self, name: str, every: Asof, users: Ints) -> Columns:
        """The share of the user's decayed days that have each frequent value, and how high the recent codes are."""
        size, whole = self.sizes[name], every.decayed(HALF_LIFE)
        columns: Columns = {}
        for code in range(FIRST, min(FIRST + VALUES, size)):
            asof = Asof(self.columns_of[name], users * size + code, every.day)
            columns[f"{name}_{code}_share"] = ratio(asof.decayed(HALF_LIFE), whole)
        codes, present = self.heights[name]
        columns[f"{name}_mean"] = ratio(every.total(codes, LONGEST), every.total(present, LONGEST))
        return columns

    def _calendar(self, day: int, count: int) -> Columns:
        """Weekday, day of the month and month of the cut-off; the share of active days with a key action of late."""
        calendar = date(1970, 1, 1) + timedelta(days=int(day))
        told = {"weekday": calendar.weekday(), "day_of_month": calendar.day, "month": calendar.month}
        parts: dict[str, float] = {name: float(value) for name, value in told.items()}
        for window in (WINDOWS[0], WINDOWS[2]):
            number = [np.diff(np.searchsorted(days, [day - window, day]))[0] for days in self.population]
            parts[f"population_share_{window}"] = number[1] / number[0] if number[0] else np.nan
        return {name: np.full(count, value) for name, value in parts.items()}


def _activity(every: Asof) -> Columns:
    days, age = every.days(), every.age()
    columns = {f"days_{window}": every.days(window) for window in WINDOWS}
    columns |= {f"events_{window}": every.events(window) for window in (WINDOWS[0], WINDOWS[2], LONGEST)}
    columns |= {f"decayed_{half_life:g}": every.decayed(half_life) for half_life in HALF_LIVES}
    return columns | {
        "days": days,
        "events": every.events(),
        "events_per_day": ratio(every.events(LONGEST), every.days(LONGEST)),
        "age": age,
        "age_of_first": every.age_of_first(),
        "gap": ratio(every.age_of_first() - age, days - 1),
    }
