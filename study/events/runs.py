"""A log that is larger than memory, sorted by user: runs on disk, and ranges of user ids that are read across them."""

from collections.abc import Iterable
from functools import cached_property, partial
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from study.events import parts
from study.events.appending import texts
from study.events.behind import behind
from study.events.codes import numbered
from study.events.parts import Held, Parts, Piece, bounds_of
from study.events.spill import Folder
from study.failures import naming

GROUP = 20_000
"""Rows of a row group of a run: what is read for a range begins and ends with one."""
STEP = 1_000
"""Of the rows of a run one in so many tells where the ranges have to end."""
USER = pl.col("user_id")


class Runs(Parts):
    """Files of events, each sorted by user; the parts are ranges of users with about as many events each.

    Args:
        folder: where the files go.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.files: list[Path] = []
        self.sampled: list[pl.Series] = []

    def add(self, events: pl.DataFrame) -> None:
        """Writes another run.

        It is sorted by the numbers of the users, which takes half the time of sorting by their ids, or less.
        """
        events = events.rechunk()
        placed = events[numbered(events["user_id"]).to_physical().arg_sort()]
        path = self.folder() / f"run-{len(self.files):05d}.parquet"
        with naming(path):
            table = placed.to_arrow(compat_level=pl.CompatLevel.oldest())
            told = {"use_dictionary": texts(placed), "write_statistics": ["user_id"]}  # more would take time
            pq.write_table(table, path, compression="lz4", row_group_size=GROUP, **told)
        self.files.append(path)
        self.sampled.append(placed["user_id"].gather_every(STEP))

    @cached_property
    def pieces(self) -> list[Piece]:
        """See `Parts`; there are no more runs to come."""
        ends = self._ends()
        return [partial(_between, self.files, *range_) for range_ in zip([None, *ends], [*ends, None], strict=True)]

    def _ends(self) -> list[str]:
        """The last users of all ranges but the last one."""
        samples = pl.concat(self.sampled).sort()
        step = max(parts.PART // STEP, 1)
        return samples.gather_every(step, offset=step).unique(maintain_order=True).to_list()

    def bounds(self) -> tuple[int, int]:
        """See `Parts`."""
        return bounds_of(pl.scan_parquet(self.files, glob=False))


def _between(files: list[Path], begin: str | None, end: str | None) -> pl.DataFrame:
    """The events of the users after `begin` and up to `end`, across all runs."""
    after = [] if begin is None else [USER.gt(begin)]
    until = [] if end is None else [USER.le(end)]
    return pl.scan_parquet(files, glob=False).filter(*after, *until).collect()


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
