"""A first guess at what the columns of an unknown log mean, for a person to correct."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from study.errors import UserError, few
from study.events.attributes import decoded, text_of
from study.events.check import refuse_gaps
from study.events.guess_key_action import key_action_of
from study.events.guess_kinds import FEW, is_cut, kinds_of
from study.events.guess_names import is_about_user, is_act, is_measure, is_user, keys_of, named, words_of
from study.events.guess_times import days_of, has_no_zone, hours_of, refuse_none, times_of
from study.events.guess_users import BY_HAND, describes, holders, names_alone, rivals, user_of
from study.params.snapshot import PATTERN, is_pattern

EVENT = r"event|action|activity|verb|^type$|behaviou?r"
TYPES = ("event type", "event name", "event")
"""What an event type is called before all, in words."""
ROWS = 200_000
"""Rows that a guess rests on: those at the beginning."""
MOST_TYPES = 100
BEST, LEAST, MOST = 300, 11, 5_000
"""Candidates that a catalogue should have: about as many as the default log, at least, at most."""
FILLED = 0.95
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
        reasons: what the guesses of the user, the time, the key action and the candidate rest on.
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
    days = days_of(log.drop(user), time)
    hours = hours_of(log.drop(user), time)
    rest = log.drop(time, user, *days, *hours)
    event_type = _event_type(rest, place)
    attributes, unusable = kinds_of(rest.drop([event_type] if event_type else []))
    left_out |= dict.fromkeys(days, f"the day of {time}") | hours | unusable
    for name, kind in [*attributes.items()]:
        if why := names_alone(log[user], rest[name], is_categorical=kind == "categorical"):
            left_out[name] = why
            del attributes[name]
    column, allowed, why = key_action_of(log, user, event_type, list(attributes))
    teller = event_type if column == "event_type" else column
    acts = log.filter(text_of(log[teller]).is_in(allowed)) if teller else log
    offered = {name for name, kind in attributes.items() if kind == "categorical"}
    offered = {name for name in offered if not describes(log, user, name)} or offered
    acted = f"key actions ({f'{column} ' if column in attributes else ''}{', '.join(allowed)}: {why.partition(';')[0]})"
    candidate, finer = _candidates(acts, offered, left_out, place, acted)
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
            "candidate": f"{_size_of(acts.select(candidate))}{_elsewhere(log, acts, candidate, offered)}",
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


def _elsewhere(log: pl.DataFrame, acts: pl.DataFrame, candidate: list[str], offered: set[str]) -> str:
    """Where values lie that could be a catalogue, where those of the key actions cannot; nothing where they can.

    Where several columns are taken together, none of them can alone.
    """
    is_enough = _joint(acts, candidate) >= LEAST
    if is_enough and len(candidate) == 1:
        return ""
    sizes = _of_size({name: log[name] for name in offered if acts[name].null_count() > (1 - FILLED) * acts.height})
    told = [f"{name} has {size} distinct values" for name, size in sorted(sizes.items())]
    fault = "no column alone has enough" if is_enough else "too few to rank"
    return f"; {fault}, while in other events {' and '.join(told)}: write them onto the key actions" if told else ""


def _candidates(
    acts: pl.DataFrame, offered: set[str], left_out: dict[str, str], place: str, acted: str
) -> tuple[list[str], list[str]]:
    """The column of key actions, of those that are offered, whose catalogue is of the best size, and the next larger.

    One with gaps is taken where those without are too few for the size, and several together where each is too small;
    one that is named like a measure where these are too small as well.
    """
    columns = {name: acts[name] for name in sorted(offered) if acts.height}
    columns = {name: column for name, column in columns.items() if column.null_count() <= (1 - MOSTLY) * acts.height}
    full = {name: column for name, column in columns.items() if column.null_count() <= (1 - FILLED) * acts.height}
    usable = _of_size(full) or _of_size(columns) or _sizes(full)
    if not usable:
        gaps = {name: f"empty in {acts[name].null_count() / acts.height:.1%} of them" for name in sorted(offered)}
        others = few([f"{name} ({why})" for name, why in (gaps | left_out).items()])
        raise UserError(
            f"{place}: no categorical column is filled in the {acted}{others and f'; left out: {others}'}; "
            f"to say which one is the candidate, {BY_HAND}"
        )
    chosen = min(usable, key=lambda name: (abs(_ratio(usable[name])), name))
    if usable[chosen] < LEAST:
        together = _together(acts, {name: size for name, size in usable.items() if size < LEAST})
        measures = _of_size({name: column for name, column in full.items() if is_measure(name)})
        if _joint(acts, together[0]) >= LEAST or not measures:
            return together
        usable, chosen = measures, min(measures, key=lambda name: (abs(_ratio(measures[name])), name))
    larger = [name for name in usable if usable[name] > usable[chosen]]
    return [chosen], [min(larger, key=lambda name: (usable[name], name)) if larger else chosen]


def _together(acts: pl.DataFrame, sizes: dict[str, int]) -> tuple[list[str], list[str]]:
    """As few columns as make a catalogue together, the largest first, and so many that it is larger.

    The largest alone where all of them are too few.
    """
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    joined = [names[:count] for count in range(1, len(names) + 1)]
    joint = [_joint(acts, columns) for columns in joined]
    enough = next((i for i, size in enumerate(joint) if size >= LEAST), 0)
    larger = next((i for i, size in enumerate(joint) if size > joint[enough] >= LEAST), enough)
    return joined[enough], joined[larger]


def _joint(acts: pl.DataFrame, columns: list[str]) -> int:
    """How many candidates the key actions have."""
    return acts.select(columns).drop_nulls().n_unique()


def _sizes(columns: dict[str, pl.Series]) -> dict[str, int]:
    """The distinct values of each column; of those that are about a user or named like a measure only where all are."""
    sizes = {name: column.drop_nulls().n_unique() for name, column in columns.items()}
    things = {name: size for name, size in sizes.items() if not is_about_user(name)} or sizes
    return {name: size for name, size in things.items() if not is_measure(name)} or things


def _of_size(columns: dict[str, pl.Series]) -> dict[str, int]:
    """Those that can be a catalogue."""
    return {name: size for name, size in _sizes(columns).items() if LEAST <= size <= MOST}


def _size_of(acts: pl.DataFrame) -> str:
    """How many candidates key actions have, and how many of them have none."""
    full = acts.drop_nulls()
    share = 1 - full.height / acts.height
    gaps = f"; it is empty in {share:.1%} of them, which are left out" if share else ""
    return f"{full.n_unique()} distinct values in key actions{gaps}"


def _ratio(size: int) -> float:
    return max(size / BEST, BEST / size)
