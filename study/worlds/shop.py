"""*shop*: what a product logs: clicked, red, button, top left, "Hello"; then purchases.

On a day a session happens with probability `session`. In it first, with probability `purchase`, one key action; then
a click whose colour, element, place and words are independent and uniform. The item of a key action follows, with the
probabilities of the dials, from one of

- taste: one of the `liked` items of the user's segment, which is one of `segments`, all as likely;
- binding: one of the group of the pair (colour, place) of the last click;
- order: one of the group of the words of the last two clicks, in their order;
- nothing, or a click that has not happened yet: any item.

A window can have several key actions. The clicks inside it, on which later ones depend, are unknown at the cut-off.

Oracle. The segment is integrated out: its posterior is proportional to the product over the key actions of the history
of

    P(item | segment, clicks) = taste 1{the segment likes it} / L + binding 1{in the pair's group} / its size
                                + order 1{in the phrase's group} / its size + rest / items

with L the dial `liked`; a term whose clicks have not happened yet is 0, and its share belongs to the rest. It needs
nothing hidden. For g itself we know no closed form: the key actions of a window share its clicks. It is the
mean over `futures` futures, each drawn from the posterior on, in two halves. The top 10 by one half, valued by the
other, is worth no more than the oracle's in expectation; valued by itself, no less. Both ends are reported.
"""

from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np
import polars as pl

from study.events.log import Ints
from study.params.worlds import ShopSettings
from study.seeds import seed_of
from study.worlds.diary import HORIZON_DAYS, ITEM, PURCHASE, Diary, Floats, History, Mask, day_of, labels, read

CLICKED = "clicked"
COLOURS = ["red", "green", "blue", "yellow", "black", "white"]
ELEMENTS = ["button", "link", "banner"]
PLACES = ["top left", "top right", "centre", "bottom left", "bottom right"]
WORDS = ["Hello", "Sale", "New", "Menu", "Help"]
ATTRIBUTES = {"colour": COLOURS, "element": ELEMENTS, "place": PLACES, "words": WORDS}
PAIRS, PHRASES = len(COLOURS) * len(PLACES), len(WORDS) ** 2
BLOCK = 400_000
"""Futures drawn at a time."""


def values(settings: ShopSettings) -> dict[str, list[str]]:
    """The values of each attribute."""
    return {ITEM: labels(ITEM, settings.items), **ATTRIBUTES}


@dataclass(frozen=True)
class Law:
    """Which items a segment likes and which belong to a context; int64 [contexts, size] each."""

    settings: ShopSettings
    seed: int

    @cached_property
    def liked(self) -> Ints:
        """The items that each segment likes; segments may share some."""
        generator = np.random.default_rng(seed_of(self.seed, "shop", "liked"))
        rows = [generator.permutation(self.settings.items) for _ in range(self.settings.segments)]
        return np.array(rows, dtype=np.int64)[:, : self.settings.liked]

    @cached_property
    def pairs(self) -> Ints:
        """The groups of colours and places."""
        return self._dealt(PAIRS, "pairs")

    @cached_property
    def phrases(self) -> Ints:
        """The groups of words in their order."""
        return self._dealt(PHRASES, "phrases")

    def _dealt(self, contexts: int, name: str) -> Ints:
        """Groups of equal size that together use each item about equally often."""
        items, size = self.settings.items, ceil(self.settings.items / contexts)
        generator = np.random.default_rng(seed_of(self.seed, "shop", name))
        rounds = [generator.permutation(items) for _ in range(ceil(contexts * size / items))]
        return np.concatenate(rounds)[: contexts * size].reshape(contexts, size).astype(np.int64)


@dataclass
class Clicks:
    """The state of N users: pair of the last click, words of the last and of the one before; -1 where there is none."""

    pair: Ints
    words: Ints
    before: Ints

    @property
    def phrase(self) -> Ints:
        """The words of the last two clicks as one number, -1 where there are fewer."""
        return np.where(self.before >= 0, self.before * len(WORDS) + self.words, -1)

    def move(self, clicked: Mask, pair: Ints, words: Ints) -> None:
        """Takes in a click of those who `clicked`."""
        self.before = np.where(clicked, self.words, self.before)
        self.words = np.where(clicked, words, self.words)
        self.pair = np.where(clicked, pair, self.pair)


def _draw(law: Law, segment: Ints, clicks: Clicks, generator: np.random.Generator) -> Ints:
    """An item for each user's key action, int64 [N]."""
    settings, count = law.settings, len(segment)
    source, place = generator.random(count), generator.random(count)
    item = (place * settings.items).astype(np.int64)
    edge = 0.0
    for share, groups, context in (
        (settings.taste, law.liked, segment),
        (settings.binding, law.pairs, clicks.pair),
        (settings.order, law.phrases, clicks.phrase),
    ):
        mine = (source >= edge) & (source < edge + share) & (context >= 0)
        item[mine] = groups[context[mine], (place[mine] * groups.shape[1]).astype(np.int64)]
        edge += share
    return item


def simulate(settings: ShopSettings, seed: int) -> pl.DataFrame:
    """The log."""
    law, generator = Law(settings, seed), np.random.default_rng(seed_of(seed, "shop"))
    segment = generator.integers(settings.segments, size=settings.users)
    nothing = np.full(settings.users, -1)
    clicks = Clicks(nothing, nothing, nothing)
    diary = Diary(labels("user", settings.users), values(settings), generator)
    for day in range(settings.days):
        session = generator.random(settings.users) < settings.session
        buys = session & (generator.random(settings.users) < settings.purchase)
        who = np.flatnonzero(buys)
        diary.write(who, day, 9, PURCHASE, item=_draw(law, segment, clicks, generator)[who])
        drawn = {name: generator.integers(len(known), size=settings.users) for name, known in ATTRIBUTES.items()}
        clicks.move(session, drawn["colour"] * len(PLACES) + drawn["place"], drawn["words"])
        who = np.flatnonzero(session)
        diary.write(who, day, 12, CLICKED, **{name: codes[who] for name, codes in drawn.items()})
    return diary.frame()


