"""A first guess at the kinds of the columns of an unknown log, and at those that are no attributes."""

from ipaddress import ip_address
from pathlib import Path
from typing import Any

import polars as pl

from study.errors import UserError
from study.events.attributes import field_of, no_json, text_of, values_of
from study.events.guess_names import is_measure, is_of_words, words_of
from study.events.nothing import is_nothing
from study.params.snapshot import LONG, NAMELESS, TAKEN, Listed, is_long

PLACES = 3
"""Of a list that are read, at most."""
COMMA = r"^-?[\d.]*\d(,\d+)?$"
"""A number whose decimals follow a comma, where it has any; a point may stand between thousands."""
FEW = 20
"""Numbers with at most so many values name things more often than they count them."""
NEARLY_AN_ID = 0.5
"""Share of distinct values above which a column tells rows apart instead of grouping them."""
NUMBERS = 0.95
"""Share of numbers from which a column is one of numbers with mistakes in it, gaps aside."""
LOOKED_AT, ADDRESSES = 1_000, 0.95
"""Distinct values that are looked at one by one, and the share of addresses from which a column is one of them."""
VERSION = {"version", "release", "build"}
"""What is written like an address: 4.12.20.1."""


def kinds_of(log: pl.DataFrame) -> tuple[dict[str, Any], dict[str, str]]:
    """The kind of each column that can be an attribute, and why each other one cannot."""
    kinds: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    for name in log.columns:
        values = log[name].drop_nulls()
        fault = _unusable(name, values) or _objects(name, values) or _addresses(name, values)
        kind, why = ("", fault) if fault else _kind(name, log[name], values)
        if why:
            left_out[name] = why
        else:
            kinds[name] = kind
    return kinds, left_out


def is_cut(raw: pl.Series, kind: Any) -> bool:
    """Whether some lists of a column have more places than its kind reads."""
    if not isinstance(kind, dict):
        return False
    longer = Listed(kind="list", items=kind["items"] + 1)
    *_, last = values_of(raw, raw.name, longer, "UTC", Path()).values()
    return last.null_count() < len(last)


def _kind(name: str, raw: pl.Series, values: pl.Series) -> tuple[Any, str]:
    """The kind of a column, or why it has none."""
    dtype = raw.dtype
    if dtype in (pl.List, pl.Array) or (dtype == pl.String and _is_listed(name, values)):
        return _listed(name, raw)
    if dtype.is_nested() or dtype.is_temporal():
        return "", f"its values are {dtype}"
    distinct = values.n_unique()
    if distinct > FEW:
        return _kind_of_many(name, values, distinct)
    is_constant = distinct == 1 and len(values) == len(raw)
    return ("", "always the same") if is_constant else ("categorical", "")


def _kind_of_many(name: str, values: pl.Series, distinct: int) -> tuple[str, str]:
    """The same of a column that has many distinct values."""
    if _measures(name, values):
        return "numeric", ""
    if wrong := _mistakes(name, values):
        return "", wrong
    if distinct > NEARLY_AN_ID * len(values):
        return "", f"nearly an id: {distinct} distinct values in {len(values)} rows"
    return "categorical", ""


def _unusable(name: str, values: pl.Series) -> str:
    """Why a column can be no attribute, whatever its kind; nothing where it can."""
    if not name.strip():
        return NAMELESS
    if name in TAKEN:
        return "the name is taken; rename the column"
    if is_long(name):
        return LONG
    if not len(values):
        return "always empty"
    wrong = no_json(values) if values.dtype == pl.String else ""
    return f"begins like a JSON array, but is none, as {wrong!r}: mend it, then it is a list" if wrong else ""


def _objects(name: str, values: pl.Series) -> str:
    """That a column has objects, with what to do; nothing where it has none."""
    if values.dtype == pl.Struct:
        return f"its values are objects: write their fields as columns, such as {name}.{field_of(values)}"
    starts = values.str.starts_with("{").all() if values.dtype == pl.String else False
    return f"its values are objects: write their fields as columns, such as {name}.field" if starts else ""


def _addresses(name: str, values: pl.Series) -> str:
    """That a column has IP addresses; nothing where it has none."""
    if values.dtype != pl.String or VERSION & set(words_of(name)):
        return ""
    some = values.unique(maintain_order=True).head(LOOKED_AT)
    some = some.filter(~is_nothing(some))
    found = sum(map(_is_address, some))
    return "its values are IP addresses, which name machines and no things" if found > ADDRESSES * len(some) else ""


def _is_address(value: str) -> bool:
    try:
        ip_address(value.strip())
    except ValueError:
        return False
    return True


def _listed(name: str, raw: pl.Series) -> tuple[Any, str]:
    """The kind of a list, with as many of its first places as are ever filled, or why it has none."""
    if is_long(f"{name}.1"):  # one of its places
        return "", LONG
    try:
        columns = values_of(raw, name, Listed(kind="list", items=PLACES), "UTC", Path()).values()
    except UserError:
        return "", f"its values are {raw.dtype}"
    filled = [column for column in columns if column.null_count() < len(column)]
    if any(column.str.starts_with("{").any() for column in filled):
        return "", "its values are objects: write their fields as columns"
    if all(column.n_unique() == 1 for column in filled):
        return "", "always the same" if filled else "always empty"
    return {"kind": "list", "items": len(filled)}, ""


def _measures(name: str, values: pl.Series) -> bool:
    """Whether numbers measure something; whole ones do so by their name alone: others are the codes of something."""
    numbers = text_of(values).cast(pl.Float64, strict=False)
    if numbers.null_count():
        return False
    return bool((numbers != numbers.floor()).any()) or is_measure(name)


def _mistakes(name: str, values: pl.Series) -> str:
    """That a column of numbers has values that are none, with one of them; nothing where it is no such column."""
    texts = text_of(values)
    if texts.str.contains(COMMA).all() and texts.str.contains(",", literal=True).any():
        return "numbers with a decimal comma: write them with a point, then it is numeric"
    is_number = texts.cast(pl.Float64, strict=False).is_not_null()
    wrong = texts.filter(~is_number)
    meant = wrong.filter(~is_nothing(wrong))
    least = NUMBERS * (len(texts) - len(wrong) + len(meant))
    if wrong.is_empty() or len(texts) - len(wrong) < least or not _measures(name, values.filter(is_number)):
        return ""
    return f"numbers, but for {len(wrong)} of {len(texts)} values, as {wrong[0]!r}: mend them, then it is numeric"


def _is_listed(name: str, values: pl.Series) -> bool:
    if values.str.starts_with("[").all():
        return True
    return is_of_words(name) and bool(values.str.contains(" ").any())
