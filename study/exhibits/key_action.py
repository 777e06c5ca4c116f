"""What the key action of a question is, in the words of `params.yaml`."""

from collections.abc import Mapping

from study.events.split import LEAST_EVENTS
from study.exhibits.markup import code, isolated, listing
from study.exhibits.prose import count, percent, plural
from study.params.question import MINUTES_OF_DAY, BaseQuestion, WhatQuestion, WhoQuestion

ALL_KEY = 0.95
"""From which share of key actions on a log has hardly any other event."""


def allowed(asked: BaseQuestion) -> str:
    """Which events are key actions: "event_type is purchase and discount is coupon"."""
    return listing([f"{isolated(column)} is {isolated(values)}" for column, values in asked.told.items()])


def share_of(asked: BaseQuestion, types: Mapping[str, int]) -> float | None:
    """The share of the events that are key actions; nothing where more than the type of an event decides.

    Args:
        types: how many events of each type the log has.
    """
    kinds = asked.key_action.get("event_type")
    if len(asked.key_action) > 1 or not isinstance(kinds, list):
        return None
    return sum(types.get(kind, 0) for kind in kinds) / max(1, sum(types.values()))


def is_among_others(asked: BaseQuestion, types: Mapping[str, int]) -> bool:
    """Whether the log has more than a few events that are no key actions, which rules that count do not read."""
    share = share_of(asked, types)
    return share is None or share < ALL_KEY


def candidate(asked: BaseQuestion) -> str:
    """What is ranked: "the values of product_type (20 % of those with at least 20 events are held back)"."""
    if not isinstance(asked, WhatQuestion):
        return "users"
    columns = listing([code(column) for column in asked.candidate])
    values = f"the values of {columns}{'' if len(asked.candidate) == 1 else ' together'}"
    if not asked.held_back:
        return values
    return f"{values} ({percent(asked.held_back)} of those with at least {count(LEAST_EVENTS)} events are held back)"


def candidates(asked: BaseQuestion, catalogue: int, young: int) -> str:
    """What is ranked, how many of them there are, and how many of these were held back: a sentence."""
    held = f", and {count(young)} of them {'is' if young == 1 else 'are'} held back" if young else ""
    return f"The candidates are {candidate(asked)}: {count(catalogue)} occur before the test span{held}."


def key_action(asked: BaseQuestion) -> str:
    """What is asked of whom: a clause after "whether"."""
    told = f"takes a key action ({allowed(asked)}) within {asked.horizon}"
    if not isinstance(asked, WhoQuestion) or asked.sessions:
        return f"a user {told}"
    return f"a user who had an event in the {eligible(asked.eligible_days)} before the cut-off {told}"


def eligible(days: float) -> str:
    """The days before a cut-off in which a user needs an event, in minutes where they are no whole ones."""
    if days != round(days):
        return plural(round(days * MINUTES_OF_DAY), "minute")
    return "day" if days == 1 else plural(round(days), "day")


SHIFTED = (
    "Sessions are grouped by when they begin, and shifted so that the cut-offs of a group meet. Those that were still "
    "going on when one of a later group is asked about are left out, so that none is seen with what was its future "
    "then. What the aggregates count of others in the same group lies before the cut-offs of these, and may have come "
    "after that of the session that is asked about, by as long as the group lasts at most."
)


def clock(asked: BaseQuestion) -> list[str]:
    """How the clock of the study differs from that of the log, where it does."""
    if not asked.horizon_minutes:
        return []
    shifted = f"{SHIFTED} " if asked.sessions else ""
    return [
        f"All days and dates of this question are those of the study's clock, on which "
        f"{plural(asked.horizon_minutes, 'minute')} of the log last {plural(asked.study_days, 'day')}: windows, "
        f"half-lives and aggregates reckon in days. {shifted}"
        "Weekdays and months mean nothing there."
    ]
