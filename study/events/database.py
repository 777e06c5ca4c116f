"""The result of a query of a database, whose address and password the environment alone knows."""

import os
from pathlib import Path

import polars as pl

from study.errors import UserError
from study.redact import DATABASE, hidden


def read_query(path: Path) -> pl.DataFrame:
    """What the query in a file returns, read through ADBC; `postgresql://user:password@host/database`, for one.

    Raises:
        UserError: the address is not in the environment, its driver is not installed, or the database refuses.
    """
    address = os.environ.get(DATABASE)
    if not address:
        raise UserError(f"{path}: set {DATABASE} to the address of the database, such as postgresql://user@host/name")
    try:
        table = pl.read_database_uri(path.read_text(encoding="utf-8"), address, engine="adbc")
    except ImportError:
        raise UserError(
            f"{path}: no driver is installed for the address in {DATABASE}; that of addresses that begin with "
            "postgresql:// comes by pip install -c constraints.txt -e '.[postgres]'"
        ) from None
    except Exception as error:  # noqa: BLE001 - each driver has exceptions of its own, and all may quote the address
        reason = hidden(" ".join(str(error).split()))
        raise UserError(f"{path}: the database cannot be read: {reason}") from None
    return pl.DataFrame([_plain(column) for column in table])


def _plain(column: pl.Series) -> pl.Series:
    """A type of the database that Arrow does not have, such as NUMERIC, as what stores it: text."""
    return column.ext.storage() if isinstance(column.dtype, pl.BaseExtension) else column
