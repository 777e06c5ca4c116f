"""The values of an attribute in the general form: text, or numbers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from study.errors import UserError, one_line
from study.params.snapshot import Attribute, Listed, Ordinal, Part, places

PARTS = {"hour": "%H", "weekday": "%A", "day": "%d", "month": "%m"}
SHOWN = 60
"""Characters of a value in a message."""
MISSING = ("", "NaN", "nan")
"""Texts of a file that are no value: others than the first are how floats and what was made of them are written."""
LISTS = (pl.List, pl.Array)
"""The nested types that are no objects."""
LARGEST_WHOLE = 2**53
"""Above it floating-point numbers skip whole ones."""


def values_of(raw: pl.Series, name: str, kind: Attribute, timezone: str, place: Path) -> dict[str, pl.Series]:
    """The columns that an attribute becomes, by name.

    Args:
        raw: its values as they were read; the timestamps, in UTC, where it is a part of them.
        timezone: of the local clock.
        place: the file, for messages.

    Raises:
        UserError: a value is of another kind; names file, column, row and value.
    """
    if isinstance(kind, Part):
        return {name: raw.dt.convert_time_zone(timezone).dt.strftime(PARTS[kind.part]).alias(name)}
    if isinstance(kind, Listed):
        lists = _lists(raw, kind, place)
        columns = places(name, kind)
        return {column: lists.list.get(i, null_on_oob=True).alias(column) for i, column in enumerate(columns)}
    if isinstance(kind, Ordinal):
        return {name: _ranks(read_text(raw, place), kind, place).alias(name)}
    return {name: (read_text(raw, place) if kind == "categorical" else numbers_of(raw, place)).alias(name)}


def read_text(raw: pl.Series, place: Path | str) -> pl.Series:
    """The values of a column of a file as `text_of` has them, and NaN that was written as text is missing too.

    Raises:
        UserError: they are objects or lists, or some are no text, such as bytes that are no UTF-8; names file and
            column, and row and value of bytes.
    """
    if raw.dtype.is_nested():
        raise nested(raw, place)
    return _text(raw, place)


def nested(raw: pl.Series, place: Path | str) -> UserError:
    """That a column holds objects or lists where every row needs one value, and what to do."""
    told = f"{place}: column '{raw.name}' holds"
    if raw.dtype not in LISTS:
        how = f"write a field as a column of its own, such as {raw.name}.{field_of(raw)}, and name that one"
        return UserError(f"{told} objects, and one value is needed; {how}")
    how = "write one as a column of its own; an attribute may be of the kind list"
    return UserError(f"{told} lists, and one value is needed; {how}")


def field_of(objects: pl.Series) -> str:
    """The field of some objects that is best named as an example: an id, or the first."""
    fields = objects.struct.fields if objects.dtype == pl.Struct else []  # those of a map its type does not tell
    return next((name for name in fields if name.lower().endswith("id")), fields[0] if fields else "field")


def _text(raw: pl.Series, place: Path | str) -> pl.Series:
    """Objects and lists are text too, as JSON."""
    try:
        return text_of(raw, MISSING)
    except pl.exceptions.PolarsError:
        raise _no_text(raw, place) from None


def decoded(log: pl.DataFrame, place: Path | str) -> tuple[pl.DataFrame, dict[str, UserError]]:
    """The log with bytes as the text that they are, without the columns whose bytes are none, and their faults."""
    faults: dict[str, UserError] = {}
    for name in [name for name, dtype in log.schema.items() if dtype == pl.Binary]:
        try:
            log = log.with_columns(read_text(log[name], place))
        except UserError as error:
            faults[name] = error
    return log.drop(faults), faults


def _no_text(raw: pl.Series, place: Path | str) -> UserError:
    how = "write the column as text, or leave it out"
    for row, value in enumerate(raw if raw.dtype == pl.Binary else ()):
        if value is not None and not _is_utf8(value):
            return UserError(f"{place}: column '{raw.name}', row {row + 1}: '{shown(value)}' is no UTF-8; {how}")
    return UserError(f"{place}: column '{raw.name}' holds {raw.dtype}, which cannot be read as text; {how}")


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def text_of(raw: pl.Series, missing: Sequence[str] = ("",)) -> pl.Series:
    """Values as text; what is empty is missing, and a whole number has no fraction.

    Args:
        missing: the texts that are.
    """
    if raw.dtype.is_nested():
        listed = [None if value is None else _json(value) for value in raw.to_list()]
        return pl.Series(raw.name, listed, dtype=pl.String)
    if raw.dtype.is_float():
        return pl.select(_of_floats(pl.lit(raw))).to_series().alias(raw.name)
    text = raw.cast(pl.String)
    empty = text.is_in(missing)
    return text.set(empty, None) if empty.any() else text


def _of_floats(numbers: pl.Expr) -> pl.Expr:
    numbers = numbers.fill_nan(None)
    is_whole = (numbers == numbers.floor()) & (numbers.abs() < LARGEST_WHOLE)
    whole = numbers.cast(pl.Int64, strict=False).cast(pl.String)
    return pl.when(is_whole).then(whole).otherwise(numbers.cast(pl.String))


def without_fraction(text: pl.Series) -> pl.Series:
    """Text of which a whole number that was written with a fraction, `7.0`, is the number, `7`."""
    has_dot = text.str.contains(".0", literal=True)
    return text.str.replace(r"^(-?\d+)\.0+$", "${1}") if has_dot.any() else text


def numbers_of(raw: pl.Series, place: Path) -> pl.Series:
    """Values as float64; what is empty or NaN is missing.

    Raises:
        UserError: a value is no number, or infinite.
    """
    if raw.dtype == pl.String and (plain := raw.cast(pl.Float64, strict=False)).null_count() == raw.null_count():
        return _finite(plain, raw, place)
    text = raw.replace("", None) if raw.dtype == pl.String else raw
    numbers = text.str.strip_chars().cast(pl.Float64, strict=False) if raw.dtype == pl.String else _cast(raw, place)
    refuse(text.is_not_null() & numbers.is_null(), raw, place, "is no number; make it one, or its kind categorical")
    return _finite(numbers, raw, place)


def _finite(numbers: pl.Series, raw: pl.Series, place: Path) -> pl.Series:
    refuse(numbers.is_infinite(), raw, place, "is infinite; leave it empty or give a number")
    return numbers.fill_nan(None)


def refuse(wrong: pl.Series, raw: pl.Series, place: Path, fault: str) -> None:
    """Names the first wrong value of a column, if there is one.

    Raises:
        UserError: with file, column, row and value.
    """
    rows = wrong.fill_null(value=False).arg_true()
    if len(rows):
        row = int(rows[0])
        raise UserError(f"{place}: column '{raw.name}', row {row + 1}: '{shown(raw[row])}' {fault}")


def shown(value: object) -> str:
    """A value in one line of a message."""
    return one_line(str(value))[:SHOWN]


def _cast(raw: pl.Series, place: Path) -> pl.Series:
    fault = UserError(f"{place}: column '{raw.name}' holds {raw.dtype}, no numbers; change its kind")
    if raw.dtype.is_nested():  # a struct of numbers would become one of float64
        raise fault
    try:
        return raw.cast(pl.Float64)
    except pl.exceptions.PolarsError:
        raise fault from None


def _lists(raw: pl.Series, kind: Listed, place: Path) -> pl.Series:
    if raw.dtype.is_nested() and raw.dtype not in LISTS:
        raise nested(raw, place)
    raw = raw.arr.to_list() if raw.dtype == pl.Array else raw
    if raw.dtype == pl.List and not raw.dtype.inner.is_nested():  # type: ignore[attr-defined]
        if raw.dtype.inner.is_float():  # type: ignore[attr-defined]
            return raw.list.eval(_of_floats(pl.element()).drop_nulls())
        try:
            texts = raw.cast(pl.List(pl.String))
        except pl.exceptions.PolarsError:
            raise _no_text(raw, place) from None
        return texts.list.eval(pl.element().replace("", None).drop_nulls())
    text = _text(raw, place)
    is_json = text.str.starts_with("[").fill_null(value=False)
    parsed = text.str.split(kind.separator).list.eval(pl.element().str.strip_chars().replace("", None).drop_nulls())
    if not is_json.any():
        return parsed
    decoded = pl.Series(
        [_decoded(value) if is_ else None for value, is_ in zip(text, is_json, strict=True)], dtype=pl.List(pl.String)
    )
    refuse(is_json & decoded.is_null(), raw, place, "begins like a JSON array, but is none; mend it")
    return decoded.zip_with(is_json, parsed)


def no_json(values: pl.Series) -> str:
    """A value that begins like a JSON array and is none, of a column whose values all begin so; nothing without one."""
    if not values.str.starts_with("[").all():
        return ""
    return next((value for value in values.unique(maintain_order=True) if _decoded(value) is None), "")


def _decoded(value: str) -> list[str] | None:
    try:
        found = json.loads(value)
        items = [item if isinstance(item, str) else _json(item) for item in found if item is not None and item != ""]
        "".join(items).encode()  # JSON can name half a character, which no text has
    except (ValueError, RecursionError):
        return None
    return items


def _json(value: Any) -> str:
    """A value as JSON; what JSON does not know, times say, as text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _ranks(text: pl.Series, kind: Ordinal, place: Path) -> pl.Series:
    ranks = text.replace_strict(
        kind.order, [float(i) for i in range(len(kind.order))], default=None, return_dtype=pl.Float64
    )
    refuse(text.is_not_null() & ranks.is_null(), text, place, f"is not in its order: {', '.join(kind.order)}")
    return ranks
