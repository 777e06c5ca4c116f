"""A user's own past as decayed counts: how often, and how long ago, each candidate was acted on before a time."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Log
from study.events.ragged import expand

DECAYS = (0.75, 2.0, 6.0, 18.0, 144.0)
"""Half-lives in horizons: from less than one to longer than most logs, which counts."""
LAID_OUT = 2_000_000
"""How many moments of the pasts of all questions are weighed at once: some 0.2 GB, but for one longer past."""


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
        starts = self.offsets[users]
        stops = np.where(until < 0, starts, self.offsets[users + 1])
        cuts = np.flatnonzero(np.diff(np.cumsum(stops - starts) // LAID_OUT)) + 1
        found = []
        for some in np.split(np.arange(len(users)), cuts):
            rows, candidate, counts = self._weighed(starts[some], stops[some], until[some], time[some])
            found.append((some[rows], candidate, counts))
        questions, candidates, weighed = zip(*found, strict=True)
        return np.concatenate(questions), np.concatenate(candidates), np.concatenate(weighed)

    def _weighed(self, starts: Ints, stops: Ints, until: Ints, time: Ints) -> tuple[Ints, Ints, NDArray[np.float32]]:
        rows, index = expand(starts, stops)
        past = np.flatnonzero(self.event[index] < until[rows])
        rows, index = rows[past], index[past]
        candidate = self.candidate[index]
        first = np.append(True, (rows[1:] != rows[:-1]) | (candidate[1:] != candidate[:-1]))[: len(rows)]
        begins = np.flatnonzero(first)
        age = ((time[rows] - self.time[index]) / self.horizon).astype(np.float32)
        weights = np.exp2(-age / np.array(DECAYS, dtype=np.float32)[:, None])  # long rows are fast
        counts = np.add.reduceat(weights, begins, axis=1) if len(begins) else weights
        return rows[begins], candidate[begins], np.ascontiguousarray(np.log1p(counts).T)
