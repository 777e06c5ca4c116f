"""One Parquet file from tables that come one after the other."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from study.events import parts

GROUP = 250_000
"""Rows of a row group: the bytes of a large file do not depend on how its rows came."""


@contextmanager
def appending(path: Path, most: int | None = None) -> Iterator[Callable[[pl.DataFrame], None]]:
    """Yields a function that appends a table to the file; all have the same columns, and there is at least one.

    What is small is held, and written by Polars; of what is large no more than that is held.

    Args:
        most: rows that are held, by default those of a part.
    """
    with ExitStack() as stack:
        file = _File(path, parts.PART if most is None else most, stack)
        yield file.append
        file.close()


class _File:
    def __init__(self, path: Path, most: int, stack: ExitStack) -> None:
        self.path, self.most, self.stack = path, most, stack
        self.held: list[pl.DataFrame] = []
        self.writer: pq.ParquetWriter | None = None

    def append(self, table: pl.DataFrame) -> None:
        self.held.append(table)
        rows = sum(held.height for held in self.held)
        if rows > (self.most if self.writer is None else 0) and rows >= GROUP:
            self._write(rows // GROUP * GROUP)

    def close(self) -> None:
        if self.writer is None:
            pl.concat(self.held).write_parquet(self.path, compression="zstd")
        else:
            self._write(sum(held.height for held in self.held))

    def _write(self, rows: int) -> None:
        """Writes so many of the rows held, in groups of one size."""
        whole = pl.concat(self.held, rechunk=True)
        self.held = [whole.slice(rows)]
        for begin in range(0, rows, GROUP):
            group = whole.slice(begin, min(GROUP, rows - begin)).to_arrow(compat_level=pl.CompatLevel.oldest())
            if self.writer is None:
                writer = pq.ParquetWriter(self.path, group.schema, compression="zstd", use_dictionary=_texts(whole))
                self.writer = self.stack.enter_context(writer)
            self.writer.write_table(group, row_group_size=GROUP)


def _texts(table: pl.DataFrame) -> list[str]:
    """The columns of text as Parquet names them: to look for a dictionary of times and numbers takes long."""
    names = {pl.String: "{}", pl.List(pl.String): "{}.list.element"}
    return [names[dtype].format(name) for name, dtype in table.schema.items() if dtype in names]
