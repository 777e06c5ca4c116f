"""Reads a snapshot's source into the general form."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from zoneinfo import ZoneInfo

import polars as pl

from study.errors import UserError, one_line
from study.events.check import conform, refuse_faults, wanted
from study.events.database import read_query
from study.events.files import Names, files_of, read_file, read_pieces
from study.events.parts import Parts
from study.events.runs import gathered
from study.events.spans import EPOCH, midnight
from study.events.spill import shelf_for, spilling
from study.events.split import TIME
from study.events.thinned import thinned
from study.events.times import FormChangedError, Forms
from study.params.snapshot import Snapshot
from study.paths import PARAMS

READER, QUERY = ".py", ".sql"
PIECE = 500_000
"""Rows of a file that are read at a time, where its parts are asked for."""


def read_source(spec: Snapshot) -> pl.DataFrame:
    """The events of `spec.source` with the declared columns and types, in the source's order.

    Raises:
        UserError: there is nothing to read, it cannot be read, or it does not conform; names the place.
    """
    return pl.concat(_pieces(spec, None))


@contextmanager
def reading(spec: Snapshot, name: str) -> Iterator[Parts]:
    """The events that are studied, inside a part in any order, in parts of whole users; on disk if they are many.

    Left out are those from `until` on, and of a log of more than `most_events` those of some users.

    Args:
        name: of the stage that reads, for the folder of what is on disk.

    Raises:
        UserError: as `read_source`, or no event is before `until`.
    """
    with spilling(name) as folder:
        try:
            events = gathered(_before(_pieces(spec, PIECE), spec), folder)
        except FormChangedError:
            events = gathered(_before(_pieces(spec, None), spec), folder)
        most = spec.most_events
        yield events if most is None else thinned(events, most, shelf_for(events, folder))


def sources(spec: Snapshot) -> list[Path]:
    """The files that are read: a module, a query, or files of events.

    Raises:
        UserError: there is none, or one whose name does not say what it is.
    """
    path = Path(spec.source)
    return [path] if path.suffix in {READER, QUERY} and path.is_file() else files_of(path, spec.files)


def _before(pieces: Iterable[pl.DataFrame], spec: Snapshot) -> Iterator[pl.DataFrame]:
    if spec.until is None:
        yield from pieces
        return
    end, first, is_empty = _end(spec.until, spec.timezone), None, True
    for piece in pieces:
        begin = piece.select(TIME.min()).item()
        first = begin if first is None else min(first, begin)
        if begin < end:
            is_empty = False
            yield piece.filter(TIME.lt(end))
    if is_empty and first is not None:
        told = EPOCH + timedelta(microseconds=first)
        raise UserError(f"{PARAMS}: snapshot.until: no event is before {spec.until}; the first one is of {told}")


def _end(until: date, timezone: str) -> int:
    try:
        return midnight(until, ZoneInfo(timezone))
    except OverflowError:
        raise UserError(f"{PARAMS}: snapshot.until: {until} has no midnight of {timezone} in UTC") from None


def _pieces(spec: Snapshot, rows: int | None) -> Iterator[pl.DataFrame]:
    """The events in the order of the source; of each file so many rows at a time, or all."""
    path, is_empty = Path(spec.source), True
    files = sources(spec)
    elsewhere = cache(lambda: {name for file in files for name in read_file(file, None, 1).columns})
    for file in files:
        if file.suffix in {READER, QUERY}:
            yield conform(read_query(file) if file.suffix == QUERY else _read_module(file), spec, file)
            return
        for piece in _whole(file, spec, elsewhere) if rows is None else _in_pieces(file, spec, rows, elsewhere):
            is_empty = False
            yield piece
    if is_empty:
        raise UserError(f"{path}: there are no events in it")


def _read_module(file: Path) -> pl.DataFrame:
    """What `read()` of a module returns.

    Raises:
        UserError: it lies elsewhere, fails, or has no such function, or that returns something else.
    """
    parts = file.with_suffix("").parts
    if file.is_absolute() or ".." in parts:
        raise UserError(f"{file}: a module is read from this folder alone; give its path from here, without `..`")
    if wrong := [part for part in parts if not part.isidentifier()]:
        raise UserError(f"{file}: '{wrong[0]}' is no name of a module; rename it: letters, digits and underscores")
    with _failing(file):
        read = getattr(import_module(".".join(parts)), "read", None)
    if not callable(read):
        raise UserError(f"{file}: a module needs a function `read()` that returns the events, and this one has none")
    with _failing(file):
        table = read()
    if not isinstance(table, pl.DataFrame):
        raise UserError(f"{file}: its `read()` returns {type(table).__name__}; it must be a table of Polars")
    return table


@contextmanager
def _failing(file: Path) -> Iterator[None]:
    """What a module raises ends in a line that says where in it."""
    try:
        yield
    except (UserError, MemoryError, OSError):
        raise
    except Exception as error:
        own = [one for one in extract_tb(error.__traceback__) if Path(one.filename).resolve() == file.resolve()]
        place = error.lineno if isinstance(error, SyntaxError) else own[-1].lineno if own else None
        line = "" if place is None else f" line {place}:"
        raise UserError(f"{file}:{line} {type(error).__name__}: {one_line(str(error)) or 'nothing said'}") from error


def _whole(file: Path, spec: Snapshot, elsewhere: Names) -> Iterator[pl.DataFrame]:
    if (table := read_file(file, wanted(spec), elsewhere=elsewhere)).height:
        yield conform(table, spec, file)


def _in_pieces(file: Path, spec: Snapshot, rows: int, elsewhere: Names) -> Iterator[pl.DataFrame]:
    """The events of a file; whether a value is a fault, and how it is told, the whole file says."""
    forms: Forms = set()
    columns = wanted(spec)
    try:
        for piece in read_pieces(file, columns, rows, elsewhere):
            if piece.height:
                yield conform(piece, spec, file, forms)
    except UserError:
        for _ in read_pieces(file, columns, rows, elsewhere):  # what the file itself is at fault for comes first
            pass
        refuse_faults(lambda name: read_file(file, [name], elsewhere=elsewhere).to_series(), spec, file)
        raise FormChangedError from None
