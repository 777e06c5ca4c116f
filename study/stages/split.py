"""Cuts the snapshot into development and test events for one question, and writes the queries of every window."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import polars as pl

from study.events.appending import GROUP, appending
from study.events.asked import Asked
from study.events.card import data_card, told_of
from study.events.parts import Saved
from study.events.spans import EPOCH, Spans
from study.events.spill import spilling
from study.events.split import (
    TIME,
    held_back,
    marked,
    marked_young,
    with_candidates,
    without_young,
)
from study.events.timed import Timed, timed
from study.events.values import counted, refuse_few, refuse_joined, refuse_unseen
from study.params import load
from study.params.question import Question, WhatQuestion
from study.paths import (
    data_card_file,
    events_file,
    queries_file,
    replacing,
    snapshot_file,
    spans_file,
    write_text,
)
from study.stages.scored import text_of


def run(name: str) -> None:
    """Writes events before and from the first test cut-off apart, so that training cannot read a test window.

    The data card tells that cut-off in the time of the log; of sessions, which are laid side by side, there is none.
    """
    params = load()
    spec, question = params.snapshot, params.question(name)
    saved = Saved(snapshot_file(spec.name))
    values = counted(saved.scan(), question)
    refuse_unseen(name, question, values)
    refuse_joined(name, question, values)
    log = timed(saved, question, spec.timezone, params.seed)
    spans = log.spans(name, question)
    with spilling(f"split-{name}") as folder:
        asked = Asked(
            name, {"stop": spans.stop, "select": spans.select, "test": spans.test}, question, folder, log.clock
        )
        _write_events(name, _derived(log, question, spans.test[0].cutoff, params.seed), spans, asked)
        for span in asked.windows:
            with replacing(queries_file(name, span)) as path, appending(path, GROUP) as append:
                for table in asked.of(span):
                    append(table)
        write_text(spans_file(name), spans.to_json())
        tables = {span: asked.lazy(span) for span in asked.windows}
        card = data_card(Saved(events_file(name, "development")), spec, spans, tables)
        refuse_few(name, question, card["catalogue"])
    card["question"] = told_of(question)
    card["tested_from"] = None if question.sessions else _shown(log.clock.of_log(spans.test[0].cutoff))
    write_text(data_card_file(spec.name, name), text_of(card))


def _shown(time: int) -> str:
    return (EPOCH + timedelta(microseconds=time)).isoformat()


def _derived(log: Timed, question: Question, cut: int, seed: int) -> Iterator[pl.DataFrame]:
    """The events of each part with their candidates, and which are young, in the order of the study."""
    held = held_back((_marked(part, log, question, seed) for part in log), question, cut, seed)
    for part in log:
        yield marked_young(_marked(part, log, question, seed), held)


def _marked(part: pl.DataFrame, log: Timed, question: Question, seed: int) -> pl.DataFrame:
    """The events with their candidates in the order of the study, which is that of the snapshot unless time changed."""
    if question.horizon_minutes is None:
        return marked(part, question, log.clock.timezone)
    return with_candidates(part, question, log.clock.timezone, seed)


def _write_events(name: str, parts: Iterator[pl.DataFrame], spans: Spans, asked: Asked) -> None:
    """Writes the events of development and of test, and asks the questions of every window."""
    cut = spans.test[0].cutoff
    fitted = _fitted(asked, spans)
    with _file(events_file(name, "development")) as before, _file(events_file(name, "test")) as after:
        for part in parts:
            for end, some in fitted.items():
                asked.add(without_young(part, end), some)
            before(part.filter(TIME.lt(cut)))
            after(part.filter(TIME.ge(cut)))
        asked.check()


def _fitted(asked: Asked, spans: Spans) -> dict[int, list[str]]:
    """The spans whose queries are asked of a fit that ends at a cut-off; where no candidate is young, of any alike."""
    cut = spans.test[0].cutoff
    if not (isinstance(asked.question, WhatQuestion) and asked.question.held_back):
        return {cut: list(asked.windows)}
    return {spans.stop[0].cutoff: ["stop", "select"], cut: ["test"]}


@contextmanager
def _file(path: Path) -> Iterator[Callable[[pl.DataFrame], None]]:
    with replacing(path) as temporary, appending(temporary) as append:
        yield append
