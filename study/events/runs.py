"""A log that is larger than memory, sorted by user: runs on disk, and ranges of user ids that are read across them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import polars as pl

from study.events import parts
from study.events.behind import behind
from study.events.codes import numbered
from study.events.parts import Held, Parts, Piece, bounds_of
from study.events.spill import Folder
from study.failures import naming

GROUP = 20_000
"""Rows of a row group of a run: what is read for a range begins and ends with one."""
STEP = 1_000
"""Of the rows of a run one in so many tells where the ranges have to end, and where in the run they do."""
USER = pl.col("user_id")


@dataclass(frozen=True)
class _Run:
    """A file of so many events, sorted by user, and every so manieth of these users."""

    path: Path
    rows: int
    users: pl.Series

    def around(self, begin: str | None, end: str | None) -> tuple[Path, int, int]:
        """The file, and the rows that hold all events of the users after `begin` and up to `end`: first, number."""
        first = 0 if begin is None else max(int(self.users.search_sorted(begin, side="right")) - 1, 0) * STEP
        last = self.rows if end is None else min(int(self.users.search_sorted(end, side="right")) * STEP, self.rows)
        return self.path, first, last - first


class Runs(Parts):
    """Files of events, each sorted by user; the parts are ranges of users with about as many events each.

    Args:
        folder: where the files go.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.runs: list[_Run] = []

    def add(self, events: pl.DataFrame) -> None:
        """Writes another run.

        It is sorted by the numbers of the users, which takes half the time of sorting by their ids, or less. Values are
        numbered in the file, after which there is little to compress, and statistics are not asked for.
        """
        events = events.rechunk()
        placed = events[numbered(events["user_id"]).to_physical().arg_sort()]
        path = self.folder() / f"run-{len(self.runs):05d}.parquet"
        with naming(path):
            placed.write_parquet(path, compression="uncompressed", statistics=False, row_group_size=GROUP)
        self.runs.append(_Run(path, placed.height, placed["user_id"].gather_every(STEP)))

    @cached_property
    def pieces(self) -> list[Piece]:
        """See `Parts`; there are no more runs to come."""
        ends = self._ends()
        return [
            partial(_between, [run.around(begin, end) for run in self.runs], begin, end)
            for begin, end in zip([None, *ends], [*ends, None], strict=True)
        ]

    def _ends(self) -> list[str]:
        """The last users of all ranges but the last one."""
        samples = pl.concat([run.users for run in self.runs]).sort()
        step = max(parts.PART // STEP, 1)
        return samples.gather_every(step, offset=step).unique(maintain_order=True).to_list()

    def bounds(self) -> tuple[int, int]:
        """See `Parts`."""
        return bounds_of(pl.scan_parquet([run.path for run in self.runs], glob=False))


def _between(around: list[tuple[Path, int, int]], begin: str | None, end: str | None) -> pl.DataFrame:
    """The events of the users after `begin` and up to `end`, of those rows of all runs."""
    after = [] if begin is None else [USER.gt(begin)]
    until = [] if end is None else [USER.le(end)]
    slices = [pl.scan_parquet(path, glob=False).slice(first, rows) for path, first, rows in around]
    return pl.concat(slices).filter(*after, *until).collect()


def gathered(pieces: Iterable[pl.DataFrame], folder: Folder) -> Parts:
    """The events of all pieces in parts of whole users: in memory where they fit into one, or else by way of runs.

    A run is sorted and written while the pieces of the next one are read.

    Args:
        folder: for the runs.
    """
    runs, held, rows, is_one = Runs(folder), [], 0, True
    with behind() as hand:
        for piece in pieces:
            held.append(piece)
            rows += piece.height
            if rows > parts.PART:
                hand(partial(runs.add, pl.concat(held)))
                held, rows, is_one = [], 0, False
        if held and not is_one:
            hand(partial(runs.add, pl.concat(held)))
    return Held(pl.concat(held)) if is_one else runs
