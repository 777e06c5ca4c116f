"""Counts before any day, in windows and with decay, for many groups at once: sort once, then search."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints
from study.features.distinct import distinct

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Timeline:
    """The days of each group, at most one entry per group and day; sorted by group, then day.

    A group is any integer: a user, a candidate, a pair of both. A question names a group and a day and is answered
    from the entries strictly before that day, so one timeline over a whole fit span serves all its cut-offs.

    Attributes:
        keys: group * width + day - first, ascending, int64 [E].
        first: the day that is 0.
        width: more than the number of days.
        events: events of all entries before each, int64 [E + 1].
        entry: the entry of each event that went in, int64 [events].
    """

    keys: Ints
    first: int
    width: int
    events: Ints
    entry: Ints

    @classmethod
    def of(cls, groups: Ints, days: Ints) -> "Timeline":
        """From the group and the local day of each event."""
        first = int(days.min()) if len(days) else 0
        width = int(days.max()) - first + 2 if len(days) else 2
        joint = groups.astype(np.int64) * width + (days - first)
        keys = distinct(joint)
        entry = np.searchsorted(keys, joint)
        counts = np.bincount(entry, minlength=len(keys))
        return cls(keys, first, width, np.concatenate(([0], np.cumsum(counts))), entry)

    @cached_property
    def day(self) -> Ints:
        """Day of each entry, int64 [E]."""
        return self.keys % self.width + self.first

    @cached_property
    def group(self) -> Ints:
        """Group of each entry, int64 [E]."""
        return self.keys // self.width

    def before(self, groups: Ints, day: int) -> Ints:
        """Number of entries that come before (group, day) in the order, int64 like `groups`."""
        offset = min(max(day - self.first, 0), self.width - 1)
        return np.searchsorted(self.keys, groups * self.width + offset)

    def starts(self, groups: Ints) -> Ints:
        """Number of entries that come before the group, int64 like `groups`."""
        return np.searchsorted(self.keys, groups * self.width)

    def running(self, values: Floats) -> Floats:
        """Sums of a value of each event over all entries before each entry, float64 [E + 1]."""
        sums = np.bincount(self.entry, weights=values, minlength=len(self.keys))
        return np.concatenate(([0.0], np.cumsum(sums)))

    def decayed(self, half_life_days: float) -> Floats:
        """For each entry the sum over it and the earlier entries of its group, each weighed by its age; float64 [E].

        A scan by doubling: after step k each sum covers 2^k entries. Unlike differences of running sums of
        exponentials it neither overflows nor cancels.
        """
        sums, step = np.ones(len(self.keys)), 1
        while step < len(self.keys):
            same = self.group[step:] == self.group[:-step]
            if not same.any():
                break
            weights = np.exp2((self.day[:-step] - self.day[step:]) / half_life_days)
            sums[step:] += np.where(same, weights * sums[:-step], 0.0)
            step *= 2
        return sums
