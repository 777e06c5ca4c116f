"""Is this table a log? Its columns in the general form; the first fault ends in one line."""

from pathlib import Path

import pandera.errors
import pandera.polars as pa
import polars as pl

from study.errors import UserError
from study.events.attributes import text_of, values_of
from study.events.files import has_columns
from study.events.times import utc
from study.params.snapshot import Part, Snapshot

TEXT, TIME, NUMBER = pl.String(), pl.Datetime("us", "UTC"), pl.Float64()
KEYS: dict[str, pl.DataType] = {"user_id": TEXT, "timestamp": TIME, "event_type": TEXT}
ONE_TYPE = "event"
"""The event type of a log that has no column of it."""


def wanted(spec: Snapshot) -> list[str]:
    """The columns of the log that are read, each once."""
    attributes = [name for name, kind in spec.attributes.items() if not isinstance(kind, Part)]
    return list(dict.fromkeys([*spec.columns.renamed.values(), *attributes]))


def conform(events: pl.DataFrame, spec: Snapshot, place: Path) -> pl.DataFrame:
    """The columns of the general form in their types, in the order of the rows.

    Identifiers and categorical values become text, as they are written; whole numbers lose a `.0`, so that a user id
    that is a number in one file and text in another stays one. Empty text and NaN are missing.

    Args:
        place: the file, for messages.

    Raises:
        UserError: a column is missing, or a value of it cannot be read or must not be missing; names file, column,
            row and value.
    """
    has_columns(events.columns, wanted(spec), place)
    if events.height == 0:
        raise UserError(f"{place}: there are no events in it")
    named = spec.columns.renamed
    columns = {name: text_of(events[column]).alias(name) for name, column in named.items() if name != "timestamp"}
    for name, column in columns.items():
        _is_full(column, named[name], place)
    columns.setdefault("event_type", pl.repeat(ONE_TYPE, events.height, eager=True).alias("event_type"))
    columns["timestamp"] = utc(events[named["timestamp"]], spec, place)
    for name, kind in spec.attributes.items():
        raw = columns["timestamp"] if isinstance(kind, Part) else events[name]
        columns |= values_of(raw, name, kind, spec.timezone, place)
    frame = pl.DataFrame([columns[name] for name in [*KEYS, *spec.coded]])
    try:
        return _schema(spec).validate(frame)
    except pandera.errors.SchemaError as error:
        raise UserError(f"{place}: {' '.join(str(error).split())}") from None


def _schema(spec: Snapshot) -> pa.DataFrameSchema:
    columns = {name: pa.Column(dtype, nullable=False) for name, dtype in KEYS.items()}
    for name, kind in spec.coded.items():
        columns[name] = pa.Column(TEXT if kind == "categorical" else NUMBER, nullable=True)
    return pa.DataFrameSchema(columns, strict=True)


def _is_full(column: pl.Series, name: str, place: Path) -> None:
    if column.null_count():
        row = int(column.is_null().arg_true()[0])
        raise UserError(f"{place}: column '{name}' is empty in row {row + 1}; every event needs one")
