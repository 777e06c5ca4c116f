"""Which columns the source of a log has, and what changed from one log to the next."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

SCANS: dict[str, Callable[[Path], pl.LazyFrame]] = {
    ".parquet": pl.scan_parquet,
    ".csv": pl.scan_csv,
    ".jsonl": pl.scan_ndjson,
    ".ndjson": pl.scan_ndjson,
}


def columns_of(path: Path) -> dict[str, str] | None:
    """Name and kind, *number*, *time*, *truth value* or *text*, of each column; None where that cannot be read."""
    files = sorted(path.rglob("*.*")) if path.is_dir() else [path]
    scan = SCANS.get(files[0].suffix) if files and files[0].is_file() else None
    if scan is None:
        return None
    try:
        schema = scan(files[0]).collect_schema()
    except (pl.exceptions.PolarsError, OSError):
        return None
    return {name: _kind(dtype) for name, dtype in schema.items()}


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


def _kind(dtype: pl.DataType) -> str:
    if dtype.is_numeric():
        return "number"
    if dtype.is_temporal():
        return "time"
    return "truth value" if dtype == pl.Boolean else "text"
