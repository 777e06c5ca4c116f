"""Stage `compare`: what the variants of an arm scored becomes its leaderboard, contrasts and published files."""

import shutil
from importlib import import_module

import polars as pl

from study.params import Params, load
from study.params.budget import Compared
from study.paths import results_folder
from study.provenance import params_hash
from study.stages.arm_manifest import publish

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
    publish(params, arm, published, params_hash(params, arm))


def _forget(params: Params, arm: Compared) -> None:
    folder = results_folder(params.snapshot.name, arm)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"no variant of the roster is of the arm {arm}: there is nothing to compare")
