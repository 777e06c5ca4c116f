"""Timestamps, in any of the forms that logs have, as UTC."""

import re
from datetime import date
from pathlib import Path

import polars as pl

from study.errors import UserError
from study.events.attributes import refuse, shown, text_of
from study.params.snapshot import Snapshot

UTC = pl.Datetime("us", "UTC")
OFFSET = r"(Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)$"
"""No place has ever been 16 hours from Greenwich: what is larger is a fault of the log."""
GREENWICH = r" ?(UTC|GMT)$"
"""Another name of the offset Z, as BigQuery writes it."""
DATE = "%Y-%m-%d"
FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", DATE)
"""ISO 8601, after T became a space and the offset was taken off."""
TIME_OF_DAY = re.compile(r"%[-_0]?[HIklMSTRXrscpP]|%[.:\d]*f")
"""What a form says of the hour, or of what is smaller; without it a day alone is known."""
UNLIKE = re.compile(r"%%|\.%f|%[-_0]?[fZ]")
"""Letters of a form that say one thing in strftime, and another to Polars; `%%` is a plain %, whatever follows."""
INSTEAD = {
    "f": "stands behind no dot; write .%f for the fraction behind one, or %3f, %6f or %9f for so many digits",
    "Z": "is a name that tells no offset; have offsets in the log and write %z, or write the name as it stands there, "
    "such as EST, and say columns.zone",
}
UNITS = ((1e11, 1_000_000), (1e14, 1_000), (1e17, 1))
"""Numbers below it are seconds, milliseconds, microseconds since 1970: each lasts beyond the year 5000 as such."""
NANOSECONDS = 1_000
SECONDS_OF_2000 = 946_684_800
COMPACT = r"^(199\d|20\d\d|\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])([0-5]\d){0,2}$"
"""The digits of a day and a time, as 202103151230: as numbers since 1970 some of them are times too, of other days."""
FEW = 1_000
"""Values at the beginning that mostly tell what all are."""
YEARS = (1900, 2200)
"""What is outside is a fault of units or a placeholder, and would stretch the calendar of cut-offs."""
OUTSIDE = "is no time between {} and {}".format(*YEARS)
NO_NUMBER = ", as a number since 1970; if it is a day and a time, say columns.time_format, such as %Y%m%d%H%M%S"
DATES = ((date.min - date(1970, 1, 1)).days, (date.max - date(1970, 1, 1)).days)
"""Days since 1970 that have a date: a typed column may hold numbers far outside."""
PER_DAY = {"ms": 86_400_000, "us": 86_400_000_000}
"""Of the units that reach outside of it; nanoseconds do not."""

OUR_DAYS = (315_532_800_000_000, 7_258_118_400_000_000)
"""From 1980 to 2200, in microseconds since 1970."""


class FormChangedError(Exception):
    """The times of a piece of a file are of another form than those before: only the whole file tells what they are."""


GUESS = Snapshot(name="guess", source="", timezone="UTC", attributes={"any": "categorical"})
"""By which the times of an unknown log are read."""
Forms = set[tuple[str, str]]
"""What the pieces of a file have shown of its times: the kind, and the unit, or whether they have a zone."""


def utc(raw: pl.Series, spec: Snapshot, place: Path, forms: Forms | None = None) -> pl.Series:
    """The times as `timestamp`, in UTC with microseconds.

    Timestamps without a zone are in `columns.zone`, dates without a time are the local midnight of `timezone`, and
    numbers are seconds, milliseconds, microseconds or nanoseconds since 1970, as their size says. An hour that a
    clock shows twice is the first, one that it skips is read as the moment after.

    Args:
        forms: of the pieces of the file before, if it is read in pieces; that of this one is added.

    Raises:
        FormChangedError: the pieces of a file differ.
        UserError: a time is missing or cannot be read, or some have a zone and others none; names file, column, row
            and value.
    """
    empty = raw.is_null() | (raw == "") if raw.dtype == pl.String else raw.is_null()
    if empty.any():
        row = int(empty.arg_true()[0])
        raise UserError(f"{place}: column '{raw.name}' is empty in row {row + 1}; every event needs one")
    found, form = _parsed(raw, spec, place)
    found = found.cast(UTC)
    is_ours = found.dt.year().is_between(*YEARS).fill_null(value=False)
    hint = NO_NUMBER if form[0] == "number" else ""
    refuse(~is_ours, raw, place, f"{OUTSIDE}{hint}")
    if forms is not None:
        forms.add(form)
        kinds, details = ({part for part in parts if part} for parts in zip(*forms, strict=True))
        if max(len(kinds), len(details)) > 1:
            raise FormChangedError
    return found.alias("timestamp")


