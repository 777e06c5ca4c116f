"""Every path that the study reads or writes, relative to the repository root."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARAMS = Path("params.yaml")
PIPELINE = Path("dvc.yaml")
DATA = Path("data")
CHECKED = DATA / "checked"
SNAPSHOTS = DATA / "snapshots"
EVENTS = DATA / "events"
DEVELOPMENT = EVENTS / "development.parquet"
TEST = EVENTS / "test.parquet"
SPLITS = DATA / "splits"
SPANS = SPLITS / "spans.json"
FEATURES = DATA / "features"
RUNS = DATA / "runs"
JOURNALS = DATA / "journals"
SCORES = DATA / "scores"
RESULTS = DATA / "results"
SCRATCH = DATA / "scratch"
BOOK_STAMP = DATA / "book.json"
REPORT = Path("report")
LOG = REPORT / "log.md"
BUILD = Path("build")
BOOK = BUILD / "book"
QUICK = BUILD / "quick"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path` and, if the block succeeds, moves it there in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text file by atomic replacement."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
