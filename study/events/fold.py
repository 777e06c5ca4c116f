"""What a model may learn from: the log before an end, and the training queries inside it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from study.events.log import Ints, Labels, Log, sets_of
from study.events.spans import DAY, Spans, Window
from study.events.stream import Readouts
from study.params.features import Features

SHIFTED = DAY
"""By how much less, at most, the local clock may have gone on between two times."""


@dataclass(frozen=True)
class Fold:
    """A fit span: the events before `end`, coded by the vocabulary that was fitted on exactly them.

    A label whose horizon passes `end` does not exist. `memo` keeps what models derive from the fold, for the next.

    Attributes:
        eligible_days: question `who`: the users of a cut-off are those with an event so many days before it; None in
            question `what`, whose users are those who act.
    """

    log: Log
    spans: Spans
    end: int
    features: Features
    eligible_days: float | None = None
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def horizon(self) -> int:
        """The horizon in microseconds."""
        return self.spans.horizon_days * DAY

    def windows(self) -> list[Window]:
        """Training windows on the grid of the query cut-offs, oldest first, all after the first day of the log."""
        return [w for w in self.spans.windows_before(self.end, self.spans.first) if w.day > self.spans.first]

    def asked(self, window: Window) -> tuple[Ints, Labels]:
        """The users of the training queries of a window, int64 [Q], and their labels.

        The law is that of the queries of stop, select and test.
        """
        log = self.log
        inside = log.between(window.cutoff, window.end)
        inside = inside[log.key[inside]]
        users = acting = np.unique(log.user[inside]).astype(np.int64)
        if self.eligible_days is None:
            users = acting[log.time[log.offsets[acting]] < window.cutoff]
        else:
            since = window.local - round(self.eligible_days * DAY)
            recent = log.between(window.cutoff - round(self.eligible_days * DAY) - SHIFTED, window.cutoff)
            users = np.unique(log.user[recent[log.local[recent] >= since]]).astype(np.int64)
        known = np.union1d(users, acting)
        relevant = sets_of(np.searchsorted(known, log.user[inside]), log.candidate[inside], len(known))
        return users, take(relevant, np.searchsorted(known, users))

    def relabelled(self, readouts: Readouts) -> Readouts:
        """What a sequence model trains on where it asks at these readouts of the fold: here the readouts themselves."""
        return readouts


def take(labels: Labels, rows: Ints) -> Labels:
    """The labels of the given rows, int64 [R], in their order; a row may be given several times."""
    sizes = labels.sizes[rows]
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    source = np.repeat(labels.offsets[rows] - offsets[:-1], sizes) + np.arange(offsets[-1])
    return Labels(offsets, labels.codes[source])
