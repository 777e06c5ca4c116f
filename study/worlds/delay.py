"""*delay*: a wish is granted days later, and views of other items fill the days between.

A wish names one of B brands; the key action that it leads to comes w days later, w uniform over `waits`, and takes one
of the items of the brand's own group. A whim is a key action that takes any item; it ends an open wish. On day d, r
days after the last key action, there are in this order: a view of any item, with probability `view`; a wish, with
probability `wish`, where none is open and r + the shortest wait >= 7; a key action, where r >= 7: the wish that is due
today is granted, else a whim happens with probability `whim`. The key actions are at least seven days apart, so a
window has at most one.

What follows at once on a young wish is a whim, for no wish is granted before its shortest wait: a model that was asked
about the next moment alone has learned to disregard young wishes. In the next seven days nearly all are granted.

Oracle. A wish of age a at the cut-off, in days, is due on day w - a of the window, 0 to 6, w uniform over those of
`waits` with w >= a: a wish that was due before has been granted or ended. It is granted if no whim comes first: with
k(j) the number of days i < j of the window with r + i >= 7, on each of which one may come,

    P(granted) = mean over the w that are left of (1 - whim)^k(w - a).

The wish is due within the window, so R is not empty in any case, and the rest is a whim: any item. Without an open
wish every item is as likely: the key action of the window is a whim, or grants a wish whose brand is uniform.
"""

import numpy as np
import polars as pl

from study.events.log import Ints
from study.params.worlds import DelaySettings
from study.seeds import seed_of
from study.worlds.diary import HORIZON_DAYS, ITEM, PURCHASE, Diary, Floats, day_of, labels, read
from study.worlds.groups import draw_items, groups_of, spread
from study.worlds.waiting import NEVER, since_purchase

VIEW, WISH, BRAND = "view", "wish", "brand"


def values(settings: DelaySettings) -> dict[str, list[str]]:
    """The values of each attribute."""
    return {ITEM: labels(ITEM, settings.brands * settings.group), BRAND: labels(BRAND, settings.brands)}


def simulate(settings: DelaySettings, seed: int) -> pl.DataFrame:
    """The log."""
    generator = np.random.default_rng(seed_of(seed, "delay"))
    groups = groups_of(settings.brands, settings.group, seed)
    diary = Diary(labels("user", settings.users), values(settings), generator)
    last, due, brand = (np.full(settings.users, value) for value in (NEVER, -1, -1))
    joined = generator.integers(0, 2 * HORIZON_DAYS, settings.users)
    for day in range(settings.days):
        here = joined <= day
        who = np.flatnonzero(here & (generator.random(settings.users) < settings.view))
        diary.write(who, day, 9, VIEW, item=generator.integers(groups.size, size=len(who)))
        may_wish = here & (due < 0) & (day - last + settings.waits[0] >= HORIZON_DAYS)
        who = np.flatnonzero(may_wish & (generator.random(settings.users) < settings.wish))
        brand[who] = generator.integers(settings.brands, size=len(who))
        due[who] = day + generator.integers(settings.waits[0], settings.waits[1] + 1, size=len(who))
        diary.write(who, day, 12, WISH, brand=brand[who])
        whims = here & (day - last >= HORIZON_DAYS) & (generator.random(settings.users) < settings.whim)
        who = np.flatnonzero((due == day) | whims)
        diary.write(who, day, 18, PURCHASE, item=draw_items(groups, brand[who], due[who] == day, generator))
        last[who], due[who], brand[who] = day, -1, -1
    return diary.frame()


def oracle(settings: DelaySettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:
    """The gains g of each user and item, float64 [Q, items]."""
    past = read(history, users, cutoff, values(settings))
    today, wishes = day_of(cutoff), past.of(WISH)
    since = since_purchase(past, len(users), today)
    made, brand = wishes.nth_last(wishes.day, len(users)), wishes.nth_last(wishes.codes[BRAND], len(users))
    is_open = np.flatnonzero((made >= 0) & (made > today - since))
    contexts = np.zeros((len(users), settings.brands))
    contexts[is_open, brand[is_open]] = _granted(settings, (today - made)[is_open], since[is_open])
    return spread(groups_of(settings.brands, settings.group, seed), contexts)


def _granted(settings: DelaySettings, age: Ints, since: Ints) -> Floats:
    """P(granted) of wishes of an age, float64 [Q]; `since` is r at the first day of the window."""
    waits = np.arange(settings.waits[0], settings.waits[1] + 1)
    ahead = waits - age[:, None]
    free = np.clip(HORIZON_DAYS - since, 0, None)[:, None]  # the first day of the window on which a whim may come
    survives = (1 - settings.whim) ** np.clip(ahead - free, 0, None)
    left = ahead >= 0
    return np.asarray((survives * left).sum(axis=1) / left.sum(axis=1))
