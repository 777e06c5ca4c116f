"""Reads a snapshot's source into the general form."""

from importlib import import_module
from pathlib import Path

import polars as pl

from study.errors import UserError
from study.events.check import conform
from study.params.snapshot import Snapshot

READER = ".py"


def read_source(spec: Snapshot) -> pl.DataFrame:
    """The events of `spec.source` with the declared columns and types, in the source's order.

    Raises:
        UserError: the file is missing, no Parquet, or does not conform.
    """
    path = Path(spec.source)
    if not path.is_file():
        raise UserError(f"params.yaml: snapshot.source: there is no file '{path}'; give a Parquet file")
    if path.suffix == READER:
        return conform(import_module(".".join(path.with_suffix("").parts)).read(), spec, path)
    try:
        events = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError(f"{path}: cannot be read as Parquet: {str(error).splitlines()[0]}") from None
    return conform(events, spec, path)
