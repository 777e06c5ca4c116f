"""The clock of the study, for logs whose horizons are minutes or whose users do not come back.

Days are the unit in which everything else reckons: windows begin at midnights, aggregates count days, half-lives are
days. Where the horizon is a number of minutes, time is stretched so that one horizon lasts `STUDY_DAYS` days; order,
ties and ratios of durations stay. The weekdays and months of a stretched clock mean nothing.

Sessions are laid out side by side. Each has a cut-off after one of its moments, drawn by a hash of its user; the
sessions are grouped by when they begin, and those of one group are shifted so that their cut-offs meet at one midnight,
a horizon after that of the group before. What a session did before its cut-off lies in the horizon before that
midnight, the rest in the horizon after it. So every window sees earlier sessions whole, those of its own group up to
their cut-offs, and of later ones nothing: the shift never moves an event of one group before one that an earlier group
is asked about, and inside a group a session may see in the aggregates what others had done before their cut-offs.
"""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from study.errors import UserError
from study.events.log import Ints
from study.events.spans import DAY
from study.params.question import MINUTES_OF_DAY, STUDY_DAYS, Question
from study.seeds import hash_text, mix64, seed_of

MOST_HORIZONS = 20_000
"""A log that lasts longer has too short a horizon to be studied: every horizon has a training cut-off."""
LEAST_GROUPS = 12
"""Of sessions before those of stop, at least; more where there are many sessions."""
SESSIONS_OF_GROUP = 500
MICROSECONDS_OF_MINUTE = 60_000_000


@dataclass(frozen=True)
class OnClock:
    """Events with the timestamps of the study's clock.

    Attributes:
        events: as they were given but for the timestamps.
        timezone: its midnights are those at which windows begin.
        first, last: the times between which the log is, microseconds since 1970 UTC.
    """

    events: pl.DataFrame
    timezone: str
    first: int
    last: int


@dataclass(frozen=True)
class Clock:
    """The clock of a question that leaves every event its place among those of other users.

    Attributes:
        timezone: its midnights are those at which windows begin.
        first, last: the times between which the log is, microseconds since 1970 UTC.
        origin: the time that stays where it is.
        minutes: the horizon for which time is stretched; None where it is not.
    """

    timezone: str
    first: int
    last: int
    origin: int
    minutes: int | None

    def place(self, events: pl.DataFrame) -> pl.DataFrame:
        """The events with their timestamps on this clock."""
        if self.minutes is None:
            return events
        time = stretched(events["timestamp"].dt.timestamp("us").to_numpy(), self.origin, self.minutes)
        return events.with_columns(pl.Series("timestamp", time).cast(pl.Datetime("us", "UTC")))


def clock_of(first: int, last: int, question: Question, timezone: str) -> Clock:
    """The clock of a question whose users come back, for a log between these times; microseconds since 1970 UTC.

    Raises:
        UserError: the log lasts too many horizons.
    """
    minutes, origin = question.horizon_minutes, origin_of(first)
    if minutes is None:
        return Clock(timezone, first, last, origin, None)
    if (last - origin) // (minutes * MICROSECONDS_OF_MINUTE) > MOST_HORIZONS:
        raise UserError(
            f"params.yaml: questions: the log lasts more than {MOST_HORIZONS} times horizon_minutes = {minutes}; "
            "widen the horizon or cut the log"
        )
    begin, end = stretched(np.array([first, last]), origin, minutes).tolist()
    return Clock("UTC", begin, end, origin, minutes)


def on_study_clock(events: pl.DataFrame, question: Question, timezone: str, seed: int) -> OnClock:
    """The events on the clock of the study.

    Args:
        events: with `user_id` and `timestamp`, sorted by them.

    Raises:
        UserError: the log lasts too many horizons, or a session is longer than the horizon.
    """
    time = events["timestamp"].dt.timestamp("us").to_numpy()
    if question.horizon_minutes is None or not question.sessions:
        clock = clock_of(int(time.min()), int(time.max()), question, timezone)
        return OnClock(clock.place(events), clock.timezone, clock.first, clock.last)
    origin = origin_of(int(time.min()))
    horizon = question.horizon_minutes * MICROSECONDS_OF_MINUTE
    users = events["user_id"].rle_id().to_numpy().astype(np.int64)
    names = events["user_id"].unique(maintain_order=True).to_list()
    time, last = _side_by_side(time, users, names, horizon, question, seed)
    time, last = time + origin, last + origin
    on_clock = stretched(time, origin, question.horizon_minutes)
    end = int(stretched(np.array([last]), origin, question.horizon_minutes)[0])
    placed = events.with_columns(pl.Series("timestamp", on_clock).cast(pl.Datetime("us", "UTC")))
    return OnClock(placed, "UTC", int(on_clock.min()), end)


def origin_of(first: int) -> int:
    """The time that stays where it is when minutes are stretched, for a log with that first event; microseconds."""
    return first // DAY * DAY


def stretched(time: Ints, origin: int, minutes: int) -> Ints:
    """Times on the clock of a study with a horizon of so many minutes; microseconds since 1970 UTC, int64 [N]."""
    return origin + _stretched(time - origin, minutes)


def _stretched(time: Ints, minutes: int) -> Ints:
    factor = math.gcd(STUDY_DAYS * MINUTES_OF_DAY, minutes)
    stretched: Ints = time * (STUDY_DAYS * MINUTES_OF_DAY // factor) // (minutes // factor)
    return stretched


def _side_by_side(
    time: Ints, users: Ints, names: list[str], horizon: int, question: Question, seed: int
) -> tuple[Ints, int]:
    """The shifted times of sessions, from 0, int64 [N], and the end of the window of the last group."""
    first = np.flatnonzero(np.append(True, users[1:] != users[:-1]))
    begins, ends = time[first], time[np.append(first[1:], len(time)) - 1]
    longest = int(np.argmax(ends - begins))
    if ends[longest] - begins[longest] >= horizon:
        minutes = int(ends[longest] - begins[longest]) // MICROSECONDS_OF_MINUTE + 1
        raise UserError(
            f"params.yaml: questions: with sessions horizon_minutes = {question.horizon_minutes} must be longer than "
            f"the longest session; that of user '{names[longest]}' lasts {minutes} minutes"
        )
    counts = question.windows
    asked = counts.stop + counts.select + counts.test
    groups = asked + max(LEAST_GROUPS, len(names) // SESSIONS_OF_GROUP - asked)
    group = np.empty(len(names), dtype=np.int64)
    group[np.lexsort((np.arange(len(names)), begins))] = np.arange(len(names)) * groups // len(names)
    cutoff = _cutoffs(time, users, names, seed)
    return time - cutoff[users] + (group[users] + 1) * horizon, (groups + 1) * horizon


def _cutoffs(time: Ints, users: Ints, names: list[str], seed: int) -> Ints:
    """A microsecond after one of the moments of each session but its last, or after its only one; int64 [users]."""
    is_new = np.append(True, (users[1:] != users[:-1]) | (time[1:] != time[:-1]))
    moments, owner = time[is_new], users[is_new]
    counts = np.bincount(owner, minlength=len(names))
    drawn = mix64(hash_text(names) ^ np.uint64(seed_of(seed, "session"))) % np.maximum(counts - 1, 1).astype(np.uint64)
    cutoffs: Ints = moments[np.cumsum(counts) - counts + drawn.astype(np.int64)] + 1
    return cutoffs
