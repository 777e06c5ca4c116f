"""*order*: the key action follows the last two views, in their order.

A trigger is a visit of three views, seconds apart; a view has one of V pages. The item of a key action is, with
probability `strength`, one of the group of the context (a, b), the pages of the second and third view of the last
visit, else any. The V * V groups are disjoint, so (b, a) says nothing about (a, b), and a alone or b alone leaves V
groups. The first view says nothing. It is there, and the views are seconds apart, so that neither gaps nor ages in
days give away which page came last: an average over the past, even one that is told all times, sees at best which two
pages they were.

Oracle. At the cut-off the last visit has the context p; a visit before the key action of the window replaces it by any
other. `waiting.last_context` derives P(context = q), which is spread evenly over the items of its group, and the rest
over all.
"""

import numpy as np
import polars as pl

from study.events.log import Ints
from study.params.worlds import OrderSettings
from study.seeds import seed_of
from study.worlds.diary import HOUR, ITEM, PURCHASE, Diary, Floats, day_of, labels, read
from study.worlds.groups import draw_items, groups_of, spread
from study.worlds.waiting import days, last_context, since_purchase

VIEW, PAGE = "view", "page"
VIEWS, APART = 3, 60
"""Views of a visit, and the greatest number of seconds between two of them."""


def values(settings: OrderSettings) -> dict[str, list[str]]:
    """The values of each attribute."""
    items = settings.values**2 * settings.group
    return {ITEM: labels(ITEM, items), PAGE: labels(PAGE, settings.values)}


def simulate(settings: OrderSettings, seed: int) -> pl.DataFrame:
    """The log."""
    generator = np.random.default_rng(seed_of(seed, "order"))
    groups = groups_of(settings.values**2, settings.group, seed)
    diary = Diary(labels("user", settings.users), values(settings), generator)
    context = np.full(settings.users, -1)
    for today in days(settings, generator):
        who = np.flatnonzero(today.triggers)
        pages = generator.integers(settings.values, size=(VIEWS, len(who)))
        context[who] = pages[-2] * settings.values + pages[-1]
        second = generator.integers(0, HOUR - VIEWS * APART, len(who))
        for page in pages:
            second = second + generator.integers(1, APART + 1, len(who))
            diary.write(who, today.day, 9, VIEW, second, page=page)
        who = np.flatnonzero(today.purchases)
        follows = generator.random(len(who)) < settings.strength
        diary.write(who, today.day, 18, PURCHASE, item=draw_items(groups, context[who], follows, generator))
    return diary.frame()


def oracle(settings: OrderSettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:
    """The gains g of each user and item, float64 [Q, items]."""
    past = read(history, users, cutoff, values(settings))
    views = past.of(VIEW)
    before, last = (views.nth_last(views.codes[PAGE], len(users), nth) for nth in (2, 1))
    context: Ints = np.where(last >= 0, before * settings.values + last, -1)
    since = since_purchase(past, len(users), day_of(cutoff))
    contexts = last_context(settings, context, since, settings.values**2)
    return spread(groups_of(settings.values**2, settings.group, seed), contexts)
