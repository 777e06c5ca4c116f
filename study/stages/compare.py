"""Stage `compare`: what the whole roster scored becomes the leaderboard, the contrasts and the published files."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from study.errors import UserError
from study.exhibits.picture import leaderboard_svg
from study.metrics.bootstrap import bootstrap
from study.metrics.leaderboard import PRIMARY, SHOWN, contrasts, leaderboard, recall_curves
from study.metrics.power import power
from study.params import Params, load
from study.paths import RESULTS, RUNS, SCORES, SNAPSHOTS, replacing, write_text
from study.provenance import manifest

CONTRAST_COLUMNS = ["name", "question", "left_variant", "right_variant", "effect", "low", "high", "level", "verdict"]
Row = dict[str, Any]


def run() -> None:
    """Reads what every variant scored and writes `data/results/<snapshot>/`, each file by atomic replacement.

    Raises:
        UserError: a variant of the roster was not trained or scored.
    """
    params = load()
    queries = pl.concat([_metrics(name) for name in params.roster])
    searches = {name: _json(RUNS / name / "search.json") for name in params.roster}
    coverage = [{"variant": name} | row for name in params.roster for row in _json(SCORES / name / "coverage.json")]
    folder = RESULTS / params.snapshot.name
    texts = assemble(params, queries, searches, coverage)
    for name, text in texts.items():
        write_text(folder / name, text)
    with replacing(folder / "queries.parquet") as temporary:
        # By query, so that the nearly equal rows of one query's seeds stand together: a fifth fewer bytes in git.
        ordered = queries.sort("cutoff", "user_id", "variant", "seed")
        ordered.write_parquet(temporary, compression="zstd", compression_level=15, statistics=False)
    files = [folder / name for name in sorted([*texts, "queries.parquet"])]
    snapshot = SNAPSHOTS / f"{params.snapshot.name}.parquet"
    write_text(folder / "manifest.json", _text(manifest(params, snapshot, files)))


def assemble(params: Params, queries: pl.DataFrame, searches: dict[str, Row], coverage: list[Row]) -> dict[str, str]:
    """The text of every published file but the manifest, by name; a pure function of its arguments.

    Args:
        queries: the metrics of each variant, seed and query, variants in the order of the roster.
        searches: the record of each variant's search.
        coverage: rows `variant, seed, k, cutoff, coverage`.
    """
    settings = params.statistics
    draws = bootstrap(queries, SHOWN, resamples=settings.resamples, seed=params.seed)
    seeds = dict(queries.group_by("variant").agg(pl.col("seed").n_unique()).iter_rows())
    board = leaderboard(params.roster, searches, draws, seeds, coverage, settings.alpha)
    verdicts = contrasts(params.contrasts, board, draws[PRIMARY], settings)
    once = queries.unique(["user_id", "cutoff"], keep="first", maintain_order=True)
    headline = {r["variant"]: {PRIMARY: r["estimates"][PRIMARY]["estimate"], "select": r["select"]} for r in board}
    columns = pl.DataFrame(verdicts).select(CONTRAST_COLUMNS) if verdicts else pl.DataFrame(schema=CONTRAST_COLUMNS)
    return {
        "coverage.json": _text(coverage),
        "leaderboard.json": _text(board),
        "leaderboard.svg": leaderboard_svg(board, alpha=settings.alpha),
        "contrasts.json": _text(verdicts),
        "power.json": _text(power(once, verdicts, board, draws[PRIMARY], settings)),
        "tuning.json": _text(searches),
        "metrics.json": _text(headline),
        "recall_at_k.csv": recall_curves(board).write_csv(),
        "contrasts.csv": columns.write_csv(),
    }


def _metrics(variant: str) -> pl.DataFrame:
    path = _scored(SCORES / variant / "metrics.parquet")
    table = pl.read_parquet(path).sort("seed", "cutoff", "user_id")
    return table.select(pl.lit(variant).alias("variant"), pl.all().exclude("variant"))


def _json(path: Path) -> Any:
    return json.loads(_scored(path).read_text(encoding="utf-8"))


def _scored(path: Path) -> Path:
    if not path.exists():
        raise UserError(f"{path}: no such file; this variant was not trained or scored: run `dvc repro`")
    return path


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
