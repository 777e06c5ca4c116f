"""Builds the snapshot: the event log in its general form, and nothing after this stage knows where it came from."""

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
    with replacing(snapshot_file(params.snapshot.name)) as temporary:
        built(params.snapshot, params.seed).write_parquet(temporary, compression="zstd")


def built(spec: Snapshot, seed: int) -> pl.DataFrame:
    """The events of the snapshot in the order of the study."""
    return sort_events(_before(read_source(spec), spec), seed)


def _before(events: pl.DataFrame, spec: Snapshot) -> pl.DataFrame:
    if spec.until is None:
        return events
    kept = events.filter(TIME.lt(midnight(spec.until, ZoneInfo(spec.timezone))))
    if kept.is_empty():
        first = str(events["timestamp"].min())
        raise UserError(f"{PARAMS}: snapshot.until: no event is before {spec.until}; the first one is of {first}")
    return kept
