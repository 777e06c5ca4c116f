"""A user's own past as decayed counts: how often, and how long ago, each candidate was acted on before a time."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Log
from study.events.ragged import expand

DECAYS = (0.75, 2.0, 6.0, 18.0, 144.0)
"""Half-lives in horizons: from less than one to longer than most logs, which counts."""


@dataclass(frozen=True)
class OwnCounts:
    """The moments in which each user acted on each candidate, by user, then candidate, then time.

    Attributes:
        offsets: those of user u are offsets[u]:offsets[u + 1], int64 [U + 1].
        candidate: int64 [N].
        event: index of the first event of the moment with that candidate, int64 [N].
        time: microseconds since 1970 UTC, int64 [N].
        horizon: microseconds.
    """

    offsets: Ints
    candidate: Ints
    event: Ints
    time: Ints
    horizon: int

    @classmethod
    def of(cls, log: Log, horizon: int) -> Self:
        """Sorts the key actions of a log; one moment counts once, however many lines it has of a candidate."""
        events = np.flatnonzero(log.key)
        candidate = log.candidate[events].astype(np.int64)
        order = np.argsort(log.user[events].astype(np.int64) * len(log.catalogue) + candidate, kind="stable")
        events, candidate = events[order], candidate[order]
        user, time = log.user[events], log.time[events]
        is_new = np.append(True, (user[1:] != user[:-1]) | (candidate[1:] != candidate[:-1]) | (time[1:] != time[:-1]))
        kept = is_new[: len(events)]
        offsets = np.searchsorted(user[kept], np.arange(len(log.users) + 1)).astype(np.int64)
        return cls(offsets, candidate[kept], events[kept], time[kept], horizon)

    def at(self, users: Ints, until: Ints, time: Ints) -> tuple[Ints, Ints, NDArray[np.float32]]:
        """The decayed counts of R questions.

        Args:
            users: int64 [R].
            until: only events of the log before this index, int64 [R]; none where it is negative.
            time: from which ages are measured, int64 [R].

        Returns:
            Question and candidate of each pair that has a count, int64 [P], by question, then candidate; and
            log(1 + count) for each of `DECAYS`, float32 [P, len(DECAYS)].
        """
        rows, index = expand(self.offsets[users], np.where(until < 0, self.offsets[users], self.offsets[users + 1]))
        past = np.flatnonzero(self.event[index] < until[rows])
        rows, index = rows[past], index[past]
        candidate = self.candidate[index]
        first = np.append(True, (rows[1:] != rows[:-1]) | (candidate[1:] != candidate[:-1]))[: len(rows)]
        starts = np.flatnonzero(first)
        age = ((time[rows] - self.time[index]) / self.horizon).astype(np.float32)
        weights = np.exp2(-age / np.array(DECAYS, dtype=np.float32)[:, None])  # long rows are fast
        counts = np.add.reduceat(weights, starts, axis=1) if len(starts) else weights
        return rows[starts], candidate[starts], np.ascontiguousarray(np.log1p(counts).T)
