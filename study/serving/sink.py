"""Where tables go, one after the other: a Parquet or CSV file by replacement, or the standard output."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow.parquet as pq

from study.failures import naming
from study.paths import replacing

Write = Callable[[pl.DataFrame], None]


@contextmanager
def sink(out: Path | None) -> Iterator[Write]:
    """Yields what takes the next table; all have the same columns. A file is there whole, or not at all.

    Raises:
        OSError: the file cannot be written; names it.
    """
    if out is None:
        with _ending_with_its_reader():
            yield _csv(sys.stdout.buffer)
        return
    with naming(out), replacing(out) as temporary:
        yield from _file(temporary, is_parquet=out.suffix == ".parquet")


def _file(path: Path, *, is_parquet: bool) -> Iterator[Write]:
    if not is_parquet:
        with path.open("wb") as file:
            yield _csv(file)
        return
    writers: list[pq.ParquetWriter] = []

    def write(table: pl.DataFrame) -> None:
        arrow = table.to_arrow(compat_level=pl.CompatLevel.oldest())
        if not writers:
            writers.append(pq.ParquetWriter(path, arrow.schema, compression="zstd"))
        writers[0].write_table(arrow)

    try:
        yield write
    finally:
        for writer in writers:
            writer.close()


def _csv(file: BinaryIO) -> Write:
    """Writes a header before the first table."""
    is_first = [True]

    def write(table: pl.DataFrame) -> None:
        file.write(table.write_csv(include_header=is_first[0]).encode())
        is_first[0] = False

    return write


@contextmanager
def _ending_with_its_reader() -> Iterator[None]:
    """Whoever reads the standard output may have enough of it: `rank ... | head` is no failure."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
