"""A first guess at which column of an unknown log is the time, and at those that only repeat its day."""

import re
from typing import NoReturn

import polars as pl

from study.errors import UserError
from study.events.attributes import shown, text_of
from study.events.guess_names import named
from study.events.spans import DAY
from study.events.times import GREENWICH, OFFSET, looks_like_time, no_time, within_dates

TIME = r"time|date|timestamp|when|created|occurred|epoch|unix|(^|_)ts(_|$)|_at$"
OF_EVENT = r"(event|occurred)?_?(time|timestamp|ts|at)"
"""What the time of an event is called where a log has other times too: of its arrival, of a sign-up."""
DATE_FIRST = r"^(\d{4}[./-]\d\d?[./-]\d\d?|\d\d?[./-]\d\d?[./-]\d{4}|\d\d?[/-]\d\d?[/-]\d\d)([ ,T]|$)"
"""What the values of a time begin with, whatever the order of day, month and year; no version or address does."""
MIDNIGHT = r"[T ]0?0:00(:00(\.0+)?)?(Z|[+-]|$)"
DAY_ALONE = r"^\d{4}-?\d{2}-?\d{2}$"
HOUR_ALONE = r"^([01]?\d|2[0-3]):\d\d(:\d\d(\.\d+)?)?$"
SECONDS_OF_DAY = 86_400
FEW, MOST = 1_000, 0.9
"""Values that are looked at one by one, and the share of them that are times where a column is taken for one."""
NOT_ALIKE = "most values are times by themselves: make all alike, or leave out the rows of those that are not"
NEAR = pl.duration(days=2)
"""A day of another time zone is as far as that from the time at most."""


def times_of(log: pl.DataFrame, known: set[str]) -> list[str]:
    """The columns that look like times, the likeliest first.

    One that is full goes before those with gaps, since every event needs a time; then one with a time of day before
    days, and one that is called like the time of an event before others.

    Args:
        known: columns that are named like something else, which are taken where no other is.
    """
    typed = [name for name, dtype in log.schema.items() if dtype.is_temporal()]
    likely = dict.fromkeys([*named(TIME, typed), *typed, *named(TIME, log.columns)])
    texts = [name for name, dtype in log.schema.items() if dtype == pl.String and name not in known]
    gaps = {name: bool(log[name].null_count()) for name in log.columns}
    found: list[str] = []
    for names in (likely, [name for name in texts if not _are_numbers(log[name])]):
        found += [name for name in names if name not in found and looks_like_time(log[name])]
        if not all(gaps[name] for name in found):
            break
    return sorted(found, key=lambda name: (gaps[name], not _tells_hours(log[name]), not _is_of_event(name)))


def refuse_none(log: pl.DataFrame, place: str, by_hand: str) -> NoReturn:
    """Says why no column of a log is its time.

    Raises:
        UserError: always.
    """
    texts = [name for name, dtype in log.schema.items() if dtype == pl.String]
    for name in dict.fromkeys([*named(TIME, texts), *(name for name in texts if _begin_with_date(log[name]))]):
        if told := no_time(log[name], place):
            raise UserError(f"{told}; {NOT_ALIKE if _mostly_times(log[name]) else by_hand}")
    if numbers := named(TIME, [name for name in log.columns if _are_numbers(log[name])]):
        if odd := _odd_among_times(log[numbers[0]]):
            raise UserError(f"{place}: column '{numbers[0]}': {odd}; correct such rows, or leave them out")
        example = shown(log[numbers[0]].drop_nulls()[0])
        raise UserError(
            f"{place}: column '{numbers[0]}' is named like a time, but as a number since 1970 '{example}' is no time "
            f"of our days; if it is a day or a time, say so by columns.time_format, such as %Y%m%d or %Y%m%d%H%M; "
            f"{by_hand}"
        )
    raise UserError(
        f"{place}: no column looks like a time, of {', '.join(log.columns)}; one of numbers has to be named as one, "
        f"such as `time`; {by_hand}"
    )


def _begin_with_date(raw: pl.Series) -> bool:
    values = raw.drop_nulls()
    return bool(len(values)) and bool(values.str.contains(DATE_FIRST).all())


