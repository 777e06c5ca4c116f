"""A first guess at what the columns of an unknown log mean, for a person to correct."""

import re
from dataclasses import dataclass
from typing import Any

import polars as pl

from study.errors import UserError
from study.events.attributes import decoded, shown, text_of
from study.events.check import refuse_gaps
from study.events.guess_kinds import FEW, kinds_of, names_alone
from study.events.times import looks_like_time, no_time
from study.params.snapshot import PATTERN, is_pattern

PERSON = (
    r"user|customer|household|visitor|member|client|account|person|buyer|shopper|reader|listener|viewer|player|subscriber"
    r"|learner|student|patient|guest|(^|_)uid$"
)
VISIT = r"session|device|cookie"
"""What stands for a user where nobody is named."""
TIME = r"time|date|timestamp|when|created|occurred|epoch|unix|(^|_)ts(_|$)|_at$"
EVENT = r"event|action|activity|verb|^type$|behaviou?r"
KEY = r"purchase|order|buy|bought|checkout|transaction|conver|subscri|paid|payment|book|sale|sign.?up"
BESIDES = (
    r"view|click|tap|cart|basket|wish|open|close|visit|search|impression|scroll|log.?in|start|stop|play|share|like|page"
)
"""What users do who may take a key action."""
ROWS = 200_000
"""Rows that a guess rests on: those at the beginning."""
MOST_TYPES = 100
BEST, LEAST, MOST = 300, 11, 5_000
"""Candidates that a catalogue should have: about as many as the default log, at least, at most."""
FILLED = 0.95
MOSTLY = 0.5
"""Share of the rows above which a column that is named like an event type is taken for one that has gaps."""
BY_HAND = "write the sections snapshot and questions of params.yaml by hand, as the README says under Your own log"


@dataclass(frozen=True)
class Guess:
    """What a log seems to be.

    Attributes:
        columns: as of `Columns`.
        attributes: kinds, as of `Snapshot`.
        left_out: the other columns, and why each is left out.
        key_action: as of a question.
        candidate, finer: the candidate columns of the main question, and of one with a larger catalogue.
        reasons: what the guesses of the user, the time, the key action and the candidate rest on.
    """

    columns: dict[str, str | None]
    attributes: dict[str, Any]
    left_out: dict[str, str]
    key_action: dict[str, list[str]]
    candidate: str
    finer: str
    reasons: dict[str, str]


def guess(log: pl.DataFrame, place: str) -> Guess:
    """Guesses from names, types and values.

    Args:
        log: the beginning of the log, as it was read.
        place: the file, for messages.

    Raises:
        UserError: no column looks like a time or a user, an event has no type, or no column could be a candidate.
    """
    if not log.height:
        raise UserError(f"{place}: there are no events in it")
    patterns = {name: PATTERN for name in log.columns if is_pattern(name)}
    log = log.select(name for name in log.columns if name not in patterns)
    log, faults = decoded(log, place)
    if not any(map(is_user, log.columns)):
        for name in filter(is_user, faults):
            raise faults[name]
    log = log.with_columns(pl.col(pl.String).replace("", None))
    time = _time(log, place)
    user = _user(log, time, place)
    rest = log.drop(time, user)
    event_type = _event_type(rest, place)
    attributes, left_out = kinds_of(rest.drop([event_type] if event_type else []))
    for name in [name for name in attributes if names_alone(log[user], rest[name])]:
        left_out[name] = f"another name of {user}: one value for each"
        del attributes[name]
    key_action, why = _key_action(log, event_type)
    column, allowed = next(iter(key_action.items()))
    acts = log.filter(text_of(log[event_type]).is_in(allowed)) if event_type else log
    candidate, finer = _candidates(acts, attributes, place)
    return Guess(
        columns={"user": user, "time": time, "event_type": event_type},
        attributes=attributes,
        left_out=patterns | dict.fromkeys(faults, "its values are bytes that are no text") | left_out,
        key_action={column: allowed},
        candidate=candidate,
        finer=finer,
        reasons={
            "user": f"{log[user].n_unique()} distinct values{_rivals(log, user)}",
            "time": "its values are times",
            "key_action": why,
            "candidate": _size_of(acts[candidate]),
        },
    )


def _named(pattern: str, names: list[str]) -> list[str]:
    """The names that match, the shortest first: `user_id` before `user_agent_family`."""
    found = [name for name in names if re.search(pattern, name, flags=re.IGNORECASE)]
    return sorted(found, key=lambda name: (not re.search(r"id$", name, flags=re.IGNORECASE), len(name)))


def _time(log: pl.DataFrame, place: str) -> str:
    typed = [name for name, dtype in log.schema.items() if dtype.is_temporal()]
    texts = [name for name, dtype in log.schema.items() if dtype == pl.String]
    for name in [*_named(TIME, typed), *typed, *_named(TIME, log.columns), *texts]:
        if looks_like_time(log[name]):
            return name
    for name in _named(TIME, texts):
        if told := no_time(log[name], place):
            raise UserError(f"{told}; {BY_HAND}")
    if numbers := _named(TIME, [name for name in log.columns if _are_numbers(log[name])]):
        example = shown(log[numbers[0]].drop_nulls()[0])
        raise UserError(
            f"{place}: column '{numbers[0]}' is named like a time, but as a number since 1970 '{example}' is no time "
            f"of our days; if it is a day or a time, say so by columns.time_format, such as %Y%m%d; {BY_HAND}"
        )
    raise UserError(
        f"{place}: no column looks like a time, of {', '.join(log.columns)}; one of numbers has to be named as one, "
        f"such as `time`; {BY_HAND}"
    )


