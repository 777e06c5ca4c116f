"""A first guess at the key action of an unknown log."""

import polars as pl

from study.errors import few
from study.events.attributes import text_of
from study.events.guess_names import keys_of, speaks_against, words_of
from study.events.guess_users import describes, is_flag

YES = ("1", "true", "yes", "t", "y")
"""What a flag says of an event that is the key action, in lower case."""
BARE = ("is", "has", "was", "did", "made", "flag", "label", "target")
"""What the name of a flag has beside that of the action, as `is_purchase`."""
FIRST = 0.95
"""Share of the events of a type that are the first of their user from which on it is one that begins with them."""


def key_action_of(
    log: pl.DataFrame, user: str, when: pl.Series, event_type: str | None, attributes: list[str]
) -> tuple[str, list[str], str]:
    """The column that tells the key action, its values, and what that rests on.

    An event type that is named like one; else a flag that is, as `is_purchase`; else the rarest event type, or every
    event where all are of one type. Of types that are named like one it is none with which users begin, as with a
    sign-up, where there is another: before it nothing is known of a user, who could not be asked about.

    Args:
        when: the times of the events, in UTC.
    """
    types = text_of(log[event_type]).unique().sort().to_list() if event_type else []
    flags = [] if keys_of(types) else [name for name in attributes if _is_flag(log, user, name)]
    if flags:
        return _flagged(log, keys_of(flags), types)
    if event_type is None:
        return "event_type", ["event"], "all events are of one type"
    acts = pl.DataFrame({"user": log[user], "when": when, "type": text_of(log[event_type])})
    return "event_type", *_type_of(acts)


def _is_flag(log: pl.DataFrame, user: str, name: str) -> bool:
    """Whether a column says of an event, and not of its user, whether it is the key action."""
    said = [word for word in words_of(name) if word not in BARE]
    if len(said) != 1 or not keys_of(said) or not is_flag(log[name]) or not _said(log[name]):
        return False
    return not describes(log.with_columns(text_of(log[name]).fill_null("no")), user, name)


def _said(flag: pl.Series) -> list[str]:
    """The values of a flag that say yes."""
    values = text_of(flag).drop_nulls().unique().sort().to_list()
    return [value for value in values if value.lower() in YES]


def _flagged(log: pl.DataFrame, flags: list[str], types: list[str]) -> tuple[str, list[str], str]:
    flag, *others = flags
    said = _said(log[flag])
    share = text_of(log[flag]).is_in(said).sum() / log.height
    besides = f"no event type is named like one: {few(types)}" if types else "all events are of one type"
    return flag, said, f"by its name{_beside(others)}; {share:.1%} of the events; {besides}"


def _type_of(acts: pl.DataFrame) -> tuple[list[str], str]:
    counts = acts["type"].value_counts(name="count").sort("count", "type")
    types = counts["type"].to_list()
    keys = keys_of(types)
    chosen, passed = _later(acts, keys) if keys else (types[0], [])
    alike = _alike(chosen, types)
    share = counts.filter(pl.col("type").is_in(alike))["count"].sum() / acts.height
    rarest = "the rarest event type" if len(types) > 1 else "the only event type"
    others = [name for name in keys if name not in alike and name not in passed]
    why = f"by its name{_beside(others)}" if keys else rarest
    begins = "nearly always the first event of its user, who cannot be asked about before"
    first = f"; passed over: {few(passed)}, {begins}" if passed else ""
    others = [name for name in types if name not in alike]
    besides = f"; the log also has: {', '.join(others)}" if others else ""
    return alike, f"{why}; {share:.1%} of the events{first}{besides}"


def _later(acts: pl.DataFrame, keys: list[str]) -> tuple[str, list[str]]:
    """The likeliest key action with which users do not begin, and those before it; the first where they do with all.

    What became of another, such as its refund, is no better than one with which they begin.
    """
    begin = pl.col("when") == pl.col("when").min().over("user")
    shares = acts.with_columns(begin=begin).group_by("type").agg(pl.col("begin").mean())
    firsts = set(shares.filter(pl.col("begin") >= FIRST)["type"])
    undone = {key: speaks_against(key)[0] for key in keys}
    place = next((i for i, key in enumerate(keys) if key not in firsts and undone[key] == undone[keys[0]]), 0)
    return keys[place], keys[:place]


def _alike(chosen: str, types: list[str]) -> list[str]:
    """An event type and those that are written like it but for case and spaces around."""
    plain = chosen.strip().casefold()
    return [chosen, *(name for name in types if name != chosen and name.strip().casefold() == plain)]


def _beside(others: list[str]) -> str:
    """Which others are named like a key action, too; nothing where none is."""
    return f" (so {'is' if len(others) == 1 else 'are'} {few(others)})" if others else ""
