"""Tunes one variant on train, stop and select, and refits the chosen setting with several seeds. Never reads test."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from study.errors import UserError
from study.models.factory import settings_of
from study.params import Params, load
from study.paths import CHECKED, DEVELOPMENT, FEATURES, JOURNALS, RESULTS, RUNS, SCRATCH, SPANS, SPLITS, write_text
from study.provenance import file_hash
from study.tuning.proposals import publish
from study.tuning.search import Search, refit_seeds, search, seconds_spent
from study.tuning.spaces import describe, space_of

INPUTS = (DEVELOPMENT, SPANS, *(SPLITS / f"{name}.parquet" for name in ("stop", "select")))
VOCABULARIES = tuple(FEATURES / f"{name}.json" for name in ("train", "refit"))


def run(variant: str) -> None:
    """Writes `data/runs/<variant>`, the search and one model per seed, and the search as an Optuna journal."""
    params = load()
    with _scratch(params, variant) as scratch:
        found = search(params, variant, scratch / "trials")
        best = found.best
        print(
            f"{variant}: select recall@10 {best.select:.4f} (trial {best.number}, round {best.best_round})", flush=True
        )
        folders = refit_seeds(params, found, scratch / "refit")
        _publish(params, variant, found, folders)
        _write_cost(params, variant, scratch, folders, found)


@contextmanager
def _scratch(params: Params, variant: str) -> Iterator[Path]:
    """The folder of unfinished work for exactly these parameters, inputs and code; one run at a time."""
    folder = SCRATCH / "train" / variant / _fingerprint(params, variant)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise UserError(f"{variant}: another run is training it (lock {folder / 'lock'}); wait for it to end") from None
    try:
        yield folder
    finally:
        lock.release()


def _fingerprint(params: Params, variant: str) -> str:
    sections = [params.seed, params.question, params.features, params.spent, params.roster[variant]]
    parts = [section.model_dump_json() if hasattr(section, "model_dump_json") else str(section) for section in sections]
    parts += [file_hash(path) for path in (CHECKED / "train" / f"{variant}.txt", *INPUTS, *VOCABULARIES)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _publish(params: Params, variant: str, found: Search, folders: list[Path]) -> None:
    target = RUNS / variant
    fresh = RUNS / f".{variant}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for folder in folders:
        shutil.copytree(folder / "model", fresh / folder.name)
    space = space_of(settings_of(params.roster[variant]))
    published = {"space": describe(space), **found.model_dump(), "rounds": found.best.best_round}
    write_text(fresh / "search.json", json.dumps(published, indent=1) + "\n")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    publish(JOURNALS / f"{variant}.log", variant, space, found.trials)


def _write_cost(params: Params, variant: str, scratch: Path, folders: list[Path], found: Search) -> None:
    """What was measured: outside the promise of equal bits, and no input of `compare`."""
    tune_seconds, tune_mb = seconds_spent(scratch / "trials")
    refits = [json.loads((folder / "cost.json").read_text(encoding="utf-8")) for folder in folders]
    is_sequence = params.roster[variant].family == "sequence"
    cost = {
        "tune_seconds": tune_seconds,
        "refit_seconds": sum(refit["seconds"] for refit in refits) / len(refits),
        "peak_mb": max(tune_mb, *(refit["peak_mb"] for refit in refits)),
        "parameters": refits[0]["parameters"],
        "positions": found.best.best_round * params.spent.positions if is_sequence else None,
    }
    write_text(RESULTS / params.snapshot.name / "cost" / f"{variant}.json", json.dumps(cost, indent=1) + "\n")
