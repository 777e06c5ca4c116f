"""A new log as an exported variant reads it, up to a cut-off."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from study.errors import UserError
from study.events.clock import open_sessions, stretched
from study.events.files import matching
from study.events.log import Ints, Log, Queries
from study.events.read import read_source, sources
from study.events.spans import DAY, EPOCH
from study.events.split import TIME, with_candidates
from study.exhibits.key_action import eligible
from study.params.question import MINUTES_OF_DAY, STUDY_DAYS, Question, WhoQuestion
from study.params.snapshot import Snapshot
from study.serving.bundle import Bundle, Exported

NOW = "now"
DAYS = range((datetime.min.replace(tzinfo=UTC) - EPOCH).days, (datetime.max.replace(tzinfo=UTC) - EPOCH).days + 1)
"""Those that a calendar has, since 1970."""


@dataclass(frozen=True)
class Cutoff:
    """A moment of prediction: microseconds since 1970 UTC, and the same on the local clock."""

    time: int
    local: int

    @classmethod
    def of(cls, text: str, timezone: str) -> "Cutoff":
        """The cut-off that a text stands for: `now`, a day, or an ISO time; local unless it names a time zone.

        Raises:
            UserError: it is none of them.
        """
        zone = ZoneInfo(timezone)
        try:
            when = datetime.now(tz=zone) if text == NOW else datetime.fromisoformat(text)
            at = when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)
            return cls(_microseconds(at.astimezone(UTC) - EPOCH), _microseconds(at.replace(tzinfo=UTC) - EPOCH))
        except (ValueError, OverflowError):
            raise UserError(
                f"rank: --cutoff {text}: no time; give `now`, a day such as 2024-03-01, or 2024-03-01T09:30"
            ) from None

    def __str__(self) -> str:
        return _shown(self.time)


def read_history(bundle: Bundle, path: Path, cutoff: Cutoff) -> Queries:
    """All users that can be asked about at the cut-off, and the events before it, coded by the variant's vocabulary.

    Raises:
        UserError: there is no such log, it lacks a column, or has no event, or no eligible one, before the cut-off, or
            the cut-off lies too far from the training log for a horizon of minutes.
    """
    exported = bundle.exported
    events = read_source(_described(exported, path))
    before = events.filter(TIME.lt(cutoff.time))
    if not before.height:
        first = events.select(TIME.min()).item()
        raise UserError(f"{path}: no event before the cut-off {cutoff}; the first one is at {_shown(first)}")
    _warn_of_silence(path, int(before.select(TIME.max()).item()), cutoff, exported.question)
    _warn_of_size(path, before.height, exported)
    at, timezone = cutoff, exported.snapshot.timezone
    if exported.question.sessions:
        laid = open_sessions(before, cutoff.time, exported.question, exported.origin, exported.seed)
        before, at, timezone = laid.events, Cutoff(laid.last, laid.last), laid.timezone
    elif exported.question.horizon_minutes is not None:
        _refuse_far(cutoff, exported.origin, exported.question.horizon_minutes)
        (before, at), timezone = _stretched(before, cutoff, exported.origin, exported.question.horizon_minutes), "UTC"
    log = bundle.vocabulary.encode(with_candidates(before, exported.question, timezone, exported.seed))
    if not log.key.any():
        told = "no event before the cut-off is a key action of the question: ranks are those of strangers"
        print(f"warning: {path}: {told}", file=sys.stderr)
    elif not (log.key & (log.candidate < log.known)).any():
        told = "no key action before the cut-off has a candidate that occurred in training; is it a log of that kind?"
        print(f"warning: {path}: {told}", file=sys.stderr)
    return Queries(log, at.time, at.local, _users(log, at, exported.question, cutoff))


def refuse_replaced(bundle: Bundle, path: Path, out: Path) -> None:
    """Whether a file that is to be written is none of those that are read, now or when the log is read again.

    Raises:
        UserError: it is one, or there is no such log.
    """
    spec = _described(bundle.exported, path)
    if any(out.exists() and out.samefile(file) for file in sources(spec)):
        raise UserError(f"rank: --out {out}: is a part of the log, which ranks would replace; give another name")
    folder, place = path.resolve(), out.resolve()
    if not path.is_dir() or folder not in place.parents:
        return
    is_hidden = any(part.startswith((".", "_")) for part in place.relative_to(folder).parts)
    if fnmatchcase(place.name, PurePath(spec.files).name) and not is_hidden:
        raise UserError(f"rank: --out {out}: lies in {path}, where ranks would be read as events; give another folder")


def _described(exported: Exported, path: Path) -> Snapshot:
    """How the log is read: of a folder those files that match the pattern of the snapshot, or all where none does."""
    if not path.exists():
        raise UserError(f"rank: --log {path}: there is no such file or folder")
    files = exported.snapshot.files if matching(path, exported.snapshot.files) else "*"
    return exported.snapshot.model_copy(update={"source": str(path), "files": files})


def _warn_of_silence(path: Path, last: int, cutoff: Cutoff, question: Question) -> None:
    """Says so where nothing happened for longer than a horizon: perhaps another log, or another cut-off, was meant."""
    horizon = (question.horizon_days or 0) * DAY + (question.horizon_minutes or 0) * DAY // MINUTES_OF_DAY
    if cutoff.time - last > horizon:
        told = f"{path}: the last event before the cut-off {cutoff} is at {_shown(last)}, longer ago than a horizon"
        print(f"warning: {told}; is it the log, and the cut-off, that was meant?", file=sys.stderr)


def _warn_of_size(path: Path, events: int, exported: Exported) -> None:
    """Says so where a log has more events than some users had in training, and counts over all users are read."""
    if exported.thinned_to is not None and events > exported.thinned_to:
        told = f"{events:,} events before the cut-off, and {exported.variant} was trained on {exported.thinned_to:,}"
        how = "at most: counts of a candidate over all users, which it reads, are larger than in training; see its card"
        print(f"warning: {path}: {told} {how}", file=sys.stderr)


def _users(log: Log, at: Cutoff, question: Question, cutoff: Cutoff) -> Ints:
    """All users that can be asked about: of sessions those that may go on, of `who` those who are eligible."""
    if not question.sessions and not isinstance(question, WhoQuestion):
        return np.arange(len(log.users))
    span = question.eligible if isinstance(question, WhoQuestion) else question.right_before
    users = np.unique(log.user[log.local >= at.local - round(span * DAY)]).astype(np.int64)
    if len(users):
        return users
    if isinstance(question, WhoQuestion) and not question.sessions:
        raise UserError(f"rank: no user has an event in the {eligible(question.eligible_days)} before {cutoff}")
    raise UserError(f"rank: no session began in the {question.horizon_minutes} minutes before {cutoff}")


def _stretched(before: pl.DataFrame, cutoff: Cutoff, origin: int, minutes: int) -> tuple[pl.DataFrame, Cutoff]:
    """Events and cut-off on the clock of the study, which is put forward so that the cut-off is a midnight there.

    Every cut-off of the study was one: what is counted in days would miss what happened since the last.
    """
    time = stretched(before["timestamp"].dt.timestamp("us").to_numpy(), origin, minutes)
    at = int(stretched(np.array([cutoff.time]), origin, minutes)[0])
    forward = -at % DAY
    placed = before.with_columns(pl.Series("timestamp", time + forward).cast(pl.Datetime("us", "UTC")))
    return placed, Cutoff(at + forward, at + forward)


def _refuse_far(cutoff: Cutoff, origin: int, minutes: int) -> None:
    """Ends where the cut-off would have no date on the clock of the study; times of a log are near enough."""
    at = origin + (cutoff.time - origin) * STUDY_DAYS * MINUTES_OF_DAY // minutes  # of any size, unlike an int64
    if -(-at // DAY) not in DAYS:
        raise UserError(f"rank: --cutoff {cutoff}: too far from the training log for a horizon of {minutes} minutes")


def _shown(time: int) -> str:
    return (EPOCH + timedelta(microseconds=time)).isoformat()


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
