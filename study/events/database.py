"""The result of a query of a database, whose address and password the environment alone knows."""

import os
from pathlib import Path

import polars as pl

from study.errors import UserError
from study.redact import DATABASE, hidden


def read_query(path: Path) -> pl.DataFrame:
    """What the query in a file returns, read through ADBC; `postgresql://user:password@host/database`, for one.

    Raises:
        UserError: the address is not in the environment, its driver is not installed, the database refuses, or the
            result has an interval, which Polars does not have.
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
    except pl.exceptions.PanicException:
        raise UserError(
            f"{path}: the result has a column that cannot be read, such as an interval; in the query, cast it to text "
            "or to a number, or leave it out"
        ) from None
    except Exception as error:  # noqa: BLE001 - each driver has exceptions of its own, and all may quote the address
        reason = hidden(" ".join(str(error).split()))
        raise UserError(f"{path}: the database cannot be read: {reason}") from None
    return table.select(_plain(pl.col(name), dtype).alias(name) for name, dtype in table.schema.items())


def _plain(value: pl.Expr, dtype: object) -> pl.Expr:
    """Types of the database that Arrow does not have, as text: NUMERIC as its digits, bytes, as of UUID, in hex."""
    if isinstance(dtype, pl.BaseExtension):
        return _plain(value.ext.storage(), dtype.ext_storage())
    if isinstance(dtype, pl.List):
        return value.list.eval(_plain(pl.element(), dtype.inner))
    if isinstance(dtype, pl.Struct):
        parts = pl.struct(_plain(value.struct.field(one.name), one.dtype).alias(one.name) for one in dtype.fields)
        return pl.when(value.is_not_null()).then(parts)
    return value.bin.encode("hex") if dtype == pl.Binary else value