def _parsed(raw: pl.Series, spec: Snapshot, place: Path) -> tuple[pl.Series, tuple[str, str]]:
    """The times, and their form."""
    if raw.dtype.is_temporal():
        far = raw.is_not_null() & within_dates(raw).is_null()
        refuse(far, raw.to_physical(), place, OUTSIDE)
    if isinstance(raw.dtype, pl.Datetime):
        zoned = raw.dt.cast_time_unit("us") if raw.dtype.time_zone else _zoned(raw, spec.columns.zone)
        return zoned, ("typed", "")
    if raw.dtype == pl.Date:
        return _zoned(raw.cast(pl.Datetime("us")), spec.timezone), ("typed", "")
    if raw.dtype.is_numeric() and spec.columns.time_format is not None:
        whole = raw.cast(pl.Int64, strict=False)
        is_whole = (raw.cast(pl.Float64) % 1 == 0) & whole.is_not_null()
        refuse(~is_whole, raw, place, "is no whole number, which a time_format could read")
        raw = whole.cast(pl.String)
    if raw.dtype.is_numeric():
        return _since_1970(raw, raw, place)
    if raw.dtype != pl.String:
        raise UserError(f"{place}: column '{raw.name}' holds {raw.dtype}, no times; name the column of the timestamps")
    if spec.columns.time_format is not None:
        return _formatted(raw, spec, place), ("typed", "")
    if not _are_numbers(_numbers(raw.head(FEW))) or not _are_numbers(numbers := _numbers(raw)):
        return _iso(raw, spec, place)
    refuse(numbers.is_null(), raw, place, "is no number since 1970, as others are")
    return _since_1970(numbers, raw, place)


def within_dates(raw: pl.Series) -> pl.Series:
    """Typed times without those that no date is of, at which Polars would end the process; another column as it is."""
    per_day = 1 if raw.dtype == pl.Date else None
    if isinstance(raw.dtype, pl.Datetime):
        per_day = PER_DAY.get(raw.dtype.time_unit)
    if per_day is None:
        return raw
    first, last = DATES
    far = ~raw.to_physical().is_between(first * per_day, last * per_day)
    return raw.set(far.fill_null(value=False), None)


def _numbers(raw: pl.Series) -> pl.Series:
    """Texts as numbers, null where one is none: as whole ones where all are, since float64 rounds nanoseconds."""
    text = raw.str.strip_chars()
    whole = text.cast(pl.Int64, strict=False)
    return text.cast(pl.Float64, strict=False) if whole.null_count() else whole


def _are_numbers(numbers: pl.Series) -> bool:
    """Whether most of a column are: what is none is a fault then, and not a time of another form."""
    return 2 * numbers.null_count() < len(numbers)


def _zoned(naive: pl.Series, zone: str) -> pl.Series:
    """Times on the clock of a zone in UTC."""
    clock = naive.dt.cast_time_unit("us")
    zoned = clock.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    if not zoned.null_count():
        return zoned.dt.convert_time_zone("UTC")
    skipped = clock.dt.offset_by("1h").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return zoned.zip_with(zoned.is_not_null(), skipped).dt.convert_time_zone("UTC")


