"""*binding*: the key action depends on which colour stood at which place in one event.

A click has a colour and a place, drawn independently and uniformly. The item of a key action is, with probability
`strength`, one of the group of the pair (colour, place) of the last click, else any. The groups of the pairs are
disjoint: a colour alone leaves as many groups as there are places. Looks, which have a colour and a place too and say
nothing, follow each click on the same day and happen on other days: the trigger is never the last event, and who only
knows which colours and which places a history has, but not which stood together, cannot tell.

Oracle. At the cut-off the last click has the pair p. With w_0 the probability that no click comes before the key
action of the window (`waiting.fresh_triggers`) and s = `strength`

    P(context = q) = s * (w_0 * 1{q = p} + w_1 / pairs),

spread evenly over the group, the rest over all items. Without a click so far the first part is any item too.
"""

import numpy as np
import polars as pl

from study.params.worlds import BindingSettings
from study.seeds import seed_of
from study.worlds.diary import ITEM, PURCHASE, Diary, Floats, day_of, labels, read
from study.worlds.groups import draw_items, groups_of, spread
from study.worlds.waiting import Today, days, fresh_triggers, since_purchase

CLICK, LOOK, COLOUR, PLACE = "click", "look", "colour", "place"


def values(settings: BindingSettings) -> dict[str, list[str]]:
    """The values of each attribute."""
    items = settings.values**2 * settings.group
    return {ITEM: labels(ITEM, items), **{name: labels(name, settings.values) for name in (COLOUR, PLACE)}}


def simulate(settings: BindingSettings, seed: int) -> pl.DataFrame:
    """The log."""
    generator = np.random.default_rng(seed_of(seed, "binding"))
    groups = groups_of(settings.values**2, settings.group, seed)
    diary = Diary(labels("user", settings.users), values(settings))
    pair = np.full(settings.users, -1)
    for today in days(settings, generator):
        who = np.flatnonzero(today.triggers)
        pair[who] = generator.integers(settings.values**2, size=len(who))
        diary.write(who, today.day, 9, CLICK, colour=pair[who] // settings.values, place=pair[who] % settings.values)
        _looks(settings, diary, today, generator)
        who = np.flatnonzero(today.purchases)
        follows = generator.random(len(who)) < settings.strength
        diary.write(who, today.day, 18, PURCHASE, item=draw_items(groups, pair[who], follows, generator))
    return diary.frame(generator)


def _looks(settings: BindingSettings, diary: Diary, today: Today, generator: np.random.Generator) -> None:
    who = np.flatnonzero(today.triggers | (generator.random(settings.users) < settings.filler))
    colour, place = generator.integers(settings.values, size=(2, len(who)))
    diary.write(who, today.day, 12, LOOK, colour=colour, place=place)


def oracle(settings: BindingSettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:
    """The gains g of each user and item, float64 [Q, items]."""
    past = read(history, users, cutoff, values(settings))
    clicks = past.of(CLICK)
    pair = clicks.nth_last(clicks.codes[COLOUR] * settings.values + clicks.codes[PLACE], len(users))
    waits = fresh_triggers(settings, since_purchase(past, len(users), day_of(cutoff)), most=1)
    contexts = np.broadcast_to(waits[:, 1:] / settings.values**2, (len(users), settings.values**2)).copy()
    known = np.flatnonzero(pair >= 0)
    contexts[known, pair[known]] += waits[known, 0]
    return spread(groups_of(settings.values**2, settings.group, seed), settings.strength * contexts)
