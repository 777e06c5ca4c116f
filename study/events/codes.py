"""Names as numbers, for counting and sorting: a log has many events and few names."""

import polars as pl


def numbered(names: pl.Series) -> pl.Series:
    """The names as values of an Enum in the order of the alphabet: they sort as before, and missing ones stay so."""
    found = names.alias("name").to_frame().lazy().unique().collect(engine="streaming").to_series()
    return names.cast(pl.Enum(found.drop_nulls().sort()))


def first_of_each(rows: pl.DataFrame, key: str, value: str) -> pl.DataFrame:
    """The rows with the least value of each key, sorted by the key."""
    placed = rows.sort(key, value)
    return placed.filter((pl.col(key) != pl.col(key).shift()).fill_null(value=True))
