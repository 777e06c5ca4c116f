"""The clock of the study, for logs whose horizons are minutes or whose users do not come back.

Days are the unit in which everything else reckons: windows begin at midnights, aggregates count days, half-lives are
days. Where the horizon is a number of minutes, time is stretched so that one horizon lasts `STUDY_DAYS` days; order,
ties and ratios of durations stay. The weekdays and months of a stretched clock mean nothing.

Sessions are laid out side by side. Each has a cut-off after one of its moments, drawn by a hash of its user; the
sessions are grouped by when they begin, and those of one group are shifted so that their cut-offs meet at one midnight,
a horizon after that of the group before. What a session did before its cut-off lies in the horizon before that
midnight, the rest in the horizon after it. So every window sees earlier sessions whole, those of its own group up to
their cut-offs, and of later ones nothing. A session that was still going on when the first one of a later group is
asked about would be seen with what was then its future: it is left out. Inside a group a session may see in the
aggregates what others had done before their cut-offs.
"""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.errors import UserError
from study.events.log import Ints
from study.events.spans import DAY
from study.params.question import MINUTES_OF_DAY, STUDY_DAYS, Question, WhoQuestion
from study.seeds import hash_text, mix64, seed_of

MOST_HORIZONS = 20_000
"""A log that lasts longer has too short a horizon to be studied: every horizon has a training cut-off."""
LEAST_GROUPS = 12
"""Of sessions before those of stop, at least; more where there are many sessions."""
SESSIONS_OF_GROUP, HORIZONS_OF_GROUP = 500, 2
"""A group has so many sessions and lasts so long at least, where the log does: few sessions reach into the next one."""
MICROSECONDS_OF_MINUTE = 60_000_000


@dataclass(frozen=True)
class OnClock:
    """Sessions with the timestamps of the study's clock.

    Attributes:
        events: as they were given but for the timestamps, and without the sessions that are left out.
        timezone: its midnights are those at which windows begin.
        first, last: the times between which the log is, microseconds since 1970 UTC.
        left_out: how many sessions are not there, since they were still going on when a later group is asked about.
    """

    events: pl.DataFrame
    timezone: str
    first: int
    last: int
    left_out: int = 0


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

    def of_log(self, time: int) -> int:
        """The first time of the log that is not before a time on this clock; microseconds since 1970 UTC."""
        if self.minutes is None:
            return time
        return self.origin - (self.origin - time) * self.minutes // (STUDY_DAYS * MINUTES_OF_DAY)


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


def on_study_clock(events: pl.DataFrame, question: Question, seed: int) -> OnClock:
    """The sessions of a log on the clock of the study.

    Args:
        events: with `user_id` and `timestamp`, sorted by them.

    Raises:
        UserError: a session is longer than the horizon, or so many sessions overlap that none of a group is over before
            those of a later one are asked about.
    """
    assert question.horizon_minutes is not None
    time = events["timestamp"].dt.timestamp("us").to_numpy()
    origin = origin_of(int(time.min()))
    horizon = question.horizon_minutes * MICROSECONDS_OF_MINUTE
    sessions = _Sessions.of(time, events["user_id"])
    time, last, is_over = _side_by_side(time, sessions, horizon, question, seed)
    kept = is_over[sessions.of_event]
    on_clock = stretched(time[kept] + origin, origin, question.horizon_minutes)
    end = int(stretched(np.array([last + origin]), origin, question.horizon_minutes)[0])
    placed = events.filter(kept).with_columns(pl.Series("timestamp", on_clock).cast(pl.Datetime("us", "UTC")))
    return OnClock(placed, "UTC", int(on_clock.min()), end, int((~is_over).sum()))


def open_sessions(events: pl.DataFrame, cutoff: int, question: Question, origin: int, seed: int) -> OnClock:
    """The sessions before a cut-off on the clock of the study: those that may still go on are its last group.

    They are asked about right after what they did last; `last` of the answer is the midnight at which their cut-offs
    meet. Sessions that have ended are laid out before them as in a study.

    Args:
        events: with `user_id` and `timestamp`, all of them before the cut-off.
        cutoff: microseconds since 1970 UTC.
        origin: of the clock of the study.

    Raises:
        UserError: a session is longer than the horizon.
    """
    assert question.horizon_minutes is not None
    events = events.sort("user_id", "timestamp", maintain_order=True)
    time = events["timestamp"].dt.timestamp("us").to_numpy()
    sessions = _Sessions.of(time, events["user_id"])
    horizon = question.horizon_minutes * MICROSECONDS_OF_MINUTE
    sessions.refuse_longer(question, "rank: --log", "; split it or leave it out: the model's horizon is fixed")
    is_open = sessions.begins > cutoff - horizon
    over = np.flatnonzero(~is_open)
    groups = _groups(sessions.begins[over], question)
    group = np.full(len(is_open), groups)
    group[over] = _grouped(sessions.begins[over], groups)
    asked = np.where(is_open, sessions.ends + 1, _cutoffs(time, sessions, question, seed))
    shifted = time - asked[sessions.of_event] + (group[sessions.of_event] + 1) * horizon
    on_clock = stretched(shifted + origin, origin, question.horizon_minutes)
    meet = int(stretched(np.array([(groups + 1) * horizon + origin]), origin, question.horizon_minutes)[0])
    placed = events.with_columns(pl.Series("timestamp", on_clock).cast(pl.Datetime("us", "UTC")))
    return OnClock(placed, "UTC", int(on_clock.min()), meet)


