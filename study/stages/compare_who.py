"""What stage `compare` publishes of an arm that ranks users."""

import polars as pl

from study.errors import UserError
from study.metrics.screening_board import assemble
from study.params import Params
from study.params.budget import Arm
from study.paths import run_folder
from study.stages.scored import read_scores, read_searches


def published(params: Params, arm: Arm) -> dict[str, str | pl.DataFrame]:
    """Every published file but the manifest, by name.

    Raises:
        UserError: a variant of the arm was not trained or scored.
    """
    scores = read_scores(params, arm, "scores", "seed", "cutoff", "user_id")
    select = pl.concat([_select(params, name) for name in params.entries(arm)])
    declared, searches = params.declared(arm), read_searches(params, arm)
    return dict(assemble(params.entries(arm), searches, scores, select, declared, params.statistics, params.seed))


def _select(params: Params, variant: str) -> pl.DataFrame:
    path = run_folder(params.variants[variant].runs, variant) / "select.parquet"
    if not path.exists():
        raise UserError(f"{path}: no such file; this variant was not trained: run `dvc repro`")
    return pl.read_parquet(path).select(pl.lit(variant).alias("variant"), "user_id", "cutoff", "score", "label")
