"""Is this table a log? Its columns in the general form; the first fault ends in one line."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandera.errors
import pandera.polars as pa
import polars as pl

from study.errors import UserError
from study.events.attributes import read_text, values_of, without_fraction
from study.events.files import has_columns
from study.events.times import Forms, utc
from study.params.snapshot import Part, Snapshot

TEXT, TIME, NUMBER = pl.String(), pl.Datetime("us", "UTC"), pl.Float64()
KEYS: dict[str, pl.DataType] = {"user_id": TEXT, "timestamp": TIME, "event_type": TEXT}
ONE_TYPE = "event"
"""The event type of a log that has no column of it."""


def wanted(spec: Snapshot) -> list[str]:
    """The columns of the log that are read, each once."""
    attributes = [name for name, kind in spec.attributes.items() if not isinstance(kind, Part)]
    return list(dict.fromkeys([*spec.columns.renamed.values(), *attributes]))


def conform(events: pl.DataFrame, spec: Snapshot, place: Path, forms: Forms | None = None) -> pl.DataFrame:
    """The columns of the general form in their types, in the order of the rows.

    Identifiers and categorical values become text, as written; whole numbers lose a `.0`, and so does a user id
    that is text, so that one that is a number in one file and text in another stays one. Empty text and NaN, as a
    number or as text, are missing.

    Args:
        place: the file, for messages.
        forms: of its times, where the file is read in pieces.

    Raises:
        FormChangedError: the pieces of the file do not agree.
        UserError: a column is missing, or a value of it cannot be read or must not be missing; names file, column,
            row and value.
    """
    has_columns(events.columns, wanted(spec), place)
    if events.height == 0:
        raise UserError(f"{place}: there are no events in it")
    columns = {column.name: column for column in _general(events.get_column, spec, place, forms)}
    columns.setdefault("event_type", pl.repeat(ONE_TYPE, events.height, eager=True).alias("event_type"))
    frame = pl.DataFrame([columns[name] for name in [*KEYS, *spec.coded]])
    try:
        return _schema(spec).validate(frame)
    except pandera.errors.SchemaError as error:
        raise UserError(f"{place}: {' '.join(str(error).split())}") from None


def refuse_faults(read: Callable[[str], pl.Series], spec: Snapshot, place: Path) -> None:
    """The faults that `conform` finds in the values of a whole table, which is read column by column.

    Args:
        read: reads the column of a name.

    Raises:
        UserError: there is one; the same that `conform` raises.
    """
    for _ in _general(read, spec, place, None):
        pass


def _general(read: Callable[[str], pl.Series], spec: Snapshot, place: Path, forms: Forms | None) -> Iterator[pl.Series]:
    """The columns of the general form that the table has, one after the other."""
    named = spec.columns.renamed
    for name in [name for name in named if name != "timestamp"]:
        text = read_text(read(named[name]), place).alias(name)
        text = without_fraction(text) if name == "user_id" else text
        refuse_gaps(text, named[name], place)
        yield text
    times = utc(read(named["timestamp"]), spec, place, forms)
    yield times
    for name, kind in spec.attributes.items():
        raw = times if isinstance(kind, Part) else read(name)
        yield from values_of(raw, name, kind, spec.timezone, place).values()


def _schema(spec: Snapshot) -> pa.DataFrameSchema:
    columns = {name: pa.Column(dtype, nullable=False) for name, dtype in KEYS.items()}
    for name, kind in spec.coded.items():
        columns[name] = pa.Column(TEXT if kind == "categorical" else NUMBER, nullable=True)
    return pa.DataFrameSchema(columns, strict=True)


def refuse_gaps(column: pl.Series, name: str, place: Path | str) -> None:
    """Names the first row without a value of a column that every event has.

    Raises:
        UserError: there is one; with file, column and row.
    """
    if column.null_count():
        row = int(column.is_null().arg_true()[0])
        how = "every event needs one, and NaN is none: leave out such rows, or name another column"
        raise UserError(f"{place}: column '{name}' is empty in row {row + 1}; {how}")
