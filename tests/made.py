"""Logs written out by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from study.events.log import Log, Queries
from study.events.queries import tables_of
from study.events.spans import DAY, Window
from study.events.split import held_back, marked_young, with_candidates
from study.features.vocabulary import fit_vocabulary
from study.params.features import Features
from study.params.question import Question, WhatQuestion, Windows
from study.params.snapshot import Snapshot

COLUMNS = {"user_id": pl.String, "day": pl.Float64, "event_type": pl.String, "item": pl.String, "colour": pl.String}
START = datetime(2024, 1, 1, tzinfo=UTC)
SPEC = Snapshot(name="made", source="made", timezone="UTC", attributes={"item": "categorical", "colour": "categorical"})
QUESTION = WhatQuestion(
    kind="what",
    key_action={"event_type": ["buy"]},
    candidate=["item"],
    horizon_days=7,
    windows=Windows(stop=1, select=1, test=1),
)
FEATURES = Features(min_count=1, max_values=50, bins=2, warmup_days=0, max_queries=1000, popular=2, sampled=2)


def made_log(rows: list[tuple[str, float, str, str | None, str | None]], question: Question = QUESTION) -> Log:
    """The coded log of (user, day, event type, item, colour)."""
    events = made_events(rows, question)
    columns = question.candidate_columns
    return fit_vocabulary(events, SPEC, FEATURES, columns, question.fixed).encode(events)


def made_events(
    rows: list[tuple[str, float, str, str | None, str | None]], question: Question = QUESTION
) -> pl.DataFrame:
    """The same as the table of the split."""
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    when = [START + timedelta(days=day) for day in frame["day"]]
    frame = frame.drop("day").with_columns(pl.Series("timestamp", when, dtype=pl.Datetime("us", "UTC")))
    return with_candidates(frame, question, "UTC", 0)


def with_young(events: pl.DataFrame, question: Question, end: int, seed: int) -> pl.DataFrame:
    """The events with `young`, as the split has them of a log in one part."""
    return marked_young(events, held_back([events], question, end, seed))


def day_of(days: float) -> int:
    """Microseconds since 1970 UTC of a day after the start."""
    return int((START + timedelta(days=days)).timestamp()) * 1_000_000


def asked(log: Log, day: int) -> Queries:
    """The queries of all users at the midnight that begins a day."""
    cutoff = day_of(day)
    before = log.before(cutoff)
    return Queries(before, cutoff, cutoff, np.flatnonzero(np.diff(before.offsets) > 0))


def random_log(generator: np.random.Generator, users: int = 6, events: int = 80, days: int = 40) -> Log:
    """A log of purchases and looks without a pattern."""
    rows = []
    for _ in range(events):
        item = int(generator.integers(5))
        kind = "buy" if generator.random() < 0.7 else "look"
        user, day = f"u{generator.integers(users)}", float(np.round(generator.uniform(0, days), 1))
        rows.append((user, day, kind, f"i{item}", f"c{generator.integers(3)}"))
    return made_log(rows)


__all__ = ["DAY", "FEATURES", "QUESTION", "asked", "day_of", "made_events", "made_log", "random_log"]


def window_queries(events: pl.DataFrame, window: Window, question: Question) -> pl.DataFrame:
    """The queries of one window."""
    return tables_of(events, [window], question)[0]
