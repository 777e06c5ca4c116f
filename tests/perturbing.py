"""A log that is another one where it must not be read, and what is seen of a study of it."""

from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from study.models.factory import build_model, cap_of
from study.params import load
from study.paths import PARAMS, score_folder
from study.questions.development import read_development
from tests.tiny import ROOT, inside

DECLARED = load(ROOT / PARAMS)


def perturbed(log: pl.DataFrame, start: datetime, end: datetime | None, seed: int = 1) -> pl.DataFrame:
    """The log with another past in [start, end): its purchases are shuffled, a third are of values seen nowhere else.

    Its times stay, and so do its users; every tenth has a double there, who is met for the first time.
    """
    inside_span = (log["timestamp"] >= start) & ((log["timestamp"] < end) if end else True)
    rows = np.flatnonzero((inside_span & (log["event_type"] == "purchase")).to_numpy())
    order = np.arange(log.height)
    order[rows] = np.random.default_rng(seed).permutation(rows)
    columns = ["category", "product_type", "department", "price", "discount"]
    strange = np.zeros(log.height, dtype=bool)
    strange[rows[::3]] = True
    changed = log.with_columns(log.select(columns)[order]).with_columns(
        pl.when(pl.Series(strange))
        .then(pl.lit(f"strange {column}" if column != "price" else 1e4))
        .otherwise(column)
        .alias(column)
        for column in columns
    )
    doubles = changed.filter(inside_span & pl.col("user_id").str.ends_with("0"))
    return pl.concat([changed, doubles.with_columns(pl.col("user_id") + "-double")])


def utc(window) -> datetime:
    return datetime.fromisoformat(window.day.isoformat() + "T00:00:00+00:00")


def first_window_scores(folder: Path, variant: str) -> pl.DataFrame:
    scores = folder / score_folder(DECLARED.variants[variant].arm, variant)
    ranked, screened = scores / "top.parquet", scores / "scores.parquet"
    top = pl.read_parquet(ranked) if ranked.exists() else pl.read_parquet(screened).drop("label")
    return top.filter(pl.col("cutoff") == pl.col("cutoff").min())


def weights_after_all_rounds(folder: Path, variant: str, into: Path) -> dict[str, bytes]:
    with inside(folder):
        params = load()
        entry = params.roster[variant]
        budget = params.spent(entry.arm)
        model = build_model(entry, {}, budget)
        fold = read_development(params, variant).fold
        model.fit(fold, rounds=cap_of(entry, budget), seed=1, report=lambda *_: None)
        into.mkdir()
        model.save(into)
    return {path.name: path.read_bytes() for path in sorted(into.iterdir())}
