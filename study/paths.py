"""Every path that the study reads or writes, relative to the repository root."""

import fcntl
import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from study.failures import naming

PARAMS = Path("params.yaml")
PIPELINE = Path("dvc.yaml")
PIPELINE_LOCK = Path("dvc.lock")
DVC_LOCK = Path(".dvc/tmp/lock")
DVC_RWLOCK = Path(".dvc/tmp/rwlock")
CITATION = Path("CITATION.cff")
DATA = Path("data")
SNAPSHOTS = DATA / "snapshots"
SOURCES = DATA / "sources"
RUNS = DATA / "runs"
SCORES = DATA / "scores"
RESULTS = DATA / "results"
SIMULATED = RESULTS / "_simulated"
"""What no log enters; a snapshot's name does not begin so."""
LOSS_COSTS = SIMULATED / "losses.json"
SCRATCH = DATA / "scratch"
WRITTEN = [
    *(DATA / name for name in ("checked", "events", "exports", "features", "fits", "journals", "splits")),
    *(RESULTS, RUNS, SCORES, SCRATCH),
]
"""Folders that are written to: no log of a user's lies there, and none holds them. A snapshot may be read as a log."""
KEPT_LOCK = SCRATCH / "dvc.lock"
EXPORTS = DATA / "exports"
FITS = DATA / "fits"
CHOSEN = "chosen"
SEARCH = "search.json"
SELECT = "select.parquet"
ASKED = "asked.json"
"""Of a run: the entry and the question that it was made for, and how the log was read."""
BOOK_STAMP = DATA / "book.json"
REPORT = Path("report")
LOG = REPORT / "log.md"
BENCHMARKS = Path("benchmarks") / "log"
BUILD = Path("build")
BOOK = BUILD / "book"
QUICK = BUILD / "quick"


def code_of(stage: str, item: str | None = None) -> Path:
    """The fingerprint of the code of a stage; of those that run once per question, variant or arm, for one of them."""
    folder = DATA / "checked"
    return folder / f"{stage}.txt" if item is None else folder / stage / f"{item}.txt"


def source_file(snapshot: str, suffix: str) -> Path:
    """The log that a snapshot is made of, as it was added; DVC keeps it."""
    return SOURCES / f"{snapshot}{suffix}"


def snapshot_file(snapshot: str) -> Path:
    """The event log in its general form."""
    return SNAPSHOTS / f"{snapshot}.parquet"


def events_file(question: str, part: Literal["development", "test"]) -> Path:
    """The events before the first test cut-off, or those from it on, which `score` and `diagnostics` alone read."""
    return DATA / "events" / question / f"{part}.parquet"


def spans_file(question: str) -> Path:
    """The windows of stop, select and test."""
    return DATA / "splits" / question / "spans.json"


def queries_file(question: str, span: str) -> Path:
    """The queries of the windows of stop, select or test."""
    return DATA / "splits" / question / f"{span}.parquet"


def vocabulary_file(question: str, fit_span: str) -> Path:
    """What was fitted on the fit span `train` or `refit`."""
    return DATA / "features" / question / f"{fit_span}.json"


def run_folder(runs: str, variant: str) -> Path:
    """The search of a variant, the model of the chosen trial (`CHOSEN`), and that of each refit (`refit_folder`).

    Of question `who` also what the chosen trial scored on select (`SELECT`).

    Args:
        runs: of the variant's entry: its arm, or `main-composed` for one that is composed of variants of the main arm.
    """
    return RUNS / runs / variant


def refit_folder(run: Path, number: int) -> Path:
    """The fit with the seed of that number, in a run folder or one that is laid out like it."""
    return run / f"seed-{number}"


def refit_folders(run: Path) -> dict[int, Path]:
    """The fits that lie there, by the number of their seed, ascending."""
    return dict(sorted((int(path.name.split("-")[1]), path) for path in run.glob("seed-*")))


def search_file(runs: str, variant: str) -> Path:
    """The record of a variant's search: see `study/searched.py`; for `runs` see `run_folder`."""
    return run_folder(runs, variant) / SEARCH


def score_folder(arm: str, variant: str) -> Path:
    """What a variant scored on test."""
    return SCORES / arm / variant


def export_folder(variant: str) -> Path:
    """A variant as one folder, ready to rank; the files in one are named in `study/serving/bundle.py`."""
    return EXPORTS / variant


def fit_folder(variant: str) -> Path:
    """A variant that was fitted by itself, outside of any search."""
    return FITS / variant


def journal_file(runs: str, variant: str) -> Path:
    """The search of a variant as an Optuna journal; for `runs` see `run_folder`."""
    return DATA / "journals" / runs / f"{variant}.log"


def results_folder(snapshot: str, arm: str) -> Path:
    """The published results of an arm."""
    return RESULTS / snapshot / arm


def tuning_file(snapshot: str, arm: str) -> Path:
    """The published searches of an arm."""
    return results_folder(snapshot, arm) / "tuning.json"


def world_file(world: str) -> Path:
    """The published results of a simulated world, the same for every snapshot; `validity` is the check of them all."""
    return SIMULATED / "worlds" / f"{world}.json"


def data_card_file(snapshot: str, question: str) -> Path:
    """What the log is like, as a question sees it."""
    return RESULTS / snapshot / "data" / f"{question}.json"


def comparison_folder(snapshot: str, other: str) -> Path:
    """What comparing a snapshot with another one has found."""
    return RESULTS / snapshot / "snapshots" / other


def cost_file(snapshot: str, arm: str, variant: str) -> Path:
    """What training a variant took: measured, so beside the results and no part of them."""
    return RESULTS / snapshot / "cost" / arm / f"{variant}.json"


def benchmark_log(name: str) -> Path:
    """What a benchmark has measured, a line of JSON for each run, the latest last."""
    return BENCHMARKS / f"{name}.jsonl"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path` and, if the block succeeds, moves it there in one step.

    What a killed process has left beside `path` is removed: nobody holds its lock any more.

    Raises:
        OSError: the machine refuses; it names `path`.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{glob.escape(path.name)}.*[0-9]"):
            _remove_unless_held(left)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with temporary.open("wb") as held:
            with suppress(OSError):  # a file system without locks keeps what killed processes leave
                fcntl.flock(held, fcntl.LOCK_EX)
            try:
                yield temporary
                os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)


def _remove_unless_held(path: Path) -> None:
    with suppress(OSError), path.open("rb") as left:  # held by a process that lives, or gone meanwhile
        fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


def write_text(path: Path, text: str) -> None:
    """Writes a text file by atomic replacement."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
