"""The snapshot that a variant was trained on: the one whose hash goes into its card."""

import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from study.errors import UserError
from study.params import Params
from study.params.plain import read_plain
from study.paths import PIPELINE_LOCK, events_file, snapshot_file, vocabulary_file


def trained_on(params: Params, variant: str) -> Path:
    """The snapshot: a corrected one may be there before anything is split, or trained, on it.

    By what `dvc.lock` records of both stages. Where they were run without DVC the number of events alone is compared.

    Raises:
        UserError: it is missing, or another one.
    """
    path, question = snapshot_file(params.snapshot.name), params.variants[variant].question
    if not path.is_file():
        raise UserError(f"{path}: no such file; the hash of the data is part of an export: run `dvc repro snapshot`")
    development, test = events_file(question, "development"), events_file(question, "test")
    is_other = development.is_file() and test.is_file() and _rows(path) != _rows(development) + _rows(test)
    read = {f"split {question}": [path], f"train {variant}": [development, vocabulary_file(question, "refit")]}
    if is_other or any(_differs(stage, files) for stage, files in read.items()):
        raise UserError(f"{path}: another snapshot than the one that was trained on; run `dvc repro`, then export")
    return path


def _differs(command: str, files: list[Path]) -> bool:
    """Whether DVC records that the stage read other files than these."""
    for stage in _stages():
        if stage.get("cmd") == f"python -m study {command}":
            read = {file.get("path"): file.get("md5") for file in stage.get("deps") or []}
            return any(read.get(path.as_posix()) != _md5(path) for path in files if path.is_file())
    return False


def _stages() -> list[dict[str, Any]]:
    recorded = read_plain(PIPELINE_LOCK) if PIPELINE_LOCK.exists() else None
    return list(((recorded or {}).get("stages") or {}).values())


def _md5(path: Path) -> str:
    """As DVC computes it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _rows(path: Path) -> int:
    return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
