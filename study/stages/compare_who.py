"""What stage `compare` publishes of an arm that ranks users."""

import polars as pl

from study.errors import UserError
from study.metrics.leaderboard import contrasts
from study.metrics.screening import PRIMARY
from study.metrics.screening_board import binned, leaderboard, reliabilities_of, resolution, spread, windows
from study.metrics.screening_bootstrap import bootstrap, bootstrap_primary, bootstrap_users, primary_by_seed
from study.metrics.screening_calibration import calibrated
from study.params import Params
from study.params.budget import Compared
from study.params.roster import Variant
from study.params.statistics import Contrast, Statistics
from study.paths import SELECT, run_folder
from study.stages.scored import Row, read_scores, read_searches, text_of


def published(params: Params, arm: Compared) -> dict[str, str | pl.DataFrame]:
    """Every published file but the manifest, by name.

    Raises:
        UserError: a variant of the arm was not trained or scored.
    """
    scores = read_scores(params, arm, "scores", "seed", "cutoff", "user_id")
    select = pl.concat([_select(params, name) for name in params.entries(arm)])
    declared, searches = params.declared(arm), read_searches(params, arm)
    texts = assemble(params.entries(arm), searches, scores, select, declared, params.statistics, params.seed)
    # By user of each cut-off, as the queries of the other arms lie: whoever doubts a verdict has what it was made of.
    return {**texts, "scores.parquet": scores.sort("cutoff", "user_id", "variant", "seed")}


def assemble(
    roster: dict[str, Variant],
    searches: dict[str, Row],
    scores: pl.DataFrame,
    select: pl.DataFrame,
    declared: dict[str, Contrast],
    settings: Statistics,
    seed: int,
) -> dict[str, str]:
    """The text of every published file but the manifest, by name; a pure function of its arguments.

    Args:
        roster: the variants of the arm.
        searches: the record of each variant's search.
        scores: `variant`, `seed`, `user_id`, `cutoff`, `score`, `label` of every eligible user of the test windows.
        select: the same without `seed`: what the chosen trial of each variant scored on select, before the refit.
        declared: the contrasts of the arm.
        settings: the margin is `who_margin`, in recall among the top 5 %.
        seed: of the study.
    """
    settings = settings.model_copy(update={"margin": settings.who_margin})
    told, calibrators = calibrated(scores, select)
    draws = bootstrap(told, resamples=settings.resamples, seed=seed)
    tails = bootstrap_primary(told, resamples=settings.resamples * max(1, len(declared)), seed=seed)
    users_drawn = bootstrap_users(told, resamples=settings.resamples, seed=seed)
    reliabilities = reliabilities_of(told)
    seeds = dict(told.group_by("variant").agg(pl.col("seed").n_unique()).iter_rows())
    board = leaderboard(roster, searches, draws, seeds, reliabilities, settings.alpha)
    verdicts = contrasts(declared, board, tails, settings)
    headline = {r["variant"]: {PRIMARY: r["estimates"][PRIMARY]["estimate"], "select": r["select"]} for r in board}
    return {
        "leaderboard.json": text_of(board),
        "contrasts.json": text_of(verdicts),
        "windows.json": text_of({**windows(told), **resolution(verdicts, draws[PRIMARY], settings)}),
        "spread.json": text_of(spread(verdicts, users_drawn, primary_by_seed(told))),
        "reliability.json": text_of(
            {row["variant"]: binned(reliabilities, row["variant"], calibrators) for row in board}
        ),
        "tuning.json": text_of(searches),
        "metrics.json": text_of(headline),
    }


def _select(params: Params, variant: str) -> pl.DataFrame:
    path = run_folder(params.variants[variant].runs, variant) / SELECT
    if not path.exists():
        raise UserError(f"{path}: no such file; this variant was not trained: run `dvc repro`")
    return pl.read_parquet(path).select(pl.lit(variant).alias("variant"), "user_id", "cutoff", "score", "label")
