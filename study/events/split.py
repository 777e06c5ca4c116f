"""From a snapshot to sorted events with the candidates of a question."""

import re
from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import polars as pl

from study.events.order import sort_events
from study.params.question import Between, Question, WhatQuestion
from study.seeds import hash_text, mix64, seed_of

SEPARATOR = " · "
KEY_ACTION = "key action"
"""The one candidate of question `who`."""
LEAST_EVENTS = 20
"""A candidate with fewer events before test is never held back: its recall would be noise."""
TIME = pl.col("timestamp").dt.timestamp("us")
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def with_candidates(events: pl.DataFrame, question: Question, timezone: str, seed: int) -> pl.DataFrame:
    """The events in the order of the study, with the columns of `marked`."""
    return marked(sort_events(events, seed), question, timezone)


def marked(events: pl.DataFrame, question: Question, timezone: str) -> pl.DataFrame:
    """The events, in their order, with `local`, `candidate` and `key`.

    `candidate` joins the candidate columns and is missing where one of them is; in question `who` the key actions
    alone have it, all the same. `key` says whether the event is a key action that has a candidate.
    """
    acts = acting(question, events.columns)
    local = pl.col("timestamp").dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    if isinstance(question, WhatQuestion):
        has = pl.all_horizontal(pl.col(question.candidate).is_not_null())
        candidate = pl.when(has).then(pl.concat_str(question.candidate, separator=SEPARATOR))
    else:
        candidate = pl.when(acts).then(pl.lit(KEY_ACTION))
    derived = events.with_columns(candidate=candidate, local=local)
    return derived.with_columns(key=acts & pl.col("candidate").is_not_null())


def acting(question: Question, columns: list[str]) -> pl.Expr:
    """Whether an event is a key action, with a candidate or without one."""
    return pl.all_horizontal(_allows(column, a, columns) for column, a in question.key_action.items()).fill_null(
        value=False
    )


def _allows(column: str, allowed: list[str] | Between, columns: list[str]) -> pl.Expr:
    """Whether an event has an allowed value; of a list, in any of its places."""
    if isinstance(allowed, Between):
        return pl.col(column).is_between(allowed.least, allowed.most)
    return pl.any_horizontal(pl.col(name).is_in(allowed) for name in places_of(column, columns))


def places_of(column: str, columns: Iterable[str]) -> list[str]:
    """The columns of the general form that a filter reads: the column itself, or the places of a list."""
    known = list(columns)
    place = re.compile(rf"{re.escape(column)}\.\d+")
    return [column] if column in known else [name for name in known if place.fullmatch(name)]


def held_back(parts: Iterable[pl.DataFrame], question: Question, end: int, seed: int) -> list[str]:
    """The candidates that are held back, in the order of the alphabet.

    Each with at least 20 events before `end` is held back with the question's probability, by a seeded hash of its
    name: whether one is does not depend on the others.

    Args:
        parts: of the log, with `candidate`.
        end: the first test cut-off, so that no count looks into test; microseconds since 1970 UTC.
    """
    share = question.held_back if isinstance(question, WhatQuestion) else 0.0
    if share == 0:
        return []
    counted = [part.filter(TIME.lt(end))["candidate"].drop_nulls().value_counts(name="count") for part in parts]
    counts = pl.concat(counted).group_by("candidate").agg(pl.col("count").sum())
    names = counts.filter(pl.col("count") >= LEAST_EVENTS)["candidate"].sort().to_list()
    drawn = mix64(hash_text(names) ^ np.uint64(seed_of(seed, "young"))) < np.uint64(share * 2**63) * np.uint64(2)
    return [name for name, is_held in zip(names, drawn, strict=True) if is_held]


def marked_young(events: pl.DataFrame, held: list[str]) -> pl.DataFrame:
    """The events with `young`: whether the candidate is one of those."""
    return events.with_columns(young=pl.col("candidate").is_in(held).fill_null(value=False))


def without_young(events: Frame, end: int) -> Frame:
    """The events as if no young candidate had existed before `end`, the end of a fit span."""
    return events.filter(~(pl.col("young") & TIME.lt(end)))
