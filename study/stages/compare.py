"""Stage `compare`: what the variants of an arm scored becomes its leaderboard, contrasts and published files."""

import shutil
from importlib import import_module
from pathlib import Path

import polars as pl

from study.params import Params, load
from study.params.budget import Compared
from study.paths import replacing, results_folder, snapshot_file, write_text
from study.provenance import manifest, params_hash
from study.stages.scored import text_of

Published = dict[str, str | pl.DataFrame]


def run(arm: Compared) -> None:
    """Reads what each variant scored and writes `data/results/<snapshot>/<arm>/`, each file by atomic replacement.

    Of an arm that the roster leaves out there are no results.

    Raises:
        UserError: a variant of the arm was not trained or scored.
    """
    params = load()
    if arm not in params.arms:
        _forget(params, arm)
        return
    kind = params.question(params.asked_by(arm)).kind
    published: Published = import_module(f"study.stages.compare_{kind}").published(params, arm)
    folder = results_folder(params.snapshot.name, arm)
    for file, content in published.items():
        _write(folder / file, content)
    files = [folder / file for file in sorted(published)]
    made = manifest(params, arm, snapshot_file(params.snapshot.name), files, params_hash(params, arm))
    write_text(folder / "manifest.json", text_of(made))
    for stale in set(folder.iterdir()) - {*files, folder / "manifest.json"}:
        stale.unlink()


def _forget(params: Params, arm: Compared) -> None:
    folder = results_folder(params.snapshot.name, arm)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"no variant of the roster is of the arm {arm}: there is nothing to compare")


def _write(path: Path, content: str | pl.DataFrame) -> None:
    if isinstance(content, str):
        write_text(path, content)
        return
    with replacing(path) as temporary:
        content.write_parquet(temporary, compression="zstd", compression_level=15, statistics=False)
