"""Builds the snapshot: the event log in its general form, and nothing after this stage knows where it came from."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from study.errors import UserError
from study.events.appending import appending
from study.events.order import sort_events
from study.events.parts import Parts
from study.events.read import reading
from study.events.spans import midnight
from study.events.split import TIME
from study.params import load
from study.params.snapshot import Snapshot
from study.paths import PARAMS, replacing, snapshot_file

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def run() -> None:
    """Writes `data/snapshots/<name>.parquet`, sorted by user, time and content.

    Raises:
        UserError: the source does not conform, or has no event before `until`.
    """
    params = load()
    with reading(params.snapshot, "snapshot") as events, replacing(snapshot_file(params.snapshot.name)) as temporary:
        write(events, params.snapshot, params.seed, temporary)


def write(events: Parts, spec: Snapshot, seed: int, path: Path) -> None:
    """Writes the file of a snapshot: the events before `until`, in the order of the study; equal events, equal bytes.

    Raises:
        UserError: there is none.
    """
    end = None if spec.until is None else midnight(spec.until, ZoneInfo(spec.timezone))
    if end is not None and (first := events.bounds()[0]) >= end:
        told = EPOCH + timedelta(microseconds=first)
        raise UserError(f"{PARAMS}: snapshot.until: no event is before {spec.until}; the first one is of {told}")
    with appending(path) as append:
        for part in events:
            append(sort_events(part if end is None else part.filter(TIME.lt(end)), seed))
