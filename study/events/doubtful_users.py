"""Users of a log that are hardly one person each: who stands for nobody, and who has a good part of all events."""

import polars as pl

from study.events.facts import BUSIEST, Facts
from study.events.nothing import ZERO, is_nobody

GIANT = 1 / BUSIEST
"""The share of all events above which a user is hardly one person where there are many."""
MANY = 300
"""Users from which on that share is fifteen times that of each, or more."""


def doubtful_users(facts: Facts, column: str) -> list[str]:
    """Ids that are written where no user is known, and users with a good part of all events, a sentence each.

    A zero is one of them where no user has more events; else it may be the first of users that are counted.

    Args:
        column: of the user, as the log calls it.
    """
    noted = facts.users.noted.sort("events", "user_id", descending=True)
    ids = noted["user_id"]
    is_counted = ids.str.contains(ZERO) & (ids != ids[0])
    nobody = is_nobody(ids) & ~is_counted
    return [*_nobodies(noted.filter(nobody), column), *_giants(noted.filter(~nobody), facts, column)]


def _nobodies(nobody: pl.DataFrame, column: str) -> list[str]:
    told = [f"'{user}' ({events:,} events)" for user, events in nobody.iter_rows()]
    verb = "is a user as any other" if len(told) == 1 else "are users as any others"
    how = "where no user is meant leave out the rows of such events"
    return [f"{column}: {' and '.join(told)} {verb}; {how}"] if told else []


def _giants(noted: pl.DataFrame, facts: Facts, column: str) -> list[str]:
    users = len(facts.users.events)
    giants = noted.filter(pl.col("events") > GIANT * facts.events)
    if users < MANY or giants.is_empty():
        return []
    told = " and ".join(f"'{user}' has {events:,}" for user, events in giants.iter_rows())
    how = "where that is no person, but a machine or whoever is not known, leave out the rows of such events"
    return [f"{column}: {told} of {facts.events:,} events of {users:,} users; {how}"]
