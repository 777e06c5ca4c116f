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
    """The days of all users; each joins on one of the first fourteen, so that nobody keeps step with the cut-offs."""
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


def fresh_triggers(settings: WaitingSettings, since: Ints, most: int) -> Floats:
    """How many triggers come before the key action of the window, given that there is one: float64 [Q, most + 1].

    The forward sum over waiting times. Let a_n(j) be the probability that before day j of the window no key action and
    n triggers happened (`most` stands for that many or more). Day j first moves b(r + j) of a_n to a_(n+1), then ends
    h = `purchase` of each where r + j >= 7. What ends with n triggers, summed over j = 0..6 and divided by the sum
    over n, is the answer: the division is the conditioning on R not empty.

    Args:
        since: days from the last key action to the first day of the window, r >= 1, int64 [Q].
    """
    alive = np.zeros((len(since), most + 1))
    alive[:, 0] = 1
    ended = np.zeros_like(alive)
    for ahead in range(HORIZON_DAYS):
        moved = alive * _browses(settings, since + ahead)[:, None]
        moved[:, most] = 0
        alive -= moved
        alive[:, 1:] += moved[:, :-1]
        ending = alive * (settings.purchase * _may_purchase(since + ahead))[:, None]
        ended += ending
        alive -= ending
    shares: Floats = ended / ended.sum(axis=1, keepdims=True)
    return shares
