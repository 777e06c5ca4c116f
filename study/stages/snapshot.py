"""Builds the snapshot: the event log in its general form, and nothing after this stage knows where it came from."""

from study.events.order import sort_events
from study.events.read import read_source
from study.params import load
from study.paths import replacing, snapshot_file


def run() -> None:
    """Writes `data/snapshots/<name>.parquet`, sorted by user, time and content."""
    params = load()
    events = sort_events(read_source(params.snapshot), params.seed)
    with replacing(snapshot_file(params.snapshot.name)) as temporary:
        events.write_parquet(temporary, compression="zstd")
