"""A first guess at what the columns of an unknown log mean, for a person to correct."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from study.errors import UserError
from study.events.attributes import decoded, text_of
from study.events.check import refuse_gaps
from study.events.guess_candidate import candidates, elsewhere, size_of
from study.events.guess_key_action import key_action_of
from study.events.guess_kinds import FEW, is_cut, kinds_of
from study.events.guess_names import is_about_user, is_act, is_user, keys_of, named, words_of
from study.events.guess_times import days_of, has_no_zone, hours_of, refuse_none, times_of
from study.events.guess_users import BY_HAND, describes, holders, names_alone, rivals, user_of
from study.events.times import guessed
from study.params.snapshot import PATTERN, is_pattern

EVENT = r"event|action|activity|verb|^type$|behaviou?r"
TYPES = ("event type", "event name", "event")
"""What an event type is called before all, in words."""
ROWS = 200_000
"""Rows that a guess rests on: those at the beginning."""
MOST_TYPES = 100
MOSTLY = 0.5
"""Share of the rows above which a column that is named like an event type is taken for one that has gaps."""
NO_ZONE = "; they tell no zone, and are taken for UTC unless columns.zone names theirs"
DURATION = "its values are durations; write them as numbers, such as seconds, to use them"


@dataclass(frozen=True)
class Guess:
    """What a log seems to be.

    Attributes:
        columns: as of `Columns`.
        attributes: kinds, as of `Snapshot`.
        cut: the lists that have more places than are read.
        left_out: the other columns, and why each is left out.
        key_action: as of a question.
        candidate, finer: the columns whose joint value is the candidate of the main question, and of one with a larger
            catalogue.
        reasons: what the guesses of the user, the time, the key action and the two candidates rest on.
    """

    columns: dict[str, str | None]
    attributes: dict[str, Any]
    cut: list[str]
    left_out: dict[str, str]
    key_action: dict[str, list[str]]
    candidate: list[str]
    finer: list[str]
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
    log, left_out = _readable(log, place)
    times = times_of(log, set(filter(is_about_user, log.columns)))
    if not times:
        refuse_none(log, place, BY_HAND)
    time, *others = times
    user = user_of(log, time, place)
    when = guessed(log[time], Path(place))
    days = days_of(log.drop(user), time, when)
    hours = hours_of(log.drop(user), time, when)
    rest = log.drop(time, user, *days, *hours)
    event_type = _event_type(rest, place)
    attributes, unusable = kinds_of(rest.drop([event_type] if event_type else []))
    left_out |= dict.fromkeys(days, f"the day of {time}") | hours | unusable
    for name, kind in [*attributes.items()]:
        if why := names_alone(log[user], rest[name], is_categorical=kind == "categorical"):
            left_out[name] = why
            del attributes[name]
    column, allowed, why = key_action_of(log, user, when, event_type, list(attributes))
    teller = event_type if column == "event_type" else column
    acts = log.filter(text_of(log[teller]).is_in(allowed)) if teller else log
    offered = {name for name, kind in attributes.items() if kind == "categorical"}
    offered = {name for name in offered if not describes(log, user, name)} or offered
    acted = f"key actions ({f'{column} ' if column in attributes else ''}{', '.join(allowed)}: {why.partition(';')[0]})"
    candidate, finer = candidates(acts, offered, left_out, place, acted)
    return Guess(
        columns={"user": user, "time": time, "event_type": event_type},
        attributes=attributes,
        cut=[name for name, kind in attributes.items() if is_cut(log[name], kind)],
        left_out=left_out,
        key_action={column: allowed},
        candidate=candidate,
        finer=finer,
        reasons={
            "user": _whose(log.drop(time), user),
            "time": f"its values are times{_listed('; so are those of', others)}{NO_ZONE * has_no_zone(log[time])}",
            "key_action": why,
            "candidate": f"{size_of(acts.select(candidate))}{elsewhere(log, acts, candidate, offered)}",
            "finer": size_of(acts.select(finer)),
        },
    )


def _readable(log: pl.DataFrame, place: str) -> tuple[pl.DataFrame, dict[str, str]]:
    """The columns whose values can be read, with nothing for an empty text, and why each other one cannot."""
    unread = {name: DURATION for name, dtype in log.schema.items() if dtype == pl.Duration}
    unread |= {name: PATTERN for name in log.columns if is_pattern(name)}
    log = log.select(name for name in log.columns if name not in unread)
    log, faults = decoded(log, place)
    if not any(map(is_user, log.columns)):
        for name in filter(is_user, faults):
            raise faults[name]
    unread |= dict.fromkeys(faults, "its values are bytes that are no text")
    return log.with_columns(pl.col(pl.String).replace("", None)), unread


def _whose(log: pl.DataFrame, user: str) -> str:
    """What the guess of the user rests on, and which other columns might be the user."""
    others = _listed("; also named like a user:", rivals(log, user))
    wider = _listed("; the user may rather be what each of them has one value of:", holders(log, user))
    return f"{log[user].n_unique()} distinct values{others}{wider}"


def _listed(lead: str, names: list[str]) -> str:
    return f"{lead} {', '.join(names)}" if names else ""


def _event_type(log: pl.DataFrame, place: str) -> str | None:
    types = [name for name in named(EVENT, log.columns) if not log.schema[name].is_nested()]
    types = [name for name in types if log[name].n_unique() <= MOST_TYPES]
    types = sorted(types, key=lambda name: (log[name].n_unique() == 1, not _keys(log[name]), _is_called(name)))
    full = [name for name in types if not log[name].null_count()]
    if full:
        return full[0]
    for name in types:
        if log[name].null_count() < MOSTLY * log.height:
            refuse_gaps(log[name], name, place)
    return next((name for name in log.columns if _tells_acts(log[name])), None)


def _keys(column: pl.Series) -> list[str]:
    """The values that are named like a key action."""
    return keys_of(text_of(column).drop_nulls().unique().to_list())


def _is_called(name: str) -> int:
    """How likely an event type is called so; less is likelier."""
    words = " ".join(words_of(name))
    return TYPES.index(words) if words in TYPES else len(TYPES)


def _tells_acts(column: pl.Series) -> bool:
    """Whether a column of another name has the values of an event type: a key action, and what users do besides."""
    if column.dtype.is_nested() or column.null_count() or column.n_unique() > FEW:
        return False
    values = text_of(column).unique().to_list()
    return len(values) > 1 and all(map(is_act, values)) and bool(_keys(column))
