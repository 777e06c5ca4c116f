"""Counts before any day, in windows and with decay, for many groups at once: sort once, then search."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Timeline:
    """The days of each group, at most one entry per group and day; sorted by group, then day.

    A group is any non-negative integer: a user, a candidate, a pair of both. A question names a group and a day and
    is answered from the entries strictly before that day, so one timeline over a whole span serves all its cut-offs.

    Attributes:
        keys: group * width + day - first, ascending, int64 [E].
        first: the day that is 0.
        width: more than the number of days.
        order: the events in the order of their entries, int64 [events].
        events: number of events of all entries before each, int64 [E + 1].
    """

    keys: Ints
    first: int
    width: int
    order: Ints
    events: Ints
    sums: dict[float, Floats] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, groups: NDArray[Any], days: NDArray[Any]) -> Self:
        """From the group and the local day of each event."""
        first = int(days.min()) if len(days) else 0
        width = int(days.max()) - first + 2 if len(days) else 2
        joint = groups.astype(np.int64) * width + (days - first)
        order = np.argsort(joint)
        ordered = joint[order]
        begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
        return cls(ordered[begins], first, width, order, np.append(begins, len(ordered)))

    @cached_property
    def day(self) -> Ints:
        """Day of each entry, int64 [E]."""
        return self.keys % self.width + self.first

    @cached_property
    def group(self) -> Ints:
        """Group of each entry, int64 [E]."""
        return self.keys // self.width

    @cached_property
    def place(self) -> Ints:
        """How many earlier entries the group of each entry has, int64 [E]."""
        begins = np.append(True, self.group[1:] != self.group[:-1])[: len(self.keys)]
        running = np.arange(len(self.keys))
        return running - np.maximum.accumulate(np.where(begins, running, 0))

    def before(self, groups: Ints, day: int) -> Ints:
        """How many entries come before (group, day) in the order, int64 like `groups`."""
        return np.searchsorted(self.keys, groups * self.width + min(max(day - self.first, 0), self.width - 1))

    def running(self, values: NDArray[Any]) -> Floats:
        """Sums of a value of each event over all entries before each entry, float64 [E + 1]."""
        return np.concatenate(([0.0], np.cumsum(values[self.order], dtype=np.float64)))[self.events]

    def decayed(self, half_life_days: float) -> Floats:
        """For each entry the sum over it and the earlier entries of its group, each weighed by its age; float64 [E].

        A scan by doubling: after step k each sum covers 2^k entries. Unlike differences of running sums of
        exponentials it neither overflows nor cancels.
        """
        if half_life_days not in self.sums:
            self.sums[half_life_days] = self._scan(half_life_days)
        return self.sums[half_life_days]

    def _scan(self, half_life_days: float) -> Floats:
        sums, step = np.ones(len(self.keys)), 1
        longest = int(self.place.max(initial=0))
        while step <= longest:
            later = np.flatnonzero(self.place >= step)
            weights = np.exp2((self.day[later - step] - self.day[later]) / half_life_days)
            sums[later] += weights * sums[later - step]
            step *= 2
        return sums


@dataclass(frozen=True)
class Asof:
    """Answers about R groups from their entries before one day, each float64 [R]. Windows are in days."""

    timeline: Timeline
    groups: Ints
    day: int

    @cached_property
    def starts(self) -> Ints:
        """How many entries come before each group."""
        return self.timeline.before(self.groups, self.timeline.first)

    @cached_property
    def stops(self) -> Ints:
        """How many entries come before the day of each group."""
        return self.timeline.before(self.groups, self.day)

    def days(self, window: int | None = None) -> Floats:
        """Days with an entry."""
        return (self.stops - self._begin(window)).astype(np.float64)

    def total(self, running: NDArray[Any], window: int | None = None) -> Floats:
        """The sum of what `Timeline.running` added up."""
        return np.asarray(running[self.stops] - running[self._begin(window)], dtype=np.float64)

    def events(self, window: int | None = None) -> Floats:
        """Number of events."""
        return self.total(self.timeline.events, window)

    def age(self, nth: int = 1) -> Floats:
        """Days since the nth last entry; NaN where there are fewer."""
        return self._where(nth, lambda at: self.day - self.timeline.day[at])

    def age_of_first(self) -> Floats:
        """Days since the first entry; NaN where there is none."""
        ages = np.full(len(self.groups), np.nan)
        ages[self.has] = self.day - self.timeline.day[self.starts[self.has]]
        return ages

    def decayed(self, half_life_days: float) -> Floats:
        """Days with an entry, each weighed by its age."""
        sums, days = self.timeline.decayed(half_life_days), self.timeline.day
        return np.nan_to_num(self._where(1, lambda at: sums[at] * np.exp2((days[at] - self.day) / half_life_days)))

    @cached_property
    def has(self) -> Ints:
        """The groups with an entry before the day: most pairs of a user and a candidate have none."""
        return np.flatnonzero(self.stops > self.starts)

    def _begin(self, window: int | None) -> Ints:
        if window is None:
            return self.starts
        begins = self.starts.copy()
        begins[self.has] = self.timeline.before(self.groups[self.has], self.day - window)
        return begins

    def _where(self, nth: int, answer: Callable[[Ints], NDArray[Any]]) -> Floats:
        """What `answer` says of the nth last entry; NaN where there are fewer."""
        values = np.full(len(self.groups), np.nan)
        has = self.stops - self.starts >= nth
        values[has] = answer(self.stops[has] - nth)
        return values
