"""A log in parts of whole users, in the order of their ids: what is done user by user needs one part at a time."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from study.events.split import TIME

PART = 2_000_000
"""Events that are held at a time, about; a smaller log is one part, and never spilled."""


class Parts(ABC):
    """Parts of a log that no user is divided between; they can be gone over more than once."""

    @abstractmethod
    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Events of users that come after those of the parts before; in memory only while they are used."""

    @abstractmethod
    def bounds(self) -> tuple[int, int]:
        """The times of the first and the last event, microseconds since 1970 UTC."""


class Held(Parts):
    """A log in memory as its only part."""

    def __init__(self, events: pl.DataFrame) -> None:
        self.events = events

    def __iter__(self) -> Iterator[pl.DataFrame]:
        yield self.events

    def bounds(self) -> tuple[int, int]:
        """See `Parts`."""
        return bounds_of(self.events.lazy())


class Saved(Parts):
    """The parts of a Parquet file that is sorted by `user_id`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def scan(self) -> pl.LazyFrame:
        """The whole log, which is not read yet."""
        return pl.scan_parquet(self.path, glob=False)

    def __iter__(self) -> Iterator[pl.DataFrame]:
        log = self.scan()
        total, begin = log.select(pl.len()).collect().item(), 0
        while begin < total:
            part = _whole_users(log, begin, total)
            begin += part.height
            yield part.rechunk()
            del part

    def bounds(self) -> tuple[int, int]:
        """See `Parts`."""
        return bounds_of(self.scan())


def _whole_users(log: pl.LazyFrame, begin: int, total: int) -> pl.DataFrame:
    """About `PART` rows from one on, without those of a user that goes on behind them."""
    rows = PART
    while True:
        part = log.slice(begin, rows).collect()
        if begin + part.height == total:
            return part
        users = part["user_id"]
        kept = int(users.search_sorted(users[-1], side="left"))
        if kept:
            return part.head(kept)
        rows *= 2


def bounds_of(log: pl.LazyFrame) -> tuple[int, int]:
    """The times of the first and the last event of a log, microseconds since 1970 UTC."""
    first, last = log.select(TIME.min().alias("first"), TIME.max().alias("last")).collect().row(0)
    return int(first), int(last)
