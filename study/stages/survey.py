"""What a log is like, and what each question finds in it, from one pass over its parts behind that for its times."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import polars as pl

from study.errors import UserError
from study.events import health
from study.events.asked import Answers, Asked, Windows, asked_of
from study.events.clock import Clock
from study.events.facts import Facts, PartFacts, counted_in, facts_of
from study.events.parts import Parts
from study.events.spans import Spans, refuse_long_warmup
from study.events.spill import Folder, Shelf, shelf_for
from study.events.split import TIME, acting, marked
from study.events.timed import Timed, timed
from study.events.values import refuse_few, refuse_joined, refuse_unseen
from study.params import Params
from study.params.question import Question, WhatQuestion, WhoQuestion
from study.params.snapshot import Snapshot
from study.stages.by_part import by_part


class Found(NamedTuple):
    """The spans of a question, the queries of stop, select and test, and the candidates before test.

    Of each candidate the time `first` of its first event, and how many `events` it has before test.

    And how many key actions there are, how many of them have no candidate, and how many sessions are left out; in
    question `who`, of the users who act before test, how many there are, and how many of them do so again.
    """

    spans: Spans
    tables: dict[str, pl.LazyFrame]
    candidates: pl.DataFrame
    actions: int
    unnamed: int
    left_out: int
    actors: int
    again: int


def surveyed(events: Parts, params: Params, folder: Folder) -> tuple[Facts, Iterator[tuple[str, Found]]]:
    """The facts of a log, and then, question by question, what each finds.

    Those that differ in what is held back alone find the same.

    Args:
        folder: for the queries of a log in several parts.

    Raises:
        UserError: as `by_part`; and when its turn comes, a question cannot be asked of the log: its key action never
            occurs, or a window has none, or the log is too short.
    """
    begun: dict[str, _Asking | UserError] = {}
    for name, question in params.questions.items():
        key = _key(question)
        if key not in begun and not question.sessions:  # these have a log of their own, and are asked in their turn
            begun[key] = _begun(name, question, events, params, folder)
    together = {key: one for key, one in begun.items() if isinstance(one, _Asking)}
    survey = _Survey(params.snapshot, {key: (one.log.clock, one.look) for key, one in together.items()})

    def counted() -> Generator[PartFacts, None, None]:
        with closing(by_part(events, survey, params.engine, "parts of the log")) as parts:
            for facts, seen in parts:
                for key, one in seen.items():
                    together[key].add(one)
                yield facts

    with closing(counted()) as counts:
        facts = facts_of(counts, params.snapshot)
    return facts, _findings(facts, begun, events, params, folder)


def _key(question: Question) -> str:
    """What questions have in common that find the same."""
    return _plain(question).model_dump_json()


def _plain(question: Question) -> Question:
    """As if nothing were held back."""
    return question.model_copy(update={"held_back": 0.0}) if isinstance(question, WhatQuestion) else question


def _findings(
    facts: Facts, begun: Mapping[str, "_Asking | UserError"], events: Parts, params: Params, folder: Folder
) -> Iterator[tuple[str, Found]]:
    found: dict[str, Found] = {}
    for name, question in params.questions.items():
        refuse_unseen(name, question, facts.counts)
        refuse_joined(name, question, facts.counts)
        key = _key(question)
        if key not in found:
            ask = partial(_over_sessions, name, question, events, params, folder)
            found[key] = _after_doubts(facts, partial(_ended, begun[key]) if key in begun else ask)
        yield name, found[key]


def _after_doubts(facts: Facts, find: Callable[[], Found]) -> Found:
    """What is found; where nothing is, and the times of the log are doubtful, that is said with the fault."""
    try:
        return find()
    except UserError as error:
        told = health.doubtful_times(facts)
        raise UserError(f"{error}; {told[0]}" if told else str(error)) from None


def _ended(one: "_Asking | UserError") -> Found:
    if isinstance(one, UserError):
        raise one
    return one.found()


def _over_sessions(name: str, question: Question, events: Parts, params: Params, folder: Folder) -> Found:
    one = _begun(name, question, events, params, folder)
    if isinstance(one, _Asking):
        with closing(by_part(one.log, one.look, params.engine, f"parts of the log, {name}")) as parts:
            for seen in parts:
                one.add(seen)
    return _ended(one)


@dataclass(frozen=True)
class _Seen:
    """Of one part its queries, the candidates before test, and counts: see `Found`."""

    answers: Answers
    met: pl.DataFrame
    actions: int
    named: int
    actors: int
    again: int


@dataclass(frozen=True)
class _Look:
    """What a question finds in a part.

    `cut` is the first test cut-off, `first` the first of all, microseconds since 1970 UTC; `shelf` is for the queries.
    """

    question: Question
    timezone: str
    cut: int
    windows: Windows
    first: int
    shelf: Shelf

    def __call__(self, part: pl.DataFrame) -> _Seen:
        acts = acting(self.question, part.columns)
        asks_who = isinstance(self.question, WhoQuestion)
        times = part.filter(acts & TIME.lt(self.cut) & asks_who).group_by("user_id").agg(pl.col("timestamp").n_unique())
        derived = marked(part, self.question, self.timezone)
        met = derived.select("candidate", "timestamp").filter(TIME.lt(self.cut) & pl.col("candidate").is_not_null())
        return _Seen(
            answers=asked_of(derived, self.windows, self.first, self.question, self.shelf),
            met=met.group_by("candidate").agg(first=pl.col("timestamp").min(), events=pl.len()),
            actions=int(part.select(acts.sum()).item()),
            named=int(derived["key"].sum()),
            actors=times.height,
            again=int((times["timestamp"] > 1).sum()),
        )


@dataclass(frozen=True)
class _Survey:
    """Of a part what is counted, and what each question finds, on its clock."""

    spec: Snapshot
    looks: dict[str, tuple[Clock, _Look]]

    def __call__(self, part: pl.DataFrame) -> tuple[PartFacts, dict[str, _Seen]]:
        return counted_in(part, self.spec), {key: look(clock.place(part)) for key, (clock, look) in self.looks.items()}


def _none_met() -> pl.DataFrame:
    return pl.DataFrame(schema={"candidate": pl.String, "first": pl.Datetime("us", "UTC"), "events": pl.UInt32})


@dataclass
class _Asking:
    """A question that is asked part by part, and what it has found so far."""

    name: str
    log: Timed
    spans: Spans
    asked: Asked
    look: _Look
    candidates: pl.DataFrame = field(default_factory=_none_met)
    actions: int = 0
    named: int = 0
    actors: int = 0
    again: int = 0

    def add(self, seen: _Seen) -> None:
        self.asked.add(seen.answers)
        self.actions, self.named = self.actions + seen.actions, self.named + seen.named
        self.actors, self.again = self.actors + seen.actors, self.again + seen.again
        both = pl.concat([self.candidates, seen.met]).group_by("candidate")
        self.candidates = both.agg(pl.col("first").min(), pl.col("events").sum())

    def found(self) -> Found:
        self.asked.check()
        refuse_few(self.name, self.asked.question, len(self.candidates))
        return Found(
            spans=self.spans,
            tables={span: self.asked.lazy(span) for span in self.asked.windows},
            candidates=self.candidates,
            actions=self.actions,
            unnamed=self.actions - self.named,
            left_out=self.log.left_out,
            actors=self.actors,
            again=self.again,
        )


def _begun(name: str, question: Question, events: Parts, params: Params, folder: Folder) -> _Asking | UserError:
    """A question before it is asked, if none of its candidates is held back; or why it cannot be."""
    question = _plain(question)
    try:
        log = timed(events, question, params.snapshot.timezone, params.seed)
        spans = log.spans(name, question)
        refuse_long_warmup(spans, params.features.warmup_days, name, question)
    except UserError as error:
        return error
    asked = Asked(name, {"stop": spans.stop, "select": spans.select, "test": spans.test}, question, log.clock)
    look = _Look(question, log.clock.timezone, spans.test[0].cutoff, asked.windows, asked.first, shelf_for(log, folder))
    return _Asking(name, log, spans, asked, look)