def _odd_among_times(raw: pl.Series) -> str:
    """Of numbers that are mostly times one that is none, and its row: the smallest or the largest; or nothing."""
    values = text_of(raw).cast(pl.Float64, strict=False)
    ends = (values.arg_min(), values.arg_max()) if _mostly_times(raw) else ()
    found = [row for row in ends if row is not None and not looks_like_time(raw[row : row + 1])]
    told = "is no time of our days, as a number since 1970, though most others are"
    return f"'{shown(raw[found[0]])}' in row {found[0] + 1} {told}" if found else ""


def days_of(log: pl.DataFrame, time: str, when: pl.Series) -> list[str]:
    """The columns that say on which day an event was, and nothing else; `when` are the values of its time in UTC."""
    return [name for name in log.columns if name != time and _is_its_day(log[name], when)]


def has_no_zone(raw: pl.Series) -> bool:
    """Whether times of a day are told by a clock of no zone, which may be another than that of UTC."""
    values = raw.drop_nulls()
    if not _tells_hours(values) or _are_numbers(values):
        return False
    if values.dtype != pl.String:
        return not isinstance(values.dtype, pl.Datetime) or values.dtype.time_zone is None
    texts = values.str.strip_chars()
    return not (texts.str.contains(OFFSET) | texts.str.contains(GREENWICH)).filter(texts.str.contains(":")).any()


def hours_of(log: pl.DataFrame, time: str, when: pl.Series) -> dict[str, str]:
    """The columns that say when in a day an event was, where the time is a day alone, and what to do with each."""
    days = when.dt.date().drop_nulls()
    if _tells_hours(log[time]) or days.is_empty():  # none has a date: the reader says so
        return {}
    day = days[0]
    found = {name: log[name].drop_nulls() for name in log.columns if name != time and _is_hour(log[name])}
    return {
        name: f"a time of day, which {time} does not tell: join both in one column, as {shown(f'{day} {values[0]}')}"
        for name, values in found.items()
    }


def _is_hour(raw: pl.Series) -> bool:
    values = raw.drop_nulls()
    if raw.dtype != pl.String:
        return raw.dtype == pl.Time and bool(len(values))
    return bool(len(values)) and bool(values.str.contains(HOUR_ALONE).all())


def _is_its_day(raw: pl.Series, when: pl.Series) -> bool:
    if raw.dtype == pl.Date:
        days = within_dates(raw)
    elif raw.dtype == pl.String or raw.dtype.is_integer():
        text = text_of(raw)
        if not len(text) or not text.drop_nulls().str.contains(DAY_ALONE).all():
            return False
        days = text.str.replace_all("-", "", literal=True).str.to_date("%Y%m%d", strict=False)
    else:
        return False
    told = pl.DataFrame({"day": days, "when": when.dt.replace_time_zone(None)}).filter(raw.is_not_null())
    apart = (pl.col("when") - pl.col("day").cast(pl.Datetime("us"))).abs() <= NEAR
    return bool(told.height and told.select(apart.fill_null(value=False).all()).item())


def _mostly_times(raw: pl.Series) -> bool:
    """Whether most values are times by themselves: one that is none is a slip then, or they are of several forms."""
    values = raw.drop_nulls()
    some = values.gather_every(max(len(values) // FEW, 1))
    return sum(looks_like_time(some[at : at + 1]) for at in range(len(some))) >= MOST * len(some)


def _is_of_event(name: str) -> bool:
    return bool(re.fullmatch(OF_EVENT, name, flags=re.IGNORECASE))


def _tells_hours(raw: pl.Series) -> bool:
    """Whether times are more than days."""
    values = raw.drop_nulls()
    if values.dtype == pl.String and not _are_numbers(values):
        return bool(values.str.contains(r"\d:\d").any()) and not values.str.contains(MIDNIGHT).all()
    if isinstance(values.dtype, pl.Datetime):
        return bool((values.dt.timestamp("us") % DAY != 0).any())
    return values.dtype != pl.Date and bool(
        (text_of(values).cast(pl.Float64, strict=False) % SECONDS_OF_DAY != 0).any()
    )


def _are_numbers(raw: pl.Series) -> bool:
    values = raw.drop_nulls()
    return bool(len(values)) and not text_of(values).cast(pl.Float64, strict=False).null_count()
