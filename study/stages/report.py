"""Stage `report`: the book from the results, and a stamp of what it shows."""

import json
from pathlib import Path

from study.exhibits.build import build_book, pages
from study.params import load
from study.paths import BOOK, BOOK_STAMP, LOSS_COSTS, RESULTS, SIMULATED, write_text
from study.provenance import file_hash


def run() -> None:
    """Builds the book to `build/book`, whose bytes differ from build to build, and writes the stamp, whose do not.

    Measured costs are shown in the book but are no part of the stamp: they differ from run to run.

    Raises:
        UserError: results are missing or contradict the parameters, a page cannot be built, or another build is at it.
    """
    build_book(BOOK)
    params = load()
    shown = [RESULTS / name for name in (params.snapshot.name, *params.compare_with)]
    stamp = {"pages": pages(), "results": {folder.name: _hashes(folder) for folder in [*shown, SIMULATED]}}
    write_text(BOOK_STAMP, json.dumps(stamp, indent=2) + "\n")


def _hashes(folder: Path) -> dict[str, str]:
    """The hash of each result file of a snapshot, or of what was simulated."""
    costs = {LOSS_COSTS, *(folder / "cost").rglob("*")}
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path not in costs)
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in files}
