"""A first guess at whose the events of an unknown log are."""

import polars as pl

from study.errors import UserError
from study.events.attributes import nested, text_of
from study.events.guess_kinds import FEW
from study.events.guess_names import PERSON, is_about_user, is_user, named, users_of

BY_HAND = (
    "write the sections snapshot and questions of params.yaml by hand, and compare_with: [], as the page Your own "
    "log says (report/own_log.md)"
)
FLAGS = ("true", "false", "yes", "no", "t", "f", "y", "n", "0", "1")
"""What says of a user whether something holds, as in `is_member`, in lower case."""


def user_of(log: pl.DataFrame, time: str, place: str) -> str:
    """The column of the user: one that is named so, and whose values come again.

    Args:
        log: the beginning of the log.
        time: the column of the time.
        place: the file, for messages.

    Raises:
        UserError: there is none.
    """
    called = [name for name in users_of([name for name in log.columns if name != time]) if not is_flag(log[name])]
    users = [name for name in called if not log.schema[name].is_nested()]
    for name in sorted(users, key=lambda name: log[name].null_count() > 0):  # who is known in every event
        if 1 < log[name].n_unique() < log.height:
            return name
    if users:
        kind = "one value in all rows" if log[users[0]].n_unique() == 1 else "another value in every row"
        raise UserError(f"{place}: column '{users[0]}' is named like a user, but has {kind}; {BY_HAND}")
    if called:
        raise UserError(f"{nested(log[called[0]], place)}; if another column is the user, {BY_HAND}")
    raise UserError(
        f"{place}: no column is named like a user (user, customer, visitor, member, ...); rename one, or {BY_HAND}; "
        f"the file has: {', '.join(log.columns)}"
    )


def rivals(log: pl.DataFrame, user: str) -> list[str]:
    """The other columns that are named like a user."""
    return [name for name in log.columns if name != user and is_user(name) and not is_flag(log[name])]


def holders(log: pl.DataFrame, user: str) -> list[str]:
    """Where the user is only a visit: the columns that have one value for each, shared by several, as a person's."""
    if named(PERSON, [user]):
        return []
    flat = [name for name, dtype in log.schema.items() if not dtype.is_nested() and not is_about_user(name)]
    several = [name for name in flat if FEW < log[name].n_unique() < log[user].n_unique()]
    return [name for name in several if describes(log, user, name)]


def describes(log: pl.DataFrame, user: str, name: str) -> bool:
    """Whether a column is about the user, who has one value of it in all events: nobody could act on another."""
    known = log.select(user, name).drop_nulls()
    return known.n_unique() == known[user].n_unique() > 1


def names_alone(user: pl.Series, values: pl.Series, *, is_categorical: bool) -> str:
    """That a column says of an event no more than whose it is, or in which of their visits; nothing where it does.

    Nobody else has such a value, so that it tells nothing of others. Numbers that measure may be of one user each.
    """
    if values.dtype.is_nested() or values.n_unique() <= FEW:
        return ""
    pairs = pl.DataFrame([user.alias("user"), values.alias("value")])
    if pairs.n_unique() == user.n_unique() == values.n_unique():
        return f"another name of {user.name}: one value for each"
    known = pairs.drop_nulls()
    if is_categorical and known.n_unique() == known["value"].n_unique():
        return f"each value is of one {user.name} alone, as that of a visit or an order is"
    return ""


def is_flag(column: pl.Series) -> bool:
    """Whether values only say yes or no."""
    if column.dtype.is_nested():
        return False
    return bool(text_of(column).drop_nulls().unique().str.to_lowercase().is_in(FLAGS).all())
