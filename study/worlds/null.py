"""*null*: every key action takes any item with the same probability, whatever happened before.

Oracle. Exchanging two items changes neither the law of the future nor its independence of the history, so g is the
same for all of them: (sum over c of g(c)) / items = 1 / items. The recall@10 of every ranking is 10 / items.
"""

import numpy as np
import polars as pl

from study.params.worlds import NullSettings
from study.seeds import seed_of
from study.worlds.diary import ITEM, PURCHASE, Diary, Floats, labels

VIEW = "view"


def values(settings: NullSettings) -> dict[str, list[str]]:
    """The values of each attribute."""
    return {ITEM: labels(ITEM, settings.items)}


def simulate(settings: NullSettings, seed: int) -> pl.DataFrame:
    """The log."""
    generator = np.random.default_rng(seed_of(seed, "null"))
    diary = Diary(labels("user", settings.users), values(settings), generator)
    for day in range(settings.days):
        for hour, kind, share in ((12, VIEW, settings.view), (18, PURCHASE, settings.purchase)):
            who = np.flatnonzero(generator.random(settings.users) < share)
            diary.write(who, day, hour, kind, item=generator.integers(settings.items, size=len(who)))
    return diary.frame()


def oracle(settings: NullSettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:  # noqa: ARG001 - the signature of all oracles
    """The gains g of each user and item, float64 [Q, items]."""
    return np.full((len(users), settings.items), 1 / settings.items)
