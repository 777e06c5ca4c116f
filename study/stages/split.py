"""Cuts the snapshot into development and test events for one question, and writes the queries of every window."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import polars as pl

from study.events.appending import GROUP, appending
from study.events.asked import Answers, Asked, Windows, asked_of
from study.events.card import data_card, told_of
from study.events.parts import Saved
from study.events.spans import EPOCH, Spans
from study.events.spill import Shelf, shelf_for, spilling
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
from study.params import Params, load
from study.params.engine import Engine
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
from study.stages.by_part import by_part
from study.stages.scored import text_of

Ask = Callable[[pl.DataFrame], list[Answers]]
"""Makes the queries of the events of a part."""


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
        asked = Asked(name, {"stop": spans.stop, "select": spans.select, "test": spans.test}, question, log.clock)
        _write_events(name, log, spans, asked, params, shelf_for(log, folder))
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


@dataclass(frozen=True)
class _Derive:
    """What is made of a part of the log: its events with their candidates, and which of them are held back."""

    question: Question
    timezone: str
    seed: int
    held: list[str]

    def __call__(self, part: pl.DataFrame) -> pl.DataFrame:
        """The events in the order of the study."""
        return marked_young(_marked(part, self.question, self.timezone, self.seed), self.held)


def _marked(part: pl.DataFrame, question: Question, timezone: str, seed: int) -> pl.DataFrame:
    """The events with their candidates in the order of the study, which is that of the snapshot unless time changed."""
    if question.horizon_minutes is None:
        return marked(part, question, timezone)
    return with_candidates(part, question, timezone, seed)


def _write_events(name: str, log: Timed, spans: Spans, asked: Asked, params: Params, shelf: Shelf) -> None:
    """Writes the events of development and of test, and asks the questions of every window.

    Workers ask; the events, which are much more than the queries, are written here.
    """
    question, timezone, seed, cut = asked.question, log.clock.timezone, params.seed, spans.test[0].cutoff
    held = held_back((_marked(part, question, timezone, seed) for part in log), question, cut, seed)
    derive = _Derive(question, timezone, seed, held)
    ask = partial(_ask, fitted=_fitted(asked, spans), first=asked.first, question=question, shelf=shelf)
    parts = _asked(log, derive, ask, params.engine)
    with _file(events_file(name, "development")) as before, _file(events_file(name, "test")) as after, closing(parts):
        for events, answers in parts:
            before(events.filter(TIME.lt(cut)))
            after(events.filter(TIME.ge(cut)))
            for some in answers:
                asked.add(some)
        asked.check()


def _asked(
    log: Timed, derive: _Derive, ask: Ask, engine: Engine
) -> Generator[tuple[pl.DataFrame, list[Answers]], None, None]:
    """The events of each part with its queries. Of several parts workers make the events once more for themselves."""
    if len(log.pieces) == 1:
        for part in log:
            events = derive(part)
            yield events, ask(events)
        return
    with closing(by_part(log, partial(_derive_and_ask, derive, ask), engine, "parts of the log")) as made:
        for part, answers in zip(log, made, strict=True):
            yield derive(part), answers


def _derive_and_ask(derive: _Derive, ask: Ask, part: pl.DataFrame) -> list[Answers]:
    return ask(derive(part))


def _ask(
    events: pl.DataFrame, fitted: dict[int, Windows], first: int, question: Question, shelf: Shelf
) -> list[Answers]:
    """The queries of a part, of the windows of each fit."""
    return [asked_of(without_young(events, end), some, first, question, shelf) for end, some in fitted.items()]


def _fitted(asked: Asked, spans: Spans) -> dict[int, Windows]:
    """The windows that are asked of a fit that ends at a cut-off; where no candidate is young, of any alike."""
    cut = spans.test[0].cutoff
    if not (isinstance(asked.question, WhatQuestion) and asked.question.held_back):
        return {cut: asked.windows}
    ends = {"stop": spans.stop[0].cutoff, "select": spans.stop[0].cutoff, "test": cut}
    return {end: {span: w for span, w in asked.windows.items() if ends[span] == end} for end in ends.values()}


@contextmanager
def _file(path: Path) -> Iterator[Callable[[pl.DataFrame], None]]:
    with replacing(path) as temporary, appending(temporary) as append:
        yield append