def _since_1970(raw: pl.Series, written: pl.Series, place: Path) -> tuple[pl.Series, tuple[str, str]]:
    """Times of numbers, and their unit; the numbers as they are `written` are for messages."""
    # In the type of a column of 32 bits microseconds would wrap around.
    numbers = raw.cast(pl.Int64, strict=False) if raw.dtype.is_integer() else raw.cast(pl.Float64)
    sizes = numbers.cast(pl.Float64).abs()
    refuse(~sizes.is_finite().fill_null(value=False), written, place, "is no time")
    size = float(sizes.max() or 0)  # type: ignore[arg-type]
    for coarser, (bound, factor) in enumerate(UNITS):
        if size < bound:
            _refuse_other_units(numbers, written, coarser, place)
            return (numbers * factor).cast(pl.Int64).cast(UTC), ("number", str(factor))
    _refuse_other_units(numbers, written, len(UNITS), place)
    found = (numbers // NANOSECONDS).cast(pl.Int64, strict=False).cast(UTC)
    return found, ("number", f"nanoseconds as {numbers.dtype}")


def _refuse_other_units(numbers: pl.Series, written: pl.Series, coarser: int, place: Path) -> None:
    """Refuses what would be of 1970 in the unit of the largest number, and of our days in one of the coarser ones."""
    numbers = numbers.cast(pl.Float64)
    largest = numbers.abs().arg_max() or 0
    other = f"'{shown(written[largest])}' in row {largest + 1}"
    for _, factor in UNITS[:coarser]:
        is_other = (numbers * factor).is_between(*OUR_DAYS)
        refuse(is_other, written, place, f"is of another unit than {other}, or of 1970; give all times in one unit")


def _formatted(raw: pl.Series, spec: Snapshot, place: Path) -> pl.Series:
    form = spec.columns.time_format or ""
    letters = _read_as(form)
    try:
        found = raw.str.strip_chars().str.to_datetime(letters, strict=False, time_unit="us")
    except pl.exceptions.PolarsError as error:
        raise UserError(f"params.yaml: snapshot.columns.time_format: {str(error).splitlines()[0]}") from None
    refuse(found.is_null(), raw, place, f"is no time of the form '{form}'")
    if isinstance(found.dtype, pl.Datetime) and found.dtype.time_zone:
        return found
    return _zoned(found, spec.columns.zone if TIME_OF_DAY.search(form) else spec.timezone)


def _read_as(form: str) -> str:
    """A form of strftime in the letters by which it is read.

    Raises:
        UserError: it has some that would be read as something else; says what to write.
    """
    for letters in UNLIKE.findall(form):
        if letters[-1] in INSTEAD and letters != ".%f":
            how = INSTEAD[letters[-1]]
            raise UserError(f"params.yaml: snapshot.columns.time_format: '{letters}' of '{shown(form)}' {how}")
    return UNLIKE.sub(lambda found: "%.f" if found[0] == ".%f" else found[0], form)


def _iso(raw: pl.Series, spec: Snapshot, place: Path) -> tuple[pl.Series, tuple[str, str]]:
    text = raw.str.strip_chars().str.replace("T", " ", literal=True)
    if not _clock(text.head(FEW)).null_count() and not (clock := _clock(text)).null_count():
        return _zoned(clock, spec.columns.zone), (
            "iso",
            "no zone",
        )  # the form of most logs, with a time and without a zone
    text = raw.str.strip_chars().str.replace(GREENWICH, "Z").str.replace("T", " ", literal=True)
    has_time = text.str.contains(":", literal=True)
    offset = text.str.extract(OFFSET).set(~has_time, None)  # the day of a date looks like an offset
    bare = text.str.replace(OFFSET, "").str.strip_chars().zip_with(has_time, text)
    found = pl.Series(raw.name, [None], dtype=pl.Datetime("us")).extend_constant(None, len(raw) - 1)
    for form in FORMATS:
        parsed = bare.str.to_datetime(form, strict=False, time_unit="us") if form != DATE else _dates(bare)
        found = found.zip_with(found.is_not_null(), parsed)
    how = "is no time; write it as 2026-03-01T12:00:00Z is, or as a number since 1970, or say columns.time_format"
    refuse(found.is_null(), raw, place, how)
    if offset.null_count() < len(raw) and (has_time & offset.is_null()).any():
        example = raw[int(offset.is_not_null().arg_true()[0])]
        refuse(has_time & offset.is_null(), raw, place, f"has no zone, but others have one, such as '{example}'")
    of_day = _zoned(found, spec.timezone)
    has_zone = offset.null_count() < len(raw)
    of_time = _shifted(found, offset) if has_zone else _zoned(found, spec.columns.zone)
    form = ("zone" if has_zone else "no zone") if has_time.any() else ""
    return of_time.zip_with(has_time, of_day), ("iso", form)


def _clock(text: pl.Series) -> pl.Series:
    return text.str.to_datetime(FORMATS[0], strict=False, time_unit="us")


def _dates(text: pl.Series) -> pl.Series:
    return text.str.to_date(DATE, strict=False).cast(pl.Datetime("us"))


def _shifted(clock: pl.Series, offset: pl.Series) -> pl.Series:
    digits = offset.str.replace("Z", "+00").str.replace(":", "", literal=True)
    minutes = digits.str.slice(1, 2).cast(pl.Int64) * 60 + digits.str.slice(3, 2).cast(
        pl.Int64, strict=False
    ).fill_null(0)
    sign = digits.str.starts_with("-").cast(pl.Int64) * -2 + 1
    shift = (minutes * sign * 60_000_000).fill_null(0)
    return (clock.cast(pl.Int64) - shift).cast(UTC)


def guessed(raw: pl.Series, place: Path) -> pl.Series:
    """The times of a column that looks like times, in UTC; missing where it is.

    Raises:
        UserError: some are of another unit than others; names file, column, row and value.
    """
    raw = within_dates(raw)
    times = pl.Series([None], dtype=UTC).extend_constant(None, len(raw) - 1)
    there = raw.is_not_null()
    return times.scatter(there.arg_true(), _parsed(raw.filter(there), GUESS, place)[0])


def looks_like_time(raw: pl.Series) -> bool:
    """Whether the values of a column are times in one of the forms that need no `time_format`, and no mere numbers."""
    values = raw.drop_nulls()
    if not len(values) or raw.dtype.is_temporal():
        return bool(len(values)) and not isinstance(raw.dtype, pl.Duration | pl.Time)
    number = values.cast(pl.Float64, strict=False) if raw.dtype == pl.String or raw.dtype.is_numeric() else None
    if number is not None and number.null_count() == 0:
        is_compact = text_of(values).str.strip_chars().str.contains(COMPACT).all()
        return bool(number.min() >= SECONDS_OF_2000) and not is_compact  # type: ignore[operator]
    return raw.dtype == pl.String and no_time(values, "") is None


def no_time(raw: pl.Series, place: str) -> str | None:
    """Why texts are no times in a form that needs no `time_format`, with the first that is none; None where all are."""
    try:
        _parsed(raw, GUESS, Path(place))
    except UserError as error:
        return str(error)
    return None
