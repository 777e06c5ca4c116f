"""Triggers, a pause and a key action: the calendar that *order* and *binding* share, forwards and backwards.

On day d, r days after the user's last key action, first a trigger may happen, with probability b(r) = `browse` for
r <= `browse_days` and `late` after that; then, where the pause is over (r >= 7), a key action with probability
`purchase`. Two key actions are at least seven days apart: no window has more than one, so g(c) = P(c is its item given
that there is one).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from study.events.log import Ints
from study.params.worlds import WaitingSettings
from study.worlds.diary import HORIZON_DAYS, PURCHASE, Floats, History, Mask

NEVER = -1_000_000
"""The day of the last key action of a user who had none: long ago."""


@dataclass(frozen=True)
class Today:
    """Who does what on one day: bool [U] each."""

    day: int
    triggers: Mask
    purchases: Mask


def days(settings: WaitingSettings, generator: np.random.Generator) -> Iterator[Today]:
    """The days of all users; each joins on one of the first fourteen, so that nobody keeps step with the cut-offs.

    Before that day a user has no trigger and no key action; what a world writes beside these is its own matter.
    """
    last = np.full(settings.users, NEVER)
    joined = generator.integers(0, 2 * HORIZON_DAYS, settings.users)
    for day in range(settings.days):
        here = joined <= day
        triggers = here & (generator.random(settings.users) < _browses(settings, day - last))
        purchases = here & _may_purchase(day - last) & (generator.random(settings.users) < settings.purchase)
        last = np.where(purchases, day, last)
        yield Today(day, triggers, purchases)


def _browses(settings: WaitingSettings, since: Ints) -> Floats:
    return np.where(since <= settings.browse_days, settings.browse, settings.late)


def _may_purchase(since: Ints) -> Mask:
    return since >= HORIZON_DAYS


def since_purchase(history: History, count: int, day: int) -> Ints:
    """Days from the last key action of each user to `day`, int64 [count]."""
    purchases = history.of(PURCHASE)
    last = purchases.nth_last(purchases.day, count)
    return day - np.where(last < 0, NEVER, last)


def no_new_trigger(settings: WaitingSettings, since: Ints) -> Floats:
    """P(no trigger comes before the key action of the window, given that there is one), float64 [Q].

    The forward sum over waiting times. Before day j of the window, no key action has happened with probability a(j),
    and no trigger either with k(j); a(0) = k(0) = 1. On day j a trigger leaves 1 - b(r + j) of k; then, where
    r + j >= 7, a key action ends the share h = `purchase` of both. So

        P = sum_j h k(j) (1 - b(r + j)) 1{r + j >= 7} / sum_j h a(j) 1{r + j >= 7},  j = 0..6:

    the division is the conditioning on R not empty.

    Args:
        since: days from the last key action to the first day of the window, r >= 1, int64 [Q].
    """
    waiting, untouched = np.ones(len(since)), np.ones(len(since))
    ended, ended_untouched = np.zeros(len(since)), np.zeros(len(since))
    for ahead in range(HORIZON_DAYS):
        untouched *= 1 - _browses(settings, since + ahead)
        ends = settings.purchase * _may_purchase(since + ahead)
        ended += ends * waiting
        ended_untouched += ends * untouched
        waiting *= 1 - ends
        untouched *= 1 - ends
    return ended_untouched / ended


def last_context(settings: WaitingSettings, context: Ints, since: Ints, contexts: int) -> Floats:
    """Probabilities that the item of the window follows from each context, float64 [Q, contexts].

    With w = `no_new_trigger` and s = `strength`, P(q) = s * (w * 1{q = p} + (1 - w) / contexts), where p is the context
    at the cut-off: a trigger that has not happened yet may be any. Without a context so far the first part is lost to
    any item.

    Args:
        context: at the cut-off, -1 where there is none, int64 [Q].
    """
    stays = no_new_trigger(settings, since)
    result = np.repeat((1 - stays)[:, None] / contexts, contexts, axis=1)
    known = np.flatnonzero(context >= 0)
    result[known, context[known]] += stays[known]
    return np.asarray(settings.strength * result)
