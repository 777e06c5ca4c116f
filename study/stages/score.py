"""Scores the test windows with one trained variant: the only stage that reads test."""

import json
from pathlib import Path

import numpy as np
import polars as pl

from study.metrics.ranking import coverage, query_metrics
from study.models.base import Recommender
from study.models.data import read_spans, read_vocabulary
from study.models.factory import build_model
from study.models.scorer import Evaluation, evaluations, rank
from study.params import Params, load
from study.paths import DEVELOPMENT, RUNS, SCORES, SPLITS, TEST, replacing, write_text
from study.tuning.search import Search

CUTS = (1, 5, 10, 20, 50)


def run(variant: str) -> None:
    """Writes per query and seed the metrics, and the first 50 candidates with their scores."""
    params = load()
    events = pl.concat([pl.read_parquet(DEVELOPMENT), pl.read_parquet(TEST)])
    log = read_vocabulary("refit").encode(events.sort("user_id", "timestamp", maintain_order=True))
    windows = evaluations(log, pl.read_parquet(SPLITS / "test.parquet"), read_spans().test)
    metrics, tops, covered = [], [], []
    model, folders = _trained(params, variant)
    for evaluation in windows:
        for seed, folder in enumerate(folders):
            model.load(folder)
            table, first, shares = _score(model, evaluation)
            key = _key(evaluation, seed)
            metrics.append(pl.concat([key, table], how="horizontal"))
            tops.append(pl.concat([key, first], how="horizontal"))
            day = evaluation.window.day.isoformat()
            covered += [{"seed": seed, "cutoff": day, "k": k, "coverage": share} for k, share in shares.items()]
    folder, order = SCORES / variant, ("seed", "cutoff", "user_id")
    _write(folder / "metrics.parquet", pl.concat(metrics).sort(order))
    _write(folder / "top.parquet", pl.concat(tops).sort(order))
    write_text(folder / "coverage.json", json.dumps(covered, indent=1) + "\n")
    recall = pl.concat(metrics)["recall@10"].to_numpy().mean()
    print(f"{variant}: test recall@10 {recall:.4f}", flush=True)


def _trained(params: Params, variant: str) -> tuple[Recommender, list[Path]]:
    """The model with the chosen settings, and the folder of each seed's weights."""
    raw = json.loads((RUNS / variant / "search.json").read_text(encoding="utf-8"))
    found = Search(**{name: raw[name] for name in Search.model_fields})
    folders = sorted((RUNS / variant).glob("seed-*"), key=lambda path: int(path.name.split("-")[1]))
    return build_model(params.roster[variant], found.best.settings, params.spent), folders


def _key(evaluation: Evaluation, seed: int) -> pl.DataFrame:
    queries = evaluation.queries
    users = [queries.log.users[user] for user in queries.users]
    cutoff = pl.lit(queries.cutoff).cast(pl.Datetime("us", "UTC")).alias("cutoff")
    return pl.DataFrame({"user_id": users}).select("user_id", cutoff, pl.lit(seed).cast(pl.Int64).alias("seed"))


def _score(model: Recommender, evaluation: Evaluation) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, float]]:
    blocks = list(rank(model, evaluation, depth=max(CUTS)))
    ranks = np.concatenate([block.ranks for block in blocks])
    first = np.concatenate([block.top for block in blocks])
    scores = np.concatenate([block.top_scores for block in blocks])
    table = query_metrics(ranks, evaluation.relevant, evaluation.is_repeat, CUTS)
    catalogue = np.array(evaluation.queries.log.catalogue, dtype=object)[evaluation.candidates]
    names = pl.Series("candidates", catalogue[first].tolist())
    lists = pl.DataFrame([names, pl.Series("scores", scores.tolist(), dtype=pl.List(pl.Float32))])
    return table, lists, {k: coverage(first, len(catalogue), k) for k in CUTS}


def _write(path: Path, table: pl.DataFrame) -> None:
    with replacing(path) as temporary:
        table.write_parquet(temporary, compression="zstd")
