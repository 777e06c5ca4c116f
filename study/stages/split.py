"""Cuts the snapshot into development and test events for one question, and writes the queries of every window."""

import json
from pathlib import Path

import polars as pl

from study.events.card import data_card
from study.events.clock import OnClock, on_study_clock
from study.events.queries import queries_of
from study.events.spans import make_spans
from study.events.split import TIME, marked, spans_to_json, with_candidates, with_young, without_young
from study.params import load
from study.params.question import Question
from study.paths import (
    data_card_file,
    events_file,
    queries_file,
    replacing,
    snapshot_file,
    spans_file,
    write_text,
)


def run(name: str) -> None:
    """Writes events before and from the first test cut-off apart, so that training cannot read a test window."""
    params = load()
    spec, question = params.snapshot, params.question(name)
    log = on_study_clock(pl.read_parquet(snapshot_file(spec.name)).rechunk(), question, spec.timezone, params.seed)
    spans = make_spans(log.first, log.last, log.timezone, question)
    cut = spans.test[0].cutoff
    derived = with_young(_marked(log, question, params.seed), question, cut, params.seed)
    before = queries_of(
        without_young(derived, spans.stop[0].cutoff), {"stop": spans.stop, "select": spans.select}, question
    )
    tables = before | queries_of(without_young(derived, cut), {"test": spans.test}, question)
    _write({events_file(name, "test"): derived.filter(TIME.ge(cut))})
    development = derived.filter(TIME.lt(cut))
    del log, derived  # what is large is held once
    _write({events_file(name, "development"): development})
    _write({queries_file(name, span): table for span, table in tables.items()})
    write_text(spans_file(name), spans_to_json(spans))
    card = data_card(development, spec, spans, tables)
    write_text(data_card_file(spec.name, name), json.dumps(card, indent=1, ensure_ascii=False) + "\n")


def _marked(log: OnClock, question: Question, seed: int) -> pl.DataFrame:
    """The events with their candidates in the order of the study, which is that of the snapshot unless time changed."""
    if question.horizon_minutes is None:
        return marked(log.events, question, log.timezone)
    return with_candidates(log.events, question, log.timezone, seed)


def _write(tables: dict[Path, pl.DataFrame]) -> None:
    for path, table in tables.items():
        with replacing(path) as temporary:
            table.write_parquet(temporary, compression="zstd")
