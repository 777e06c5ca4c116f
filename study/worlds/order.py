"""*order*: the key action follows the last two views, in their order.

A view has one of V pages. The item of a key action is, with probability `strength`, one of the group of the context
(a, b) = (page of the view before the last, page of the last view), else any. The V * V groups are disjoint, so (b, a)
says nothing about (a, b), and a alone or b alone leaves V groups: an unordered bag is blind, a look at the last
event alone nearly so.

Oracle. At the cut-off the last pages are (a, b). If n views come before the key action, n with probability w_n
(`waiting.fresh_triggers`), its context is (a, b) for n = 0, (b, x) with x uniform for n = 1, and uniform for n >= 2. So
with s = `strength`

    P(context = (u, v)) = s * (w_0 * 1{(u, v) = (a, b)} + w_1 * 1{u = b} / V + w_2 / V^2),

spread evenly over the items of the group, and the rest over all items. A view that has not happened yet is uniform also
where the user had fewer than two: with none, n = 1 leaves an unknown context, and so any item.
"""

import numpy as np
import polars as pl

from study.events.log import Ints
from study.params.worlds import OrderSettings
from study.seeds import seed_of
from study.worlds.diary import ITEM, PURCHASE, Diary, Floats, day_of, labels, read
from study.worlds.groups import draw_items, groups_of, spread
from study.worlds.waiting import days, fresh_triggers, since_purchase

VIEW, PAGE = "view", "page"


def values(settings: OrderSettings) -> dict[str, list[str]]:
    """The values of each attribute."""
    items = settings.values**2 * settings.group
    return {ITEM: labels(ITEM, items), PAGE: labels(PAGE, settings.values)}


def simulate(settings: OrderSettings, seed: int) -> pl.DataFrame:
    """The log."""
    generator = np.random.default_rng(seed_of(seed, "order"))
    groups = groups_of(settings.values**2, settings.group, seed)
    diary = Diary(labels("user", settings.users), values(settings))
    before, last = np.full(settings.users, -1), np.full(settings.users, -1)
    for today in days(settings, generator):
        who = np.flatnonzero(today.triggers)
        before[who], last[who] = last[who], generator.integers(settings.values, size=len(who))
        diary.write(who, today.day, 9, VIEW, page=last[who])
        who = np.flatnonzero(today.purchases)
        follows = generator.random(len(who)) < settings.strength
        items = draw_items(groups, _context(settings, before[who], last[who]), follows, generator)
        diary.write(who, today.day, 18, PURCHASE, item=items)
    return diary.frame(generator)


def oracle(settings: OrderSettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:
    """The gains g of each user and item, float64 [Q, items]."""
    past = read(history, users, cutoff, values(settings))
    views = past.of(VIEW)
    before, last = (views.nth_last(views.codes[PAGE], len(users), nth) for nth in (2, 1))
    waits = fresh_triggers(settings, since_purchase(past, len(users), day_of(cutoff)), most=2)
    contexts = np.broadcast_to(waits[:, 2:] / settings.values**2, (len(users), settings.values**2)).copy()
    for page in range(settings.values):
        known = np.flatnonzero(last >= 0)
        contexts[known, last[known] * settings.values + page] += waits[known, 1] / settings.values
    both = np.flatnonzero(before >= 0)
    contexts[both, _context(settings, before[both], last[both])] += waits[both, 0]
    groups = groups_of(settings.values**2, settings.group, seed)
    return spread(groups, settings.strength * contexts)


def _context(settings: OrderSettings, before: Ints, last: Ints) -> Ints:
    return np.where((before >= 0) & (last >= 0), before * settings.values + last, -1)
