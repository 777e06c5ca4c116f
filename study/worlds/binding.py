"""*binding*: the key action depends on which colour stood at which place in one event.

A trigger is a click; it has a colour and a place, drawn independently and uniformly. The item of a key action is, with
probability `strength`, one of the group of the pair (colour, place) of the last click, else any. One of the two alone
leaves every group as likely (`groups.latin_groups`), and so every item. Looks, which have a colour and a place too and
say nothing, follow each click on the same day and happen on other days, also on those before a user joins: the trigger
is never the last event, and who only knows which colours and which places a history has, but not which stood together,
cannot tell.

Oracle. At the cut-off the last click has the pair p; a click before the key action of the window replaces it by any
other. `waiting.last_context` derives P(pair = q), which is spread evenly over the items of its group, and the rest
over all.
"""

import numpy as np
import polars as pl

from study.params.worlds import BindingSettings
from study.seeds import seed_of
from study.worlds.diary import ITEM, PURCHASE, Diary, Floats, day_of, labels, read
from study.worlds.groups import draw_items, latin_groups, spread
from study.worlds.waiting import Today, days, last_context, since_purchase

CLICK, LOOK, COLOUR, PLACE = "click", "look", "colour", "place"


def values(settings: BindingSettings) -> dict[str, list[str]]:
    """The values of each attribute."""
    items = settings.values // settings.shades * settings.group
    return {ITEM: labels(ITEM, items), **{name: labels(name, settings.values) for name in (COLOUR, PLACE)}}


def simulate(settings: BindingSettings, seed: int) -> pl.DataFrame:
    """The log."""
    generator = np.random.default_rng(seed_of(seed, "binding"))
    groups = latin_groups(settings.values, settings.shades, settings.group, seed)
    diary = Diary(labels("user", settings.users), values(settings), generator)
    pair = np.full(settings.users, -1)
    for today in days(settings, generator):
        who = np.flatnonzero(today.triggers)
        pair[who] = generator.integers(settings.values**2, size=len(who))
        diary.write(who, today.day, 9, CLICK, colour=pair[who] // settings.values, place=pair[who] % settings.values)
        _looks(settings, diary, today, generator)
        who = np.flatnonzero(today.purchases)
        follows = generator.random(len(who)) < settings.strength
        diary.write(who, today.day, 18, PURCHASE, item=draw_items(groups, pair[who], follows, generator))
    return diary.frame()


def _looks(settings: BindingSettings, diary: Diary, today: Today, generator: np.random.Generator) -> None:
    who = np.flatnonzero(today.triggers | (generator.random(settings.users) < settings.filler))
    colour, place = generator.integers(settings.values, size=(2, len(who)))
    diary.write(who, today.day, 12, LOOK, colour=colour, place=place)


def oracle(settings: BindingSettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:
    """The gains g of each user and item, float64 [Q, items]."""
    past = read(history, users, cutoff, values(settings))
    clicks = past.of(CLICK)
    pair = clicks.nth_last(clicks.codes[COLOUR] * settings.values + clicks.codes[PLACE], len(users))
    contexts = last_context(settings, pair, since_purchase(past, len(users), day_of(cutoff)), settings.values**2)
    return spread(latin_groups(settings.values, settings.shades, settings.group, seed), contexts)
