"""Which columns the source of a log has, and what changed from one log to the next."""

from pathlib import Path

import polars as pl

from study.errors import UserError
from study.events.attributes import decoded, text_of
from study.events.files import files_of, read_file
from study.events.times import looks_like_time

ROWS = 10_000
"""Rows from the beginning that kinds are read from: CSV has text alone."""


def columns_of(path: Path, pattern: str) -> dict[str, str] | None:
    """Kind of each column; None where no log can be read.

    *number*, *time*, *duration*, *truth value*, *list*, *bytes* or *text*.

    Args:
        pattern: of the files of a folder.
    """
    try:
        beginning = read_file(files_of(path, pattern)[0], None, ROWS)
        texts, faults = decoded(beginning, path)
    except UserError:
        return None
    return {name: "bytes" if name in faults else _kind(texts[name]) for name in beginning.columns}


def changes(before: dict[str, str], after: dict[str, str], declared: set[str]) -> list[str]:
    """A line for each column that is new, is gone or has another kind.

    Args:
        declared: the columns that the study reads.
    """
    gone = [f"column '{name}' is gone" for name in before if name not in after]
    new = [
        f"column '{name}' ({kind}) is new"
        + ("" if name in declared else "; it is not read unless snapshot.attributes names it")
        for name, kind in after.items()
        if name not in before
    ]
    both = [name for name in before if name in after and before[name] != after[name]]
    return [*gone, *new, *(f"column '{name}' was {before[name]} and is {after[name]}" for name in both)]


def _kind(column: pl.Series) -> str:
    if column.dtype.is_numeric():
        return "number"
    if column.dtype.is_nested():
        return "list"
    if column.dtype == pl.Boolean:
        return "truth value"
    if column.dtype.is_temporal():
        return {pl.Duration: "duration", pl.Time: "text"}.get(column.dtype.base_type(), "time")
    values = text_of(column).drop_nulls()
    if len(values) and values.cast(pl.Float64, strict=False).null_count() == 0:
        return "number"
    return "time" if looks_like_time(column) else "text"
