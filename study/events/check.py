"""Is this table a snapshot? Columns, types, nulls; the first fault ends in one line."""

from pathlib import Path

import pandera.errors
import pandera.polars as pa
import polars as pl

from study.errors import UserError
from study.params.snapshot import Snapshot

TEXT, TIME, NUMBER = pl.String(), pl.Datetime("us", "UTC"), pl.Float64()
KEYS: dict[str, pl.DataType] = {"user_id": TEXT, "timestamp": TIME, "event_type": TEXT}


def _schema(spec: Snapshot) -> pa.DataFrameSchema:
    columns = {name: pa.Column(dtype, nullable=False) for name, dtype in KEYS.items()}
    for name, kind in spec.attributes.items():
        columns[name] = pa.Column(NUMBER if kind == "numeric" else TEXT, nullable=True)
    return pa.DataFrameSchema(columns, strict=True)


def conform(events: pl.DataFrame, spec: Snapshot, place: Path) -> pl.DataFrame:
    """The snapshot's columns in their declared types.

    Naive timestamps are UTC; identifiers and categorical values become text; NaN becomes missing.

    Args:
        place: the file, for messages.

    Raises:
        UserError: a column is missing, cannot be cast or has nulls where it must not; names file, column and row.
    """
    wanted = [*KEYS, *spec.attributes]
    for name in wanted:
        if name not in events.columns:
            raise UserError(f"{place}: column '{name}' is missing; the file has: {', '.join(events.columns)}")
    if events.height == 0:
        raise UserError(f"{place}: there are no events in it")
    frame = events.select(wanted)
    if isinstance(frame.schema["timestamp"], pl.Datetime) and frame.schema["timestamp"].time_zone is None:
        frame = frame.with_columns(pl.col("timestamp").dt.replace_time_zone("UTC"))
    kinds = KEYS | {n: NUMBER if k == "numeric" else TEXT for n, k in spec.attributes.items()}
    for name, dtype in kinds.items():
        try:
            frame = frame.with_columns(pl.col(name).cast(dtype))
        except pl.exceptions.PolarsError as error:
            raise UserError(
                f"{place}: column '{name}' cannot be read as {dtype}: {str(error).splitlines()[0]}"
            ) from None
    frame = frame.with_columns(pl.col(pl.Float64).fill_nan(None))
    try:
        return _schema(spec).validate(frame)
    except pandera.errors.SchemaError as error:
        raise UserError(f"{place}: {_fault(frame, error)}") from None


def _fault(frame: pl.DataFrame, error: pandera.errors.SchemaError) -> str:
    for name in KEYS:
        if frame[name].null_count():
            row = int(frame[name].is_null().arg_true()[0])
            return f"column '{name}' is empty in row {row + 1}; every event needs one"
    return " ".join(str(error).split())
