"""Reads a snapshot's source into the general form."""

from importlib import import_module
from pathlib import Path

import polars as pl

from study.errors import UserError
from study.events.check import conform, wanted
from study.events.database import read_query
from study.events.files import files_of, read_file
from study.params.snapshot import Snapshot

READER, QUERY = ".py", ".sql"


def read_source(spec: Snapshot) -> pl.DataFrame:
    """The events of `spec.source` with the declared columns and types, in the source's order.

    Raises:
        UserError: there is nothing to read, it cannot be read, or it does not conform; names the place.
    """
    path = Path(spec.source)
    if path.suffix == READER and path.is_file():
        return conform(import_module(".".join(path.with_suffix("").parts)).read(), spec, path)
    if path.suffix == QUERY and path.is_file():
        return conform(read_query(path), spec, path)
    files = files_of(path, spec.files)
    tables = [conform(table, spec, file) for file in files if (table := read_file(file, wanted(spec))).height]
    if not tables:
        raise UserError(f"{path}: there are no events in it")
    return pl.concat(tables)
