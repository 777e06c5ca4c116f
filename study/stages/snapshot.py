"""Builds the snapshot: the event log in its general form, and nothing after this stage knows where it came from."""

from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from study.errors import UserError
from study.events.order import sort_events
from study.events.read import read_source
from study.events.spans import midnight
from study.events.split import TIME
from study.params import load
from study.params.snapshot import Snapshot
from study.paths import PARAMS, replacing, snapshot_file


def run() -> None:
    """Writes `data/snapshots/<name>.parquet`, sorted by user, time and content.

    Raises:
        UserError: the source does not conform, or has no event before `until`.
    """
    params = load()
    events = ordered(read_source(params.snapshot), params.snapshot, params.seed)
    with replacing(snapshot_file(params.snapshot.name)) as temporary:
        write(events, temporary)


def ordered(events: pl.DataFrame, spec: Snapshot, seed: int) -> pl.DataFrame:
    """The events before `until` in the order of the study.

    Raises:
        UserError: there is none.
    """
    return sort_events(_before(events, spec), seed)


def write(events: pl.DataFrame, path: Path) -> None:
    """Writes the file of a snapshot; equal events make equal bytes."""
    events.write_parquet(path, compression="zstd")


def _before(events: pl.DataFrame, spec: Snapshot) -> pl.DataFrame:
    if spec.until is None:
        return events
    kept = events.filter(TIME.lt(midnight(spec.until, ZoneInfo(spec.timezone))))
    if kept.is_empty():
        first = str(events["timestamp"].min())
        raise UserError(f"{PARAMS}: snapshot.until: no event is before {spec.until}; the first one is of {first}")
    return kept
