"""Builds the snapshot: the event log in its general form, and nothing after this stage knows where it came from."""

from contextlib import closing
from functools import partial
from pathlib import Path

import polars as pl

from study.events.appending import appending
from study.events.codes import numbered
from study.events.order import sort_events
from study.events.parts import Parts
from study.events.read import reading
from study.events.spill import Kept, Shelf, shelf_for, spilling
from study.params import load
from study.params.engine import Engine
from study.paths import replacing, snapshot_file
from study.stages.by_part import by_part


def run() -> None:
    """Writes `data/snapshots/<name>.parquet`, sorted by user, time and content.

    Raises:
        UserError: the source does not conform, or has no event before `until`.
    """
    params = load()
    with reading(params.snapshot, "snapshot") as events, replacing(snapshot_file(params.snapshot.name)) as temporary:
        write(events, params.seed, temporary, params.engine)


def write(events: Parts, seed: int, path: Path, engine: Engine) -> None:
    """Writes the file of a snapshot in the order of the study; equal events, equal bytes."""
    with spilling("snapshot-sorted") as folder, appending(path) as append:
        sort = partial(_sorted, seed=seed, shelf=shelf_for(events, folder))
        with closing(by_part(events, sort, engine, "parts of the snapshot")) as parts:
            for part in parts:
                append(part.taken())


def _sorted(part: pl.DataFrame, seed: int, shelf: Shelf) -> Kept:
    """A part in the order of the study; users are sorted by their numbers, which takes two thirds of the time."""
    placed = sort_events(part.with_columns(numbered(part["user_id"])), seed)
    return shelf.keep(placed.with_columns(pl.col("user_id").cast(pl.String)), "sorted")