def oracle(settings: ShopSettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:
    """The gains g of each user and item, float64 [Q, items]: the mean of the halves."""
    return np.asarray(halves(settings, seed, history, users, cutoff).mean(axis=0))


def halves(settings: ShopSettings, seed: int, history: pl.DataFrame, users: list[str], cutoff: int) -> Floats:
    """Two independent estimates of g, each from half of the futures; float64 [2, Q, items]."""
    law, past = Law(settings, seed), read(history, users, cutoff, values(settings))
    shares = posterior(law, past, len(users))
    state = _state(past, len(users))
    generator = np.random.default_rng(seed_of(seed, "shop", "futures", day_of(cutoff)))
    half = settings.futures // 2
    step = max(BLOCK // half, 1)
    result = np.empty((2, len(users), settings.items))
    for estimate in result:
        for begin in range(0, len(users), step):
            rows = slice(begin, min(begin + step, len(users)))
            now = Clicks(*(np.repeat(part[rows], half) for part in (state.pair, state.words, state.before)))
            ranks = generator.random((shares[rows].shape[0], half))
            segment = (ranks[..., None] > np.cumsum(shares[rows], axis=1)[:, None]).sum(axis=-1).ravel()
            taken = _window(law, np.minimum(segment, settings.segments - 1), now, generator)
            estimate[rows] = _mean_share(taken.reshape(-1, half, HORIZON_DAYS), settings.items)
    return result


def posterior(law: Law, past: History, count: int) -> Floats:
    """P(segment | history) of each user, float64 [count, segments]."""
    bought = np.flatnonzero(past.kind == PURCHASE)
    clicks, item = _clicks_before(past, bought), past.codes[ITEM][bought]
    settings = law.settings
    likes = _contains(law.liked, settings.items)[:, item].T / law.liked.shape[1]
    other = np.zeros(len(bought))
    sourced = np.zeros(len(bought))
    for share, groups, context in (
        (settings.binding, law.pairs, clicks.pair),
        (settings.order, law.phrases, clicks.phrase),
    ):
        known = context >= 0
        other += share * known * _contains(groups, settings.items)[context, item] / groups.shape[1]
        sourced += share * known
    other += (1 - settings.taste - sourced) / settings.items
    terms = np.log(settings.taste * likes + other[:, None])
    sums = np.zeros((count, settings.segments))
    np.add.at(sums, past.row[bought], terms)
    weights = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _contains(groups: Ints, items: int) -> Floats:
    """How often each group has each item, float64 [contexts, items]."""
    result = np.zeros((len(groups), items))
    np.add.at(result, (np.arange(len(groups))[:, None], groups), 1)
    return result


def _clicks_before(past: History, events: Ints) -> Clicks:
    """The state that each of some events found."""
    places = np.flatnonzero(past.kind == CLICKED)
    pair, words = (values[places] for values in _coded(past))
    nth = np.searchsorted(places, events)
    return Clicks(*(_earlier(past, places, nth - back, events, v) for back, v in ((1, pair), (1, words), (2, words))))


def _earlier(past: History, places: Ints, nth: Ints, events: Ints, values: Ints) -> Ints:
    """The value of the nth click where it belongs to the user of the event, else -1."""
    if not len(places):
        return np.full(len(events), -1)
    same = (nth >= 0) & (past.row[places[np.maximum(nth, 0)]] == past.row[events])
    return np.where(same, values[np.maximum(nth, 0)], -1)


def _coded(past: History) -> tuple[Ints, Ints]:
    return past.codes["colour"] * len(PLACES) + past.codes["place"], past.codes["words"]


def _state(past: History, count: int) -> Clicks:
    """The state of each user at the cut-off."""
    clicked = past.of(CLICKED)
    pair, words = _coded(clicked)
    return Clicks(*(clicked.nth_last(values, count, nth) for values, nth in ((pair, 1), (words, 1), (words, 2))))


def _window(law: Law, segment: Ints, clicks: Clicks, generator: np.random.Generator) -> Ints:
    """The items of the key actions of one future of each user, -1 on days without, int64 [N, 7]."""
    settings, count = law.settings, len(segment)
    taken = np.full((count, HORIZON_DAYS), -1)
    for day in range(HORIZON_DAYS):
        session = generator.random(count) < settings.session
        buys = session & (generator.random(count) < settings.purchase)
        taken[buys, day] = _draw(law, segment, clicks, generator)[buys]
        pair, words = generator.integers(PAIRS, size=count), generator.integers(len(WORDS), size=count)
        clicks.move(session, pair, words)
    return taken


def _mean_share(taken: Ints, items: int) -> Floats:
    """The mean of 1{c in R} / |R| over the futures with a key action, float64 [Q, items]; `taken` [Q, futures, 7]."""
    ordered = np.sort(taken, axis=-1)
    first = ordered >= 0
    first[..., 1:] &= ordered[..., 1:] != ordered[..., :-1]
    sizes = first.sum(axis=-1)
    row, future, day = np.nonzero(first)
    cells = row * items + ordered[row, future, day]
    sums = np.bincount(cells, weights=1 / sizes[row, future], minlength=len(taken) * items).reshape(-1, items)
    return np.asarray(sums / np.maximum((sizes > 0).sum(axis=1), 1)[:, None])
