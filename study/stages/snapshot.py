"""Builds the snapshot: the event log in its general form, and nothing after this stage knows where it came from."""

from pathlib import Path

from study.events.appending import appending
from study.events.order import sort_events
from study.events.parts import Parts
from study.events.read import reading
from study.params import load
from study.paths import replacing, snapshot_file


def run() -> None:
    """Writes `data/snapshots/<name>.parquet`, sorted by user, time and content.

    Raises:
        UserError: the source does not conform, or has no event before `until`.
    """
    params = load()
    with reading(params.snapshot, "snapshot") as events, replacing(snapshot_file(params.snapshot.name)) as temporary:
        write(events, params.seed, temporary)


def write(events: Parts, seed: int, path: Path) -> None:
    """Writes the file of a snapshot in the order of the study; equal events, equal bytes."""
    with appending(path) as append:
        for part in events:
            append(sort_events(part, seed))
