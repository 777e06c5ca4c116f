"""Cuts the snapshot into development and test events, and writes the queries of every window."""

import json
from pathlib import Path

import polars as pl

from study.events.card import data_card
from study.events.spans import make_spans
from study.events.split import queries_of, spans_to_json, with_candidates
from study.params import load
from study.paths import DEVELOPMENT, RESULTS, SNAPSHOTS, SPANS, SPLITS, TEST, replacing, write_text


def run() -> None:
    """Writes events before and from the first test cut-off apart, so that training cannot read a test window."""
    params = load()
    spec = params.snapshot
    events = pl.read_parquet(SNAPSHOTS / f"{spec.name}.parquet")
    time = pl.col("timestamp").dt.timestamp("us")
    first, last = events.select(time.min().alias("first"), time.max().alias("last")).row(0)
    spans = make_spans(first, last, spec.timezone, params.question)
    derived = with_candidates(events, params.question, spec.timezone, params.seed)
    tables = {name: queries_of(derived, getattr(spans, name), name) for name in ("stop", "select", "test")}
    cut = spans.test[0].cutoff
    development = derived.filter(time < cut)
    _write({DEVELOPMENT: development, TEST: derived.filter(time >= cut)})
    _write({SPLITS / f"{name}.parquet": table for name, table in tables.items()})
    write_text(SPANS, spans_to_json(spans))
    card = data_card(development, spec, spans, tables)
    write_text(RESULTS / spec.name / "data.json", json.dumps(card, indent=1, ensure_ascii=False) + "\n")


def _write(tables: dict[Path, pl.DataFrame]) -> None:
    for path, table in tables.items():
        with replacing(path) as temporary:
            table.write_parquet(temporary, compression="zstd")
