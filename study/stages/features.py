"""Fits vocabularies and bins: once on train, for tuning, and once on everything before test, for the refit."""

import polars as pl

from study.features.vocabulary import fit_vocabulary
from study.models.data import read_spans
from study.params import load
from study.paths import DEVELOPMENT, FEATURES, write_text


def run() -> None:
    """Writes `data/features/train.json` and `refit.json`."""
    params = load()
    events, spans = pl.read_parquet(DEVELOPMENT), read_spans()
    fixed = [column for column, allowed in params.question.key_action.items() if len(allowed) == 1]
    for name, end in {"train": spans.stop[0].cutoff, "refit": spans.test[0].cutoff}.items():
        span = events.filter(pl.col("timestamp").dt.timestamp("us") < end)
        vocabulary = fit_vocabulary(span, params.snapshot, params.features, params.question.candidate, fixed)
        write_text(FEATURES / f"{name}.json", vocabulary.model_dump_json(indent=1))
