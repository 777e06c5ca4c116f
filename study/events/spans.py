"""Train, stop, select and test: which cut-offs each span has, in the local calendar."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from study.errors import UserError
from study.params.question import STUDY_DAYS, Question

MICROSECONDS = 1_000_000
DAY = 86_400 * MICROSECONDS
SPANS = ("stop", "select", "test")
"""Those that have windows, in their order."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The local midnight that begins `day`, in microseconds since 1970 UTC."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    return int(local.astimezone(UTC).timestamp()) * MICROSECONDS


def local_date(time: int, zone: ZoneInfo) -> date:
    """The local calendar day of a time in microseconds since 1970 UTC."""
    return datetime.fromtimestamp(time / MICROSECONDS, tz=UTC).astimezone(zone).date()


@dataclass(frozen=True)
class Window:
    """[cutoff, end) in microseconds since 1970 UTC; `day` is the local date of the cut-off."""

    day: date
    cutoff: int
    end: int

    @property
    def local(self) -> int:
        """The cut-off on the local clock, in microseconds since the local 1970."""
        return (self.day - date(1970, 1, 1)).days * DAY


@dataclass(frozen=True)
class Spans:
    """The spans in order; train is everything before the first stop window."""

    timezone: str
    horizon_days: int
    first: date
    stop: list[Window]
    select: list[Window]
    test: list[Window]

    @classmethod
    def of_json(cls, text: str) -> "Spans":
        """The inverse of `to_json`."""
        raw = json.loads(text)
        whole = cls(raw["timezone"], raw["horizon_days"], date.fromisoformat(raw["first"]), [], [], [])
        stop, select, test = ([whole.window(date.fromisoformat(day)) for day in raw[name]] for name in SPANS)
        return replace(whole, stop=stop, select=select, test=test)

    def to_json(self) -> str:
        """As JSON text, days as ISO dates."""
        days = {name: [window.day.isoformat() for window in getattr(self, name)] for name in SPANS}
        told = {"timezone": self.timezone, "horizon_days": self.horizon_days, "first": self.first.isoformat(), **days}
        return json.dumps(told, indent=2) + "\n"

    def windows_before(self, end: int, earliest: date) -> list[Window]:
        """All windows on the grid of the query cut-offs that end by `end` and start at or after `earliest`."""
        zone = ZoneInfo(self.timezone)
        day, found = local_date(end, zone), []
        while (day := day - timedelta(days=self.horizon_days)) >= earliest:
            found.append(self.window(day))
        return found[::-1]

    def window(self, day: date) -> Window:
        """The window that begins at the local midnight of `day`."""
        zone, after = ZoneInfo(self.timezone), day + timedelta(days=self.horizon_days)
        return Window(day, midnight(day, zone), midnight(after, zone))


def make_spans(first: int, last: int, timezone: str, question: Question, place: str = "questions") -> Spans:
    """Lays the windows backwards from the midnight that begins the day of the last event: that day may be incomplete.

    Args:
        first: time of the first event, microseconds since 1970 UTC.
        last: time of the last event, or the midnight that ends the last window.
        place: of the question in `params.yaml`, for messages.

    Raises:
        UserError: the windows leave less than one horizon of training span.
    """
    zone, horizon = ZoneInfo(timezone), question.study_days
    counts = question.windows
    end = local_date(last, zone)
    total = counts.stop + counts.select + counts.test
    starts = [end - timedelta(days=horizon * (total - i)) for i in range(total)]
    first_day = local_date(first, zone)
    if starts[0] - timedelta(days=2 * horizon) < first_day:
        raise UserError(
            f"params.yaml: {place}: {total} windows of {question.horizon} and two more to train on need {total + 2} "
            f"horizons, but no more than {(end - first_day).days // horizon} fit into the log, which begins on "
            f"{first_day} and ends on {end}; lower the horizon (horizon_days, horizon_minutes) or windows, or bring a "
            "longer log"
        )
    whole = Spans(timezone, horizon, first_day, [], [], [])
    windows = [whole.window(day) for day in starts]
    stop, rest = windows[: counts.stop], windows[counts.stop :]
    return replace(whole, stop=stop, select=rest[: counts.select], test=rest[counts.select :])


def refuse_long_warmup(spans: Spans, warmup_days: int, name: str, question: Question) -> None:
    """Refuses a warm-up after which no training window is left: what learns from aggregates would have no row.

    Raises:
        UserError: there is none.
    """
    last = spans.windows_before(spans.stop[0].cutoff, spans.first)[-1].day
    if (most := (last - spans.first).days) < warmup_days:
        clock = f"; of a horizon of minutes, which lasts {STUDY_DAYS} of these days" if question.horizon_minutes else ""
        raise UserError(
            f"params.yaml: features.warmup_days: {warmup_days} leaves no window to train on before the first of stop "
            f"of '{name}'; {most} is the most for this log{clock}"
        )
