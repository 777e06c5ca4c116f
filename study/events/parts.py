"""A log in parts of whole users, in the order of their ids: what is done user by user needs one part at a time."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path

import polars as pl

from study.events.split import TIME

PART = 2_000_000
"""Events that are held at a time, about; a smaller log is one part, and never spilled."""
LOOK = 20_000
"""Rows before the end of a part that are looked through for where its last user begins, and then ten times as many."""


Piece = Callable[[], pl.DataFrame]
"""Reads one part of a log, perhaps in another process; perhaps there is nothing in it."""


class Parts(ABC):
    """Parts of a log that no user is divided between; they can be gone over more than once."""

    @property
    @abstractmethod
    def pieces(self) -> list[Piece]:
        """Of each part what reads it; its users come after those of the parts before."""

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """The events of each part that has some; in memory only while they are used."""
        for piece in self.pieces:
            part = piece()
            if part.height:
                yield part
            del part

    @abstractmethod
    def bounds(self) -> tuple[int, int]:
        """The times of the first and the last event, microseconds since 1970 UTC."""


class Held(Parts):
    """A log in memory as its only part."""

    def __init__(self, events: pl.DataFrame) -> None:
        self.events = events

    @property
    def pieces(self) -> list[Piece]:
        """See `Parts`."""
        return [lambda: self.events]

    def bounds(self) -> tuple[int, int]:
        """See `Parts`."""
        return bounds_of(self.events.lazy())


class Saved(Parts):
    """The parts of a Parquet file that is sorted by `user_id`.

    Args:
        columns: what is read of it, all by default; `user_id` is among them, and `timestamp` where it is asked for
            its bounds.
    """

    def __init__(self, path: Path, columns: list[str] | None = None) -> None:
        self.path, self.columns = path, columns

    def scan(self) -> pl.LazyFrame:
        """The whole log, which is not read yet."""
        return _scanned(self.path, self.columns)

    @cached_property
    def pieces(self) -> list[Piece]:
        """See `Parts`."""
        users, begin = self.scan().select("user_id"), 0
        found: list[Piece] = []
        total = users.select(pl.len()).collect().item()
        while begin < total:
            rows = _whole_users(users, begin, total)
            found.append(partial(_rows, self.path, self.columns, begin, rows))
            begin += rows
        return found

    def bounds(self) -> tuple[int, int]:
        """See `Parts`."""
        return bounds_of(self.scan())


def _scanned(path: Path, columns: list[str] | None) -> pl.LazyFrame:
    scanned = pl.scan_parquet(path, glob=False)
    return scanned if columns is None else scanned.select(columns)


def _rows(path: Path, columns: list[str] | None, begin: int, rows: int) -> pl.DataFrame:
    return _scanned(path, columns).slice(begin, rows).collect().rechunk()


def _whole_users(users: pl.LazyFrame, begin: int, total: int) -> int:
    """How many rows from one on are a part: about `PART`, without those of a user that goes on behind them."""
    rows, looked = PART, LOOK
    while begin + rows < total:
        looked = min(looked, rows)
        ids = users.slice(begin + rows - looked, looked).collect().to_series()
        if kept := int(ids.search_sorted(ids[-1], side="left")):
            return rows - looked + kept
        rows, looked = (2 * rows, LOOK) if looked == rows else (rows, 10 * looked)
    return total - begin


def bounds_of(log: pl.LazyFrame) -> tuple[int, int]:
    """The times of the first and the last event of a log, microseconds since 1970 UTC."""
    first, last = log.select(TIME.min().alias("first"), TIME.max().alias("last")).collect().row(0)
    return int(first), int(last)
