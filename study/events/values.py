"""The values that key actions ask for, beside those that the log has."""

from collections.abc import Mapping

import polars as pl

from study.errors import UserError, few, meant
from study.events.attributes import shown, without_fraction
from study.events.nothing import FOR_SURE, is_nothing
from study.events.split import SEPARATOR, places_of
from study.params.question import Question, WhatQuestion

PLACES = 10
"""That the primary metric counts, recall@10."""
MOST_GROUPS = 3
"""Groups of values in one warning."""
Counts = dict[str, int]
"""Events with each value of a column, the most frequent value first."""


def asked_columns(question: Question) -> dict[str, list[str]]:
    """The values that the key action allows, of each column in which it allows values and no range."""
    return {column: allowed for column, allowed in question.key_action.items() if isinstance(allowed, list)}


def joined_columns(question: Question) -> list[str]:
    """The columns whose values are joined to candidates; none where a candidate is the value of one."""
    columns = question.candidate_columns
    return columns if len(columns) > 1 else []


def counted(log: pl.LazyFrame, question: Question) -> dict[str, pl.DataFrame]:
    """`value` and `count` of each column of a log that the key action of a question reads, or that is joined."""
    columns = log.collect_schema().names()
    read = [place for column in asked_columns(question) for place in places_of(column, columns)]
    return {
        place: log.group_by(pl.col(place).alias("value")).agg(count=pl.len()).collect(engine="streaming")
        for place in dict.fromkeys([*read, *joined_columns(question)])
    }


def counts_of(column: str, tables: Mapping[str, pl.DataFrame]) -> Counts:
    """The values of a column, or of all places of a list.

    Args:
        tables: `value` and `count` of each column of the general form.
    """
    read = [tables[place].select("value", pl.col("count").cast(pl.Int64)) for place in places_of(column, tables)]
    whole = pl.concat(read).drop_nulls().group_by("value").agg(pl.col("count").sum())
    return dict(whole.sort("count", "value", descending=[True, False]).iter_rows())


def refuse_unseen(name: str, question: Question, tables: Mapping[str, pl.DataFrame]) -> None:
    """A key action that never occurs is an error of the question.

    Raises:
        UserError: the log has none of the values that are allowed in a column.
    """
    for column, allowed in asked_columns(question).items():
        had = counts_of(column, tables)
        if not any(value in had for value in allowed):
            raise UserError(f"params.yaml: questions.{name}.{_never(column, allowed, had)}")


def refuse_joined(name: str, question: Question, tables: Mapping[str, pl.DataFrame]) -> None:
    """Values that hold what joins them would make two candidates one.

    Raises:
        UserError: names the column and the value.
    """
    for column in joined_columns(question):
        found = [value for value in counts_of(column, tables) if SEPARATOR in value]
        if found:
            raise UserError(
                f"params.yaml: questions.{name}.candidate: '{shown(found[0])}' of {column} holds '{SEPARATOR}', which "
                "joins the columns of a candidate; write it otherwise in the log"
            )


def refuse_few(name: str, question: Question, catalogue: int) -> None:
    """A catalogue that every ranking of `PLACES` holds whole is an error of the question.

    Raises:
        UserError: it has no more candidates.
    """
    if isinstance(question, WhatQuestion) and catalogue <= PLACES:
        raise UserError(
            f"params.yaml: questions.{name}.candidate: {catalogue} candidates: {PLACES} places hold them all, so that "
            f"recall@{PLACES} is 1 whatever a variant does; choose a finer candidate, or several columns together, as "
            f"candidate: [{', '.join(question.candidate)}, ANOTHER]"
        )


def unseen(question: Question, tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """The values of a key action that never occur, where others do, a sentence for each column."""
    found = []
    for column, allowed in asked_columns(question).items():
        had = counts_of(column, tables)
        if missing := [value for value in allowed if value not in had]:
            found.append(_never(column, missing, had))
    return found


def alike(column: str, tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """The values of a column that are equal but for case, surrounding spaces or a `.0`, a sentence if there are any.

    A column of whole numbers with gaps is written as `7.0` by some programs, and as `7` where a file has no gap.
    """
    groups: dict[str, list[str]] = {}
    had = counts_of(column, tables)
    folded = pl.Series([value.strip().casefold() for value in had], dtype=pl.String)
    for value, plain in zip(had, without_fraction(folded), strict=True):
        groups.setdefault(plain, []).append(value)
    told = [
        " and ".join(f"'{value}' ({had[value]:,} events)" for value in group)
        for group in groups.values()
        if len(group) > 1
    ]
    if not told:
        return []
    more = f"; and {len(told) - MOST_GROUPS} more such groups" if len(told) > MOST_GROUPS else ""
    return [
        f"{column}: {'; '.join(told[:MOST_GROUPS])} are equal but for case or spaces, or a .0 at the end{more}; they "
        "count as different values, so write them alike in the log"
    ]


def named_nothing(column: str, tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """The values of a column that other programs write where there is none, a sentence if there are any."""
    had = counts_of(column, tables)
    values = pl.Series([*had], dtype=pl.String)
    told = [f"'{value}' ({had[value]:,} events)" for value in values.filter(is_nothing(values, FOR_SURE))]
    verb = "is a value as any other" if len(told) == 1 else "are values as any others"
    how = "where no value is meant leave the field empty, or leave out such rows"
    return [f"{column}: {' and '.join(told)} {verb}; {how}"] if told else []


def _never(column: str, values: list[str], had: Counts) -> str:
    told = ", ".join(f"'{value}'" for value in values)
    known = f"the log has {few(list(had))}" if had else "the column is empty"
    verb = "occurs" if len(values) == 1 else "occur"
    return f"key_action.{column}: {told} never {verb}; {meant(values[0], list(had))}{known}"
