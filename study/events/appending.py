"""One Parquet file from tables that come one after the other."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from study.events import parts
from study.events.behind import Hand, behind

GROUP = 250_000
"""Rows of a row group: the bytes of a large file do not depend on how its rows came."""


@contextmanager
def appending(path: Path, most: int | None = None) -> Iterator[Callable[[pl.DataFrame], None]]:
    """Yields a function that appends a table to the file; all have the same columns, and there is at least one.

    What is small is held, and written by Polars; of what is large no more than that is held, and a table is written
    while the next one is made.

    Args:
        most: rows that are held, by default those of a part.
    """
    with ExitStack() as stack, behind() as hand:
        file = _File(path, parts.PART if most is None else most, stack, hand)
        yield file.append
        file.close()


class _File:
    def __init__(self, path: Path, most: int, stack: ExitStack, hand: Hand) -> None:
        self.path, self.most, self.stack, self.hand = path, most, stack, hand
        self.held: list[pl.DataFrame] = []
        self.is_large = False
        self.writer: pq.ParquetWriter | None = None

    def append(self, table: pl.DataFrame) -> None:
        self.held.append(table)
        rows = sum(held.height for held in self.held)
        if rows > (0 if self.is_large else self.most) and rows >= GROUP:
            self.is_large = True
            self.hand(partial(self._write, self._taken(rows // GROUP * GROUP)))

    def close(self) -> None:
        if self.is_large:
            self.hand(partial(self._write, self._taken(sum(held.height for held in self.held))))
        else:
            pl.concat(self.held).write_parquet(self.path, compression="zstd")

    def _taken(self, rows: int) -> pl.DataFrame:
        """So many of the rows held, which are held no more."""
        whole = pl.concat(self.held)
        self.held = [whole.slice(rows)]
        return whole.head(rows)

    def _write(self, table: pl.DataFrame) -> None:
        """Writes a table, in groups of one size."""
        for begin in range(0, table.height, GROUP):
            group = table.slice(begin, GROUP).rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
            if self.writer is None:
                told = {"use_dictionary": texts(table), "write_statistics": ["user_id"]}  # more would take time
                writer = pq.ParquetWriter(self.path, group.schema, compression="zstd", **told)
                self.writer = self.stack.enter_context(writer)
            self.writer.write_table(group, row_group_size=GROUP)


def texts(table: pl.DataFrame) -> list[str]:
    """The columns of text as Parquet names them: to look for a dictionary of times and numbers takes long."""
    names = {pl.String: "{}", pl.List(pl.String): "{}.list.element"}
    return [names[dtype].format(name) for name, dtype in table.schema.items() if dtype in names]
