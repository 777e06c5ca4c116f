"""What a variant was trained on, and under which parameters: an export has those of today beside its weights."""

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from study.errors import UserError
from study.params import Params
from study.params.plain import read_plain
from study.params.snapshot import Snapshot
from study.paths import ASKED, PARAMS, PIPELINE_LOCK, events_file, run_folder, snapshot_file, vocabulary_file
from study.provenance import asked_of
from study.serving.bundle import loading

UNREAD = "cannot be read; run `dvc repro`, then export"
"""What is told of a damaged file of the log, or of a part of it."""


def trained_on(params: Params, variant: str) -> Path:
    """The snapshot: a corrected one may be there before anything is split, or trained, on it.

    By what `dvc.lock` records of both stages. Where they were run without DVC the number of events alone is compared;
    of sessions some are left out of what is trained on.

    Raises:
        UserError: it is missing, or another one.
    """
    path, question = snapshot_file(params.snapshot.name), params.variants[variant].question
    if not path.is_file():
        raise UserError(f"{path}: no such file; the hash of the data is part of an export: run `dvc repro snapshot`")
    development, test = events_file(question, "development"), events_file(question, "test")
    is_other = False
    if development.is_file() and test.is_file():
        there, used = _rows(path), _rows(development) + _rows(test)
        is_other = there < used if params.questions[question].sessions else there != used
    read = {f"split {question}": [path], f"train {variant}": [development, vocabulary_file(question, "refit")]}
    if is_other or any(map(_differs, _recorded(*read), read.values())):
        raise UserError(f"{path}: another snapshot than the one that was trained on; run `dvc repro`, then export")
    return path


def refuse_changed(params: Params, variant: str) -> None:
    """Whether the parameters of today are those that a variant was trained under.

    By what the run says of itself. How its log was read is known by what `dvc.lock` records of the stages before
    training, which DVC runs again after any change, or else by the run too. A run that says less is an earlier one.

    Raises:
        UserError: its entry, its question, or how the log is read has changed.
    """
    entry, then = params.variants[variant], "run `dvc repro`, then export"
    run = run_folder(entry.runs, variant) / ASKED
    asked, today = _read(run) if run.is_file() else [], json.loads(asked_of(params, variant))
    if asked[:2] != today[: len(asked[:2])]:
        raise UserError(f"export: {PARAMS} has another entry or question of {variant} than it was trained for; {then}")
    stages = _recorded("snapshot", f"split {entry.question}", f"features {entry.question}")
    recorded = [told for stage in stages if (told := (stage.get("params") or {}).get(PARAMS.name))]
    changed = [name for told in recorded or asked[2:] for name in _changes(params, told)]
    if changed:
        raise UserError(f"{PARAMS}: {changed[0]} is not what {variant} was trained under; {then}")


def _changes(params: Params, told: dict[str, Any]) -> list[str]:
    """The keys of those that were told by which the log is read otherwise today."""
    if told.get("seed", params.seed) != params.seed:
        return ["seed"]
    try:
        before = Snapshot.model_validate(told["snapshot"])
    except ValidationError:  # of another version of the code
        return ["snapshot"]
    return [f"snapshot.{name}" for name, value in before if value != getattr(params.snapshot, name)]


def _read(run: Path) -> list[Any]:
    try:
        asked: list[Any] = json.loads(run.read_text(encoding="utf-8"))
    except ValueError:
        raise UserError(f"{run}: no JSON, so it was not written by a run; train the variant again") from None
    return asked


def _differs(stage: dict[str, Any], files: list[Path]) -> bool:
    """Whether DVC records that the stage read other files than these."""
    read = {file.get("path"): file.get("md5") for file in stage.get("deps") or []}
    return bool(stage) and any(read.get(path.as_posix()) != _md5(path) for path in files if path.is_file())


def _recorded(*commands: str) -> list[dict[str, Any]]:
    """What DVC records of some stages; nothing of one that it has not run."""
    lock = (read_plain(PIPELINE_LOCK) if PIPELINE_LOCK.exists() else None) or {}
    stages = {stage.get("cmd"): stage for stage in (lock.get("stages") or {}).values()}
    return [stages.get(f"python -m study {command}", {}) for command in commands]


def _md5(path: Path) -> str:
    """As DVC computes it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _rows(path: Path) -> int:
    with loading(path, UNREAD):
        return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
