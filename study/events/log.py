"""The log in columns of codes: what every model, rule and feature reads."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.events.spans import DAY

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Log:
    """N events of U users, sorted by user, then time, then content hash.

    Attributes:
        users: user ids, sorted, [U].
        offsets: the events of user u are offsets[u]:offsets[u + 1], int64 [U + 1].
        time: microseconds since 1970 UTC, int64 [N].
        local: microseconds since 1970 on the local clock, int64 [N]; for days, weekdays and hours only.
        candidate: code of the event's candidate or -1, int32 [N].
        key: whether the event is a key action with a candidate, bool [N].
        codes: for event_type and each attribute the code, int32 [N]; 0 missing, 1 rare or unseen.
        sizes: number of codes of each column of `codes`; the columns are in the order of the tokens of `flat`.
        catalogue: candidate values; those at index < known occurred in the fit span.
        known: how many candidates the fit span had.
        popularity: key actions of each candidate in the fit span, int64 [len(catalogue)]; breaks ties.
        prompt: the codes of the columns that the key filter fixes, event_type first: what a key action starts with.
        candidate_columns: the columns of `codes` whose joint value is the candidate.
        memo: what is derived from the whole log and kept for the next block of queries; a log made of another has
            none of it.
    """

    users: list[str]
    offsets: Ints
    time: Ints
    local: Ints
    candidate: NDArray[np.int32]
    key: NDArray[np.bool_]
    codes: dict[str, NDArray[np.int32]]
    sizes: dict[str, int]
    catalogue: list[str]
    known: int
    popularity: Ints
    prompt: dict[str, int]
    candidate_columns: list[str]
    memo: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def user(self) -> NDArray[np.int32]:
        """Index of each event's user, int32 [N]."""
        return np.repeat(np.arange(len(self.users), dtype=np.int32), np.diff(self.offsets))

    @cached_property
    def day(self) -> NDArray[np.int32]:
        """Local day number of each event, int32 [N]."""
        return (self.local // DAY).astype(np.int32)

    @cached_property
    def moment_end(self) -> NDArray[np.bool_]:
        """Whether an event is the last of its moment, bool [N]."""
        if not len(self.time):
            return np.zeros(0, dtype=bool)
        same = (self.user[1:] == self.user[:-1]) & (self.time[1:] == self.time[:-1])
        return np.append(~same, True)

    @property
    def moment(self) -> Ints:
        """Number of each event's moment, from 0 in the order of the log, int64 [N]; not kept."""
        return np.cumsum(self.moment_end) - self.moment_end

    @property
    def moment_starts(self) -> Ints:
        """Index of the first event of each moment, int64 [moments]; not kept."""
        return np.flatnonzero(np.append(True, self.moment_end[:-1])[: len(self.time)])

    @property
    def is_first_of_moment(self) -> NDArray[np.bool_]:
        """Whether a key action is the first one of its moment, bool [key actions]; not kept."""
        moment = self.moment[self.key]
        return np.append(True, moment[1:] != moment[:-1])[: len(moment)]

    @cached_property
    def previous_time(self) -> Ints:
        """Time of the strictly earlier moment of the same user, or the event's own time if it has none; [N]."""
        start, moment = self.moment_starts, self.moment
        before = np.maximum(start - 1, 0)
        has = (start > 0) & (self.user[before] == self.user[start]) if len(start) else np.zeros(0, bool)
        return np.where(has, self.time[before], self.time[start])[moment] if len(start) else self.time

    @cached_property
    def by_time(self) -> tuple[Ints, Ints]:
        """The events in the order of their times, and these, both int64 [N]: those of a window lie side by side."""
        order = np.argsort(self.time, kind="stable")
        return order, self.time[order]

    def between(self, start: int, stop: int) -> Ints:
        """The events with start <= time < stop, in no order that means anything; int64."""
        order, times = self.by_time
        first, last = np.searchsorted(times, [start, stop])
        return order[first:last]

    def indices(self, ids: pl.Series) -> Ints:
        """The indices of users by their ids, int64 [len(ids)]."""
        return pl.Series(self.users, dtype=pl.String).search_sorted(ids).to_numpy().astype(np.int64)

    def before(self, cutoff: int) -> "Log":
        """The log of events strictly before `cutoff`, same users and codes."""
        return self.kept(self.time < cutoff)

    def of(self, users: Ints) -> "Log":
        """The log of some users alone, in the given order: user i of it is `users[i]`; int64 [Q]."""
        sizes = np.diff(self.offsets)[users]
        offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        events = np.repeat(self.offsets[users] - offsets[:-1], sizes) + np.arange(offsets[-1])
        return replace(
            self,
            users=[self.users[user] for user in users],
            offsets=offsets,
            time=self.time[events],
            local=self.local[events],
            candidate=self.candidate[events],
            key=self.key[events],
            codes={name: codes[events] for name, codes in self.codes.items()},
        )

    def kept(self, mask: NDArray[np.bool_]) -> "Log":
        """The log of some of its events, bool [N]; same users and codes."""
        events = np.flatnonzero(mask)  # numpy takes rows by their numbers several times as fast as by a mask
        return replace(
            self,
            offsets=np.searchsorted(events, self.offsets).astype(np.int64),
            time=self.time[events],
            local=self.local[events],
            candidate=self.candidate[events],
            key=self.key[events],
            codes={name: codes[events] for name, codes in self.codes.items()},
        )


@dataclass(frozen=True)
class Queries:
    """One block of queries that share a cut-off.

    Attributes:
        log: the log, cut at the cut-off: nothing from the window can be read through it.
        cutoff: microseconds since 1970 UTC.
        local: the cut-off on the local clock.
        users: indices into `log.users`, int64 [Q].
        memo: what models derive from the queries of this cut-off, kept for the next model that scores them.
    """

    log: Log
    cutoff: int
    local: int
    users: Ints
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Labels:
    """Ragged sets of candidates, one per query: those of query i are codes[offsets[i]:offsets[i + 1]]."""

    offsets: Ints
    codes: NDArray[np.int32]

    @property
    def sizes(self) -> Ints:
        """Number of candidates of each query, int64 [Q]."""
        return np.diff(self.offsets)

    @property
    def rows(self) -> Ints:
        """Query index of each code, int64 [len(codes)]."""
        return np.repeat(np.arange(len(self.offsets) - 1), self.sizes)


def sets_of(rows: Ints, codes: NDArray[np.int32], count: int) -> Labels:
    """The distinct codes of each row as `Labels` over `count` rows, sorted by row and code."""
    width = int(codes.max()) + 1 if len(codes) else 1
    joint = np.sort(rows.astype(np.int64) * width + codes)
    joint = joint[np.append(True, joint[1:] != joint[:-1])[: len(joint)]]
    offsets = np.searchsorted(joint // width, np.arange(count + 1))
    return Labels(offsets.astype(np.int64), (joint % width).astype(np.int32))
