"""Compares the main arm's results on this snapshot with those on another: drift of the data, ranks, changed effects."""

import json
import platform
from pathlib import Path
from typing import Any

import polars as pl

from study.errors import UserError
from study.metrics.changes import Side, changes
from study.metrics.drift import drift, is_one_log
from study.metrics.stability import stability
from study.params import Params, load
from study.params.budget import Compared
from study.params.statistics import PRIMARY
from study.paths import comparison_folder, data_card_file, results_folder, write_text
from study.provenance import file_hash, revision
from study.stages.scored import text_of
from study.versions import PACKAGES, released

ARM: Compared = "main"
COLUMNS = ["variant", "seed", "user_id", PRIMARY]


def run(other: str) -> None:
    """Writes `data/results/<snapshot>/snapshots/<other>/`; both snapshots are read from their published results alone.

    Raises:
        UserError: results of either snapshot are missing, or are not those that their manifest vouches for.
    """
    params = load()
    here = params.snapshot.name
    settings = params.statistics
    this, that = _side(here), _side(other)
    cards = [_read(data_card_file(name, params.asked_by(ARM))) for name in (other, here)]
    is_again = is_one_log(cards[0], cards[1], params.questions[params.asked_by(ARM)])
    ranks = stability(
        this.queries,
        that.queries,
        PRIMARY,
        is_one_log=is_again,
        resamples=settings.resamples,
        seed=params.seed,
        alpha=settings.alpha,
    )
    found = {
        "other": other,
        "metric": PRIMARY,
        "level": 1 - settings.alpha,
        "ranks": ranks | {"is_one_log": is_again},
        "drift": drift(*cards),
    }
    found["changes"] = changes(this, that, PRIMARY, settings, params.seed)
    folder = comparison_folder(here, other)
    write_text(folder / "comparison.json", text_of(found))
    write_text(folder / "manifest.json", text_of(_manifest(params, other, folder / "comparison.json")))


def _manifest(params: Params, other: str, published: Path) -> dict[str, Any]:
    sides = {name: results_folder(name, ARM) / "manifest.json" for name in (params.snapshot.name, other)}
    return {
        "snapshot": params.snapshot.name,
        "other": other,
        "made_of": {name: file_hash(path) for name, path in sides.items()},
        "revision": revision(),
        "seed": params.seed,
        "statistics": params.statistics.model_dump(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": {name: released(name) for name in PACKAGES},
        "files": {published.name: file_hash(published)},
    }


def _side(snapshot: str) -> Side:
    queries, contrasts = (results_folder(snapshot, ARM) / name for name in ("queries.parquet", "contrasts.json"))
    manifest = _read(queries.with_name("manifest.json"))
    for path in (queries, contrasts):
        if file_hash(_there(path)) != manifest.get("files", {}).get(path.name):
            raise UserError(
                f"{path}: it is not the file that the manifest beside it vouches for; restore both from git, or run "
                f"`dvc repro compare@{ARM}` with snapshot.name: {snapshot}"
            )
    return Side(pl.read_parquet(queries, columns=COLUMNS), _read(contrasts))


def _read(path: Path) -> Any:
    return json.loads(_there(path).read_text(encoding="utf-8"))


def _there(path: Path) -> Path:
    if not path.exists():
        raise UserError(f"{path}: no such file; both snapshots need published results of the arm {ARM}")
    return path
