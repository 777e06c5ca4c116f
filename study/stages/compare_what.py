"""What stage `compare` publishes of an arm that ranks candidates."""

from typing import Any

import polars as pl

from study.exhibits.picture import leaderboard_svg
from study.metrics.bootstrap import Draws, bootstrap
from study.metrics.factorial import factorial_effects
from study.metrics.leaderboard import OF_YOUNG, SHOWN, contrasts, leaderboard, recall_curves
from study.metrics.power import power
from study.params import Params
from study.params.budget import Compared
from study.params.statistics import PRIMARY
from study.stages.scored import read_scores, read_searches, text_of

CONTRAST_COLUMNS = ["name", "question", "left_variant", "right_variant", "effect", "low", "high", "level", "verdict"]
Row = dict[str, Any]


def published(params: Params, arm: Compared) -> dict[str, str | pl.DataFrame]:
    """Every published file but the manifest, by name.

    Raises:
        UserError: a variant of the arm was not trained or scored.
    """
    queries = read_scores(params, arm, "metrics", "seed", "cutoff", "user_id")
    coverage = read_scores(params, arm, "coverage", "seed", "cutoff", "k").to_dicts()
    texts = assemble(params, arm, queries, read_searches(params, arm), coverage)
    # By query, so that the nearly equal rows of one query's seeds stand together: a fifth fewer bytes in git.
    return {**texts, "queries.parquet": queries.sort("cutoff", "user_id", "variant", "seed")}


def assemble(
    params: Params, arm: Compared, queries: pl.DataFrame, searches: dict[str, Row], coverage: list[Row]
) -> dict[str, str]:
    """The text of every published file but the manifest, by name; a pure function of its arguments.

    Args:
        queries: the metrics of each variant, seed and query, variants in the order of the roster.
        searches: the record of each variant's search.
        coverage: rows `variant, seed, k, cutoff, coverage`.
    """
    settings = params.statistics
    shown = [*SHOWN, *(metric for metric in OF_YOUNG if metric in queries.columns)]
    draws = bootstrap(queries, shown, resamples=settings.resamples, seed=params.seed)
    seeds = dict(queries.group_by("variant").agg(pl.col("seed").n_unique()).iter_rows())
    board = leaderboard(params.entries(arm), searches, draws, seeds, coverage, settings.alpha)
    declared = params.declared(arm)
    tails = bootstrap(queries, [PRIMARY], resamples=settings.resamples * max(1, len(declared)), seed=params.seed)
    verdicts = contrasts(declared, board, tails[PRIMARY], settings)
    once = queries.unique(["user_id", "cutoff"], keep="first", maintain_order=True)
    headline = {r["variant"]: {PRIMARY: r["estimates"][PRIMARY]["estimate"], "select": r["select"]} for r in board}
    columns = pl.DataFrame(verdicts).select(CONTRAST_COLUMNS) if verdicts else pl.DataFrame(schema=CONTRAST_COLUMNS)
    return {
        "coverage.json": text_of(coverage),
        "leaderboard.json": text_of(board),
        "leaderboard.svg": leaderboard_svg(board, alpha=settings.alpha),
        "contrasts.json": text_of(verdicts),
        "power.json": text_of(power(once, verdicts, board, draws[PRIMARY], settings)),
        "tuning.json": text_of(searches),
        "metrics.json": text_of(headline),
        "recall_at_k.csv": recall_curves(board).write_csv(),
        "contrasts.csv": columns.write_csv(),
        **_factorial(params, arm, tails[PRIMARY]),
    }


def _factorial(params: Params, arm: Compared, draws: Draws) -> dict[str, str]:
    """The effects of the declared factorial, where its cells belong to this arm."""
    if not set(params.factorial.cells) <= set(params.entries(arm)):
        return {}
    return {"factorial.json": text_of(factorial_effects(params.factorial, draws, params.statistics))}
