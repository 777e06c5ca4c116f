"""Reads what the variants of an arm left behind, for the stage `compare`."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from study.errors import UserError
from study.params import Params
from study.params.budget import Compared
from study.paths import score_folder, search_file

Row = dict[str, Any]


def read_searches(params: Params, arm: Compared) -> dict[str, Row]:
    """The record of each variant's search.

    Raises:
        UserError: a variant of the arm was not trained.
    """
    paths = {name: search_file(entry.runs, name) for name, entry in params.entries(arm).items()}
    return {name: json.loads(_there(path).read_text(encoding="utf-8")) for name, path in paths.items()}


def read_scores(params: Params, arm: Compared, table: str, *keys: str) -> pl.DataFrame:
    """A table that `score` wrote, of all variants: `variant` first, in the order of the roster, rows sorted by `keys`.

    Raises:
        UserError: a variant of the arm was not scored.
    """
    parts = []
    for name in params.entries(arm):
        part = pl.read_parquet(_there(score_folder(arm, name) / f"{table}.parquet")).sort(keys)
        parts.append(part.select(pl.lit(name).alias("variant"), pl.all().exclude("variant")))
    return pl.concat(parts)


def text_of(value: Any) -> str:
    """JSON text as it is published."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _there(path: Path) -> Path:
    if not path.exists():
        raise UserError(f"{path}: no such file; this variant was not trained or scored: run `dvc repro`")
    return path
