"""Prints the data card of a log, as the questions of the study would find it, and what may spoil the study."""

import polars as pl

from study.events import health
from study.events.clock import on_study_clock
from study.events.queries import queries_of
from study.events.read import read_source
from study.events.spans import make_spans
from study.events.split import marked
from study.params import Params, load
from study.params.question import Question, WhatQuestion
from study.params.snapshot import Snapshot
from study.stages.check import sections


def run(source: str | None) -> None:
    """Validates the log of `params.yaml`, or another one by the same parameters; prints its card and the warnings.

    Nothing is written: a log that is looked at is not studied yet.

    Raises:
        UserError: a value in `params.yaml` is wrong, the log does not conform, or it is too short for a question.
    """
    params = load()
    sections(params)
    spec = params.snapshot if source is None else params.snapshot.model_copy(update={"source": source})
    events = read_source(spec)
    rows, found = health.card(events, spec), health.warnings(events, spec, list(params.questions.values()))
    doubted: dict[str, list[str]] = {}
    for name, question in params.questions.items():
        told, doubts = _asked(name, question, events, spec, params)
        rows += told
        for doubt in doubts:
            doubted.setdefault(doubt, []).append(name)
    found += [f"{', '.join(names)}: {doubt}" for doubt, names in doubted.items()]
    width = max(len(label) for label, _ in rows)
    print(f"{spec.source} conforms to params.yaml.\n")
    print("\n".join(f"{label:<{width}}  {value}" for label, value in rows))
    print("\n".join(["", *(f"warning: {text}." for text in found)]) if found else "\nNo warnings.")


def _asked(
    name: str, question: Question, events: pl.DataFrame, spec: Snapshot, params: Params
) -> tuple[list[tuple[str, str]], list[str]]:
    if question.sessions:
        events = events.sort("user_id", "timestamp")
    log = on_study_clock(events, question, spec.timezone, params.seed)
    spans = make_spans(log.first, log.last, log.timezone, question)
    derived = marked(log.events, question, log.timezone).with_columns(young=pl.lit(value=False))
    kept = derived.select("user_id", "timestamp", "local", "candidate", "key", "young")
    tables = queries_of(kept, {"stop": spans.stop, "select": spans.select, "test": spans.test}, question)
    catalogue = kept["candidate"].drop_nulls().n_unique()
    told = health.asked(name, question, spans, tables)
    if isinstance(question, WhatQuestion):
        told.append((f"{name}: catalogue", f"{catalogue:,} candidates"))
    return told, health.doubts(question, tables, catalogue, params.statistics)
