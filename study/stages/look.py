"""Prints the data card of a log, as the questions of the study would find it, and what may spoil the study."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import polars as pl

from study.errors import UserError, few, one_line
from study.events import health
from study.events.asked import Answers, Asked, Windows, asked_of
from study.events.doubtful_times import doubtful_times
from study.events.facts import Facts, counted_in, facts_of
from study.events.files import in_folders, read_file, refuse_absent
from study.events.parts import Parts
from study.events.read import QUERY, reading, sources
from study.events.spans import Spans, refuse_long_warmup
from study.events.spill import Folder, Shelf, shelf_for, spilling
from study.events.split import TIME, acting, marked
from study.events.timed import timed
from study.events.values import refuse_few, refuse_joined, refuse_unseen, unseen
from study.params import Params, load
from study.params.question import Question, WhatQuestion, WhoQuestion
from study.params.snapshot import Snapshot
from study.stages.by_part import by_part
from study.stages.refusals import refuse_left_out, refuse_sections, refuse_snapshots, refuse_values


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


def run(source: str | None) -> None:
    """Validates the log of `params.yaml`, or another one by the same parameters; prints its card and the warnings.

    Nothing is written: a log that is looked at is not studied yet.

    Raises:
        UserError: a value in `params.yaml` is wrong, the log does not conform, or it is too short for a question.
    """
    params = load()
    refuse_values(params)
    refuse_sections(params)
    refuse_left_out(params)
    if source is not None:
        refuse_absent(Path(source), "check")
    refuse_snapshots(params)
    spec = params.snapshot if source is None else params.snapshot.model_copy(update={"source": source})
    with reading(spec, "check") as events, spilling("check-queries") as folder:
        facts = facts_in(events, params.model_copy(update={"snapshot": spec}))
        rows = health.card(facts, spec)
        noted = health.warnings(facts, spec, list(params.questions.values()), params.features)
        found = [*_asked(spec), *_linked(spec), *_partitioned(spec), *noted]
        doubted: dict[str, list[str]] = {}
        for name, one in findings(facts, events, params, folder):
            question = params.questions[name]
            family = max((len(params.declared(arm)) for arm in params.arms if params.asked_by(arm) == name), default=0)
            told, doubts = _told(name, question, one, params, family)
            rows += told
            for doubt in [*doubts, *unseen(question, facts.counts)]:
                doubted.setdefault(doubt, []).append(name)
        found += [f"{', '.join(names)}: {doubt}" for doubt, names in doubted.items()]
    rows, found = [(one_line(label), one_line(value)) for label, value in rows], [one_line(text) for text in found]
    width = max(len(label) for label, _ in rows)
    left_out = "" if spec.until is None else f"; what happened from {spec.until} on is left out"
    if spec.most_events is not None:
        left_out += f"; of a log of more than {spec.most_events:,} events only some users are studied"
    print(f"{spec.source} conforms to params.yaml{left_out}.\n")
    print("\n".join(f"{label:<{width}}  {value}" for label, value in rows))
    print("\n".join(["", *(f"warning: {text}." for text in found)]) if found else "\nNo warnings.")


def _asked(spec: Snapshot) -> list[str]:
    """That a log is the result of a query, where it is."""
    if Path(spec.source).suffix != QUERY:
        return []
    told = "is a query, and DVC sees no change of the rows that it returns"
    return [f"{spec.source} {told}: after one, bring them by snapshot add, which keeps them, or run dvc repro --force"]


def _linked(spec: Snapshot) -> list[str]:
    """The folders of the log that are links, a sentence each."""
    source = Path(spec.source)
    inside = {folder for file in sources(spec) for folder in file.parents if source in folder.parents}
    return [
        f"{folder} is a link to a folder, in which DVC sees no change: after one, run dvc repro --force, or bring the "
        "log by snapshot add, which copies it"
        for folder in sorted(inside)
        if folder.is_symlink()
    ]


def _partitioned(spec: Snapshot) -> list[str]:
    """The columns that stand in the names of folders of the log, where the first file below has none; a sentence."""
    firsts: dict[str, tuple[Path, Path]] = {}
    for file in sources(spec):
        for column, folder in in_folders(file).items():
            if Path(spec.source) in folder.parents:
                firsts.setdefault(column, (folder, file))
    told = {column: folder for column, (folder, file) in firsts.items() if column not in read_file(file, None, 1)}
    if not told:
        return []
    return [
        f"names of folders are not read, and files lack what they say, {few(list(told))}, as in "
        f"{next(iter(told.values()))}: write what the study is to know into the files as a column"
    ]


def facts_in(events: Parts, params: Params) -> Facts:
    """The facts of a log that is read as `params` say."""
    spec = params.snapshot
    with closing(by_part(events, partial(counted_in, spec=spec), params.engine, "parts of the log")) as parts:
        return facts_of(parts, spec)


def findings(facts: Facts, events: Parts, params: Params, folder: Folder) -> Iterator[tuple[str, Found]]:
    """What each question finds in a log; those that differ in what is held back alone find the same.

    Raises:
        UserError: a question cannot be asked of it: its key action never occurs, or a window has none, or the log is
            too short.
    """
    asked: dict[str, Found] = {}
    for name, question in params.questions.items():
        refuse_unseen(name, question, facts.counts)
        refuse_joined(name, question, facts.counts)
        plain = question.model_copy(update={"held_back": 0.0}) if isinstance(question, WhatQuestion) else question
        key = plain.model_dump_json()
        if key not in asked:
            asked[key] = _after_doubts(facts, partial(_found, name, plain, events, params, folder))
        yield name, asked[key]


def _after_doubts(facts: Facts, find: Callable[[], Found]) -> Found:
    """What is found; where nothing is, and the times of the log are doubtful, that is said with the fault."""
    try:
        return find()
    except UserError as error:
        told = doubtful_times(facts)
        raise UserError(f"{error}; {told[0]}" if told else str(error)) from None


def _found(name: str, question: Question, events: Parts, params: Params, folder: Folder) -> Found:
    """What a question finds in the log, if none of its candidates is held back."""
    log = timed(events, question, params.snapshot.timezone, params.seed)
    spans = log.spans(name, question)
    refuse_long_warmup(spans, params.features.warmup_days, name, question)
    asked = Asked(name, {"stop": spans.stop, "select": spans.select, "test": spans.test}, question, log.clock)
    look = _Look(question, log.clock.timezone, spans.test[0].cutoff, asked.windows, asked.first, shelf_for(log, folder))
    candidates = pl.DataFrame(schema={"candidate": pl.String, "first": pl.Datetime("us", "UTC"), "events": pl.UInt32})
    actions = named = actors = again = 0
    with closing(by_part(log, look, params.engine, f"parts of the log, {name}")) as parts:
        for part in parts:
            asked.add(part.answers)
            actions, named = actions + part.actions, named + part.named
            actors, again = actors + part.actors, again + part.again
            both = pl.concat([candidates, part.met]).group_by("candidate")
            candidates = both.agg(pl.col("first").min(), pl.col("events").sum())
    asked.check()
    refuse_few(name, question, len(candidates))
    tables = {span: pl.concat(asked.lazy(span)) for span in asked.windows}
    return Found(spans, tables, candidates, actions, actions - named, log.left_out, actors, again)


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
        acts = part.filter(acting(self.question, part.columns))
        before = acts.filter(TIME.lt(self.cut)) if isinstance(self.question, WhoQuestion) else acts.clear()
        times = before.group_by("user_id").agg(pl.col("timestamp").n_unique())
        derived = marked(part, self.question, self.timezone)
        met = derived.filter(TIME.lt(self.cut) & pl.col("candidate").is_not_null())
        return _Seen(
            answers=asked_of(derived, self.windows, self.first, self.question, self.shelf),
            met=met.group_by("candidate").agg(first=pl.col("timestamp").min(), events=pl.len()),
            actions=acts.height,
            named=int(derived["key"].sum()),
            actors=times.height,
            again=int((times["timestamp"] > 1).sum()),
        )


def _told(
    name: str, question: Question, found: Found, params: Params, family: int
) -> tuple[list[tuple[str, str]], list[str]]:
    told = health.asked(name, question, found.spans, found.tables)
    if question.sessions:
        why = "which went on when later ones are asked about"
        told.append((f"{name}: sessions left out", f"{found.left_out:,}, {why}"))
    if isinstance(question, WhatQuestion):
        told.append((f"{name}: catalogue", f"{len(found.candidates):,} candidates"))
        without = f", {found.unnamed / found.actions:.1%} of them without a candidate, so not asked about"
        told.append((f"{name}: key actions", f"{found.actions:,}{without if found.unnamed else ''}"))
    once = health.once(found.actors, found.again) if isinstance(question, WhoQuestion) else []
    named, settings = found.actions - found.unnamed, params.statistics
    doubts = health.doubts(question, found.tables, found.candidates, named, settings, family, params.seed)
    return told, [*doubts, *once]
