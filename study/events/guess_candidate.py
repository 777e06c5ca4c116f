"""A first guess at the candidate of an unknown log, and at one of a larger catalogue."""

import polars as pl

from study.errors import UserError, few
from study.events.attributes import text_of
from study.events.guess_names import is_about_user, is_measure
from study.events.guess_users import BY_HAND

BEST, LEAST, MOST = 300, 11, 5_000
"""Candidates that a catalogue should have: about as many as the default log, at least, at most."""
FILLED, HALF = 0.95, 0.5
"""Share of the key actions that have a value of a candidate without gaps, and of one with gaps, at least."""


def candidates(
    acts: pl.DataFrame, offered: set[str], left_out: dict[str, str], place: str, acted: str
) -> tuple[list[str], list[str]]:
    """The column of key actions, of those that are offered, whose catalogue is of the best size, and the next larger.

    One with gaps is taken where those without are too few for the size, or none is larger, and several together where
    each is too small; one that is named like a measure where these are too small as well.
    """
    columns = {name: acts[name] for name in sorted(offered) if acts.height}
    columns = {name: column for name, column in columns.items() if column.null_count() <= (1 - HALF) * acts.height}
    full = {name: column for name, column in columns.items() if column.null_count() <= (1 - FILLED) * acts.height}
    with_gaps = _of_size(columns)
    usable = _of_size(full) or with_gaps or _sizes(full)
    if not usable:
        gaps = {name: f"empty in {acts[name].null_count() / acts.height:.1%} of them" for name in sorted(offered)}
        others = few([f"{name} ({why})" for name, why in (gaps | left_out).items()])
        raise UserError(
            f"{place}: no categorical column is filled in the {acted}{others and f'; left out: {others}'}; "
            f"to say which one is the candidate, {BY_HAND}"
        )
    chosen = _best(usable, columns)
    if usable[chosen] < LEAST:
        together = _together(acts, {name: size for name, size in usable.items() if size < LEAST})
        measures = _of_size({name: column for name, column in full.items() if is_measure(name)})
        if _joint(acts, together[0]) >= LEAST or not measures:
            return together
        usable, chosen = measures, _best(measures, columns)
    return [chosen], [_larger(usable, usable[chosen], columns) or _larger(with_gaps, usable[chosen], columns) or chosen]


def elsewhere(log: pl.DataFrame, acts: pl.DataFrame, candidate: list[str], offered: set[str]) -> str:
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


def size_of(acts: pl.DataFrame) -> str:
    """How many candidates key actions have, and how many of them have none."""
    full = acts.drop_nulls()
    share = 1 - full.height / acts.height
    gaps = f"; it is empty in {share:.1%} of them, which are left out" if share else ""
    return f"{full.n_unique()} distinct values in key actions{gaps}"


def _best(sizes: dict[str, int], columns: dict[str, pl.Series]) -> str:
    """The column whose catalogue is of the best size; of equal ones that with the shortest values: an id, no text."""
    return min(sizes, key=lambda name: (_ratio(sizes[name]), _length(columns[name]), name))


def _larger(sizes: dict[str, int], size: int, columns: dict[str, pl.Series]) -> str:
    """The column of the next larger catalogue, likewise; nothing where none is larger."""
    larger = [name for name in sizes if sizes[name] > size]
    return min(larger, key=lambda name: (sizes[name], _length(columns[name]), name), default="")


def _length(column: pl.Series) -> float:
    """Characters of a value."""
    return float(text_of(column).drop_nulls().unique().str.len_chars().mean() or 0)  # type: ignore[arg-type]


def _together(acts: pl.DataFrame, sizes: dict[str, int]) -> tuple[list[str], list[str]]:
    """As few columns as make a catalogue together, the largest first, and so many that it is larger.

    The largest alone where all of them are too few.
    """
    names = sorted(sizes, key=lambda name: (-sizes[name], _length(acts[name]), name))
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


def _ratio(size: int) -> float:
    return max(size / BEST, BEST / size)