def origin_of(first: int) -> int:
    """The time that stays where it is when minutes are stretched, for a log with that first event; microseconds."""
    return first // DAY * DAY


def stretched(time: Ints, origin: int, minutes: int) -> Ints:
    """Times on the clock of a study with a horizon of so many minutes; microseconds since 1970 UTC, int64 [N]."""
    return origin + _stretched(time - origin, minutes)


def _stretched(time: Ints, minutes: int) -> Ints:
    factor = math.gcd(STUDY_DAYS * MINUTES_OF_DAY, minutes)
    times, parts = STUDY_DAYS * MINUTES_OF_DAY // factor, minutes // factor
    whole, rest = np.divmod(time, parts)
    stretched: Ints = whole * times + rest * times // parts  # a product of the whole time may not fit 64 bits
    return stretched


@dataclass(frozen=True)
class _Sessions:
    """The sessions of events that are sorted by user, then time; begins and ends in microseconds, int64 [users]."""

    names: list[str]
    of_event: Ints
    begins: Ints
    ends: Ints

    @classmethod
    def of(cls, time: Ints, user_id: pl.Series) -> "_Sessions":
        users = user_id.rle_id().to_numpy().astype(np.int64)
        first = np.flatnonzero(np.append(True, users[1:] != users[:-1]))
        names = user_id.unique(maintain_order=True).to_list()
        return cls(names, users, time[first], time[np.append(first[1:], len(time)) - 1])

    def refuse_longer(self, question: Question, place: str, remedy: str = "") -> None:
        """Ends where a session is not shorter than the horizon; `place` is where that can be mended."""
        assert question.horizon_minutes is not None
        lasts = self.ends - self.begins
        longest = int(np.argmax(lasts))
        if lasts[longest] >= question.horizon_minutes * MICROSECONDS_OF_MINUTE:
            minutes = int(lasts[longest]) // MICROSECONDS_OF_MINUTE + 1
            raise UserError(
                f"{place}: with sessions horizon_minutes = {question.horizon_minutes} must be longer than the longest "
                f"session; that of user '{self.names[longest]}' lasts {minutes} minutes{remedy}"
            )


def _side_by_side(
    time: Ints, sessions: _Sessions, horizon: int, question: Question, seed: int
) -> tuple[Ints, int, NDArray[np.bool_]]:
    """The shifted times of sessions, from 0, int64 [N], the end of the window of the last group, and which are kept.

    Which are kept, bool [users]: those that are over when the first session of a later group is asked about.
    """
    sessions.refuse_longer(question, "params.yaml: questions")
    groups = _groups(sessions.begins, question)
    group = _grouped(sessions.begins, groups)
    cutoff = _cutoffs(time, sessions, question, seed)
    first = np.full(groups + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, group, cutoff)
    first_from = np.minimum.accumulate(first[::-1])[::-1]
    is_over = sessions.ends < first_from[group + 1]
    if not np.bincount(group[is_over], minlength=groups).all():
        raise UserError(
            f"params.yaml: questions: {np.sum(~is_over):,} of {len(group):,} sessions still go on when others, of "
            f"{groups} groups by when they begin, are asked about; bring a longer log, ask for fewer windows, or leave "
            "`sessions` out, where users return within hours"
        )
    shifted = time - cutoff[sessions.of_event] + (group[sessions.of_event] + 1) * horizon
    return shifted, (groups + 1) * horizon, is_over


def _groups(begins: Ints, question: Question) -> int:
    """How many groups sessions that begin then make: one for each window, and those of train before them."""
    assert question.horizon_minutes is not None
    counts = question.windows
    asked = counts.stop + counts.select + counts.test
    lasts = int(np.ptp(begins)) if len(begins) else 0
    most = lasts // (HORIZONS_OF_GROUP * question.horizon_minutes * MICROSECONDS_OF_MINUTE)
    return asked + max(LEAST_GROUPS, min(len(begins) // SESSIONS_OF_GROUP, most) - asked)


def _grouped(begins: Ints, groups: int) -> Ints:
    """The group of each session, as many in each, by when they begin; int64 [sessions]."""
    group = np.empty(len(begins), dtype=np.int64)
    group[np.argsort(begins, kind="stable")] = np.arange(len(begins)) * groups // max(len(begins), 1)
    return group


def _cutoffs(time: Ints, sessions: _Sessions, question: Question, seed: int) -> Ints:
    """A microsecond after one of the moments of each session; int64 [users].

    Who acts is asked after any of them: to leave out the last would tell that the session goes on, which nobody knows
    of an open one. What is acted on is asked where something is, so never after the last unless it is the only one.
    """
    users = sessions.of_event
    is_new = np.append(True, (users[1:] != users[:-1]) | (time[1:] != time[:-1]))
    moments, owner = time[is_new], users[is_new]
    counts = np.bincount(owner, minlength=len(sessions.names))
    choices = counts if isinstance(question, WhoQuestion) else np.maximum(counts - 1, 1)
    drawn = mix64(hash_text(sessions.names) ^ np.uint64(seed_of(seed, "session"))) % choices.astype(np.uint64)
    cutoffs: Ints = moments[np.cumsum(counts) - counts + drawn.astype(np.int64)] + 1
    return cutoffs