def _are_numbers(raw: pl.Series) -> bool:
    values = raw.drop_nulls()
    return bool(len(values)) and not text_of(values).cast(pl.Float64, strict=False).null_count()


def _user(log: pl.DataFrame, time: str, place: str) -> str:
    others = [name for name, dtype in log.schema.items() if name != time and not dtype.is_nested()]
    named = [*_named(PERSON, others), *_named(VISIT, others)]
    for name in named:
        if 1 < log[name].n_unique() < log.height:
            return name
    if named:
        kind = "one value in all rows" if log[named[0]].n_unique() == 1 else "another value in every row"
        raise UserError(f"{place}: column '{named[0]}' is named like a user, but has {kind}; {BY_HAND}")
    raise UserError(
        f"{place}: no column is named like a user (user, customer, visitor, member, ...); rename one, or {BY_HAND}; "
        f"the file has: {', '.join(log.columns)}"
    )


def _rivals(log: pl.DataFrame, user: str) -> str:
    """The other columns that are named like a user."""
    others = [name for name in log.columns if name != user and is_user(name)]
    return f"; also named like a user: {', '.join(others)}" if others else ""


def is_user(name: str) -> bool:
    """Whether a column is named like a person or a visit."""
    return bool(re.search(f"{PERSON}|{VISIT}", name, flags=re.IGNORECASE))


def _event_type(log: pl.DataFrame, place: str) -> str | None:
    named = [name for name in _named(EVENT, log.columns) if not log.schema[name].is_nested()]
    named = [name for name in named if log[name].n_unique() <= MOST_TYPES]
    full = [name for name in named if not log[name].null_count()]
    if full:
        return full[0]
    for name in named:
        if log[name].null_count() < MOSTLY * log.height:
            refuse_gaps(log[name], name, place)
    return next((name for name in log.columns if _tells_acts(log[name])), None)


def _tells_acts(column: pl.Series) -> bool:
    """Whether a column of another name has the values of an event type: a key action, and what users do besides."""
    if column.dtype.is_nested() or column.null_count() or column.n_unique() > FEW:
        return False
    values = text_of(column).unique().to_list()
    acts = [value for value in values if re.search(f"{KEY}|{BESIDES}", value, flags=re.IGNORECASE)]
    return 1 < len(values) == len(acts) and any(re.search(KEY, value, flags=re.IGNORECASE) for value in acts)


def _key_action(log: pl.DataFrame, event_type: str | None) -> tuple[dict[str, list[str]], str]:
    if event_type is None:
        return {"event_type": ["event"]}, "all events are of one type"
    counts = text_of(log[event_type]).value_counts(name="count").sort("count", event_type)
    types = counts[event_type].to_list()
    named = _named(KEY, types)
    chosen = named[0] if named else types[0]
    share = counts.filter(pl.col(event_type) == chosen)["count"].item() / log.height
    why = "named like a purchase" if named else "the rarest event type"
    others = [name for name in types if name != chosen]
    besides = f"; the log also has: {', '.join(others)}" if others else ""
    return {"event_type": [chosen]}, f"{why}; {share:.1%} of the events{besides}"


def _candidates(acts: pl.DataFrame, attributes: dict[str, Any], place: str) -> tuple[str, str]:
    """The categorical attribute of key actions whose catalogue is of the best size, and the next larger one.

    One with gaps is taken where those without are too few for the size.
    """
    columns = {name: acts[name] for name, kind in attributes.items() if kind == "categorical" and acts.height}
    columns = {name: column for name, column in columns.items() if column.null_count() <= (1 - MOSTLY) * acts.height}
    full = {name: column for name, column in columns.items() if column.null_count() <= (1 - FILLED) * acts.height}
    usable = _of_size(full) or _of_size(columns) or _sizes(full)
    if not usable:
        raise UserError(f"{place}: no categorical column is filled in the key actions; say which one is the candidate")
    chosen = min(usable, key=lambda name: (abs(_ratio(usable[name])), name))
    larger = [name for name in usable if usable[name] > usable[chosen]]
    return chosen, min(larger, key=lambda name: (usable[name], name)) if larger else chosen


def _sizes(columns: dict[str, pl.Series]) -> dict[str, int]:
    """The distinct values of each column; of those that are named like a user only where all are."""
    sizes = {name: column.drop_nulls().n_unique() for name, column in columns.items()}
    return {name: size for name, size in sizes.items() if not is_user(name)} or sizes


def _of_size(columns: dict[str, pl.Series]) -> dict[str, int]:
    """Those that can be a catalogue."""
    return {name: size for name, size in _sizes(columns).items() if LEAST <= size <= MOST}


def _size_of(candidate: pl.Series) -> str:
    """How many candidates key actions have, and how many of them have none."""
    share = candidate.null_count() / len(candidate)
    gaps = f"; it is empty in {share:.1%} of them, which are left out" if share else ""
    return f"{candidate.drop_nulls().n_unique()} distinct values in key actions{gaps}"


def _ratio(size: int) -> float:
    return max(size / BEST, BEST / size)
