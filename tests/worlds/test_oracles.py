"""Oracles against brute force: the simulator makes many users with the same history, and their futures are counted."""

from itertools import pairwise, product

import numpy as np
import polars as pl
import pytest

from study.events.spans import DAY
from study.params.worlds import (
    BindingSettings,
    DelaySettings,
    FrequencySettings,
    NullSettings,
    OrderSettings,
    ShopSettings,
)
from study.worlds import binding, delay, frequency, null, order, shop, waiting
from study.worlds.diary import ITEM, PURCHASE, START, Diary, read
from study.worlds.groups import groups_of

WAITS = {"browse_days": 3, "browse": 0.5, "late": 0.2, "purchase": 0.4, "strength": 0.8}
# Smaller than their rules allow, so that many users share a history.
TINY = {
    "order": (order, OrderSettings.model_construct(users=200_000, days=18, context=16, values=2, group=1, **WAITS)),
    "binding": (
        binding,
        BindingSettings.model_construct(
            users=200_000, days=18, context=16, values=2, shades=1, group=1, filler=0.1, **WAITS
        ),
    ),
    "delay": (
        delay,
        DelaySettings.model_construct(
            users=200_000, days=18, context=16, brands=2, group=2, waits=(3, 6), wish=0.3, whim=0.15, view=0.05
        ),
    ),
    "frequency": (
        frequency,
        FrequencySettings.model_construct(users=200_000, days=11, context=16, items=4, concentration=1.5, purchase=0.6),
    ),
    "null": (null, NullSettings.model_construct(users=200_000, days=10, context=16, items=3, purchase=0.5, view=0.2)),
}
EARLY = {"order": 4, "binding": 4, "delay": 9, "frequency": 4, "null": 3}
LATE = {"order": 11, "binding": 11, "delay": 11, "frequency": 4, "null": 3}
ENOUGH = 200  # users with the same history


def cutoff_at(day: int) -> int:
    return int(START.timestamp()) * 1_000_000 + day * DAY


def shares(events: pl.DataFrame, users: list[str], cutoff: int, items: list[str]) -> np.ndarray:
    """1{c in R} / |R| of each user and item, [users, items]."""
    time = pl.col("timestamp").dt.timestamp("us")
    window = events.filter((time >= cutoff) & (time < cutoff + 7 * DAY) & (pl.col("event_type") == PURCHASE))
    window = window.join(pl.DataFrame({"user_id": users, "row": np.arange(len(users))}), on="user_id")
    column = {name: code for code, name in enumerate(items)}
    relevant = np.zeros((len(users), len(items)))
    relevant[window["row"].to_numpy(), [column[name] for name in window[ITEM]]] = 1
    return relevant / relevant.sum(axis=1, keepdims=True)


def queries(events: pl.DataFrame, cutoff: int) -> list[str]:
    """Users with a history and a key action in the window."""
    time = pl.col("timestamp").dt.timestamp("us")
    before = events.filter(time < cutoff)["user_id"].unique()
    inside = events.filter((time >= cutoff) & (time < cutoff + 7 * DAY) & (pl.col("event_type") == PURCHASE))
    return sorted(set(before) & set(inside["user_id"]))


def histories(events: pl.DataFrame, users: list[str], cutoff: int) -> np.ndarray:
    """A text per user: what happened on which day, the whole of it."""
    attributes = [name for name in events.columns if name not in {"user_id", "timestamp"}]
    words = [pl.col("timestamp").dt.date().cast(pl.String), *(pl.col(name).fill_null("") for name in attributes)]
    before = events.filter(pl.col("timestamp").dt.timestamp("us") < cutoff)
    told = before.with_columns(word=pl.concat_str(words, separator="|")).sort("user_id", "timestamp")
    texts = told.group_by("user_id").agg(pl.col("word").str.join("; "))
    return (
        pl.DataFrame({"user_id": users}).join(texts, on="user_id", how="left", maintain_order="left")["word"].to_numpy()
    )


def assert_agrees(expected: np.ndarray, found: np.ndarray) -> None:
    """The mean of `found` [N, items] is `expected` [items], within five standard errors."""
    error = np.sqrt(found.var(axis=0) / len(found)) + 1e-3
    np.testing.assert_array_less(np.abs(found.mean(axis=0) - expected), 5 * error)


def answers(name: str, day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the oracle of a tiny world says of each query of a day, what came, and the histories."""
    module, settings = TINY[name]
    events, cutoff = module.simulate(settings, 3), cutoff_at(day)
    users = queries(events, cutoff)
    found = shares(events, users, cutoff, module.values(settings)[ITEM])
    return module.oracle(settings, 3, events, users, cutoff), found, histories(events, users, cutoff)


@pytest.mark.parametrize("name", TINY)
def test_users_with_one_history_have_the_future_that_the_oracle_says(name: str) -> None:
    gains, found, texts = answers(name, EARLY[name])
    order_of = np.argsort(texts.astype(str), kind="stable")
    ordered = texts[order_of]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    checked = 0
    for begin, end in pairwise([*begins, len(ordered)]):
        rows = order_of[begin:end]
        if len(rows) >= ENOUGH:
            assert_agrees(gains[rows[0]], found[rows])
            checked += 1
    assert checked >= 10


@pytest.mark.parametrize("name", TINY)
def test_each_answer_of_the_oracle_is_right_on_average(name: str) -> None:
    gains, found, _ = answers(name, LATE[name])
    for column in range(gains.shape[1]):
        rounded = np.round(gains[:, column], 3)
        for value in np.unique(rounded):
            rows = np.flatnonzero(rounded == value)
            assert_agrees(gains[rows, column].mean(keepdims=True), found[rows][:, [column]])


def test_frequency_has_windows_with_several_relevant_items_and_ranks_by_count() -> None:
    module, settings = TINY["frequency"]
    counts = np.array([[3, 1, 0, 0], [0, 0, 0, 2], [1, 1, 1, 1]])
    gains = module.gains(settings, counts)
    np.testing.assert_allclose(1, gains.sum(axis=1))
    assert gains[0, 0] > gains[0, 1] > gains[0, 2] == pytest.approx(gains[0, 3])
    np.testing.assert_allclose(0.25, gains[2])
    events = module.simulate(settings, 3)
    found = shares(events, queries(events, cutoff_at(4)), cutoff_at(4), module.values(settings)[ITEM])
    assert (found > 0).sum(axis=1).mean() > 1.5


def test_frequency_with_one_purchase_is_the_posterior_mean() -> None:
    settings = FrequencySettings.model_construct(
        users=1, days=28, context=16, items=3, concentration=3.0, purchase=1e-9
    )
    gains = frequency.gains(settings, np.array([[2, 1, 0]]))
    np.testing.assert_allclose([[3 / 6, 2 / 6, 1 / 6]], gains, rtol=1e-6)


def test_no_trigger_is_new_as_often_as_none_comes_before_the_key_action() -> None:
    """By hand: six days after a key action one day may have a trigger still, and on the next the pause is over."""
    settings = OrderSettings.model_construct(users=1, browse_days=6, browse=0.5, late=0.2, purchase=1.0)
    np.testing.assert_allclose([(1 - 0.5) * (1 - 0.2)], waiting.no_new_trigger(settings, np.array([6])))


def test_a_wish_is_granted_as_often_as_no_whim_comes_before_it() -> None:
    """By hand: made a day before the cut-off it is due on day 2, 3, 4 or 5 of the window; whims may come from day 2 on.

    So P(granted) = (1 + 1/2 + 1/4 + 1/8) / 4. The tiny world has too few whims to tell that from one day earlier.
    """
    settings = DelaySettings.model_construct(
        users=1, days=28, context=16, brands=2, group=2, waits=(3, 6), wish=0.3, whim=0.5, view=0.0
    )
    diary = Diary(["u"], delay.values(settings), np.random.default_rng(0))
    who = np.zeros(1, dtype=np.int64)
    diary.write(who, 5, 18, PURCHASE, item=who)
    diary.write(who, 9, 12, delay.WISH, brand=who + 1)
    gains = delay.oracle(settings, 3, diary.frame(), ["u"], cutoff_at(10))
    granted = (1 + 1 / 2 + 1 / 4 + 1 / 8) / 4
    wished, other = groups_of(2, 2, 3)[[1, 0]]
    np.testing.assert_allclose(granted / 2 + (1 - granted) / 4, gains[0, wished])
    np.testing.assert_allclose((1 - granted) / 4, gains[0, other])


def shop_settings(**changes: object) -> ShopSettings:
    dials = {
        "users": 20_000, "days": 28, "context": 16, "items": 30, "segments": 3, "liked": 4, "session": 0.6,
        "purchase": 0.5,
        "taste": 0.4, "binding": 0.3, "order": 0.25, "futures": 400,
    }  # fmt: skip
    return ShopSettings(**dials | changes)


def test_shop_says_on_average_what_happens() -> None:
    settings = shop_settings()
    cutoff = cutoff_at(12)
    events = shop.simulate(settings, 5)
    users = queries(events, cutoff)[:8000]
    first, second = shop.halves(settings, 5, events, users, cutoff)
    found = shares(events, users, cutoff, shop.values(settings)[ITEM])
    edges = np.quantile(first, np.linspace(0, 1, 21)[1:-1])
    band = np.searchsorted(edges, first)
    for number in range(20):  # bands of the one half, valued by the other: no answer has been chosen for its luck
        inside = band == number
        error = found[inside].std() / np.sqrt(inside.sum()) + 5e-4
        assert abs(second[inside].mean() - found[inside].mean()) < 5 * error
    assert np.quantile(first, 0.99) > 4 / settings.items


def test_shop_without_order_and_binding_is_taste_alone() -> None:
    settings = shop_settings(taste=1.0, binding=0.0, order=0.0, segments=1, liked=3, futures=4000)
    events = shop.simulate(settings, 1)
    users = queries(events, cutoff_at(12))[:20]
    gains = shop.oracle(settings, 1, events, users, cutoff_at(12))
    liked = shop.Law(settings, 1).liked[0]
    np.testing.assert_allclose(1 / 3, gains[:, liked], atol=0.03)


def test_shop_learns_nothing_of_a_user_from_the_clicks_of_another() -> None:
    """The one who bought without a click of their own drew from taste or from all items, whatever came before."""
    settings = shop_settings(users=2, segments=2)
    law, none = shop.Law(settings, 1), np.zeros(1, dtype=np.int64)
    liked_by_one = np.setdiff1d(law.liked[0], law.liked[1])[:1]
    diary = Diary(["a", "b"], shop.values(settings), np.random.default_rng(0))
    diary.write(none, 1, 12, shop.CLICKED, colour=none, element=none, place=none, words=none)
    diary.write(none + 1, 2, 9, PURCHASE, item=liked_by_one)
    found = shop.posterior(law, read(diary.frame(), diary.users, cutoff_at(3), diary.values), 2)
    rest = (1 - settings.taste) / settings.items
    taste = settings.taste / settings.liked
    np.testing.assert_allclose([[0.5, 0.5], [(taste + rest) / (taste + 2 * rest), rest / (taste + 2 * rest)]], found)


def clicked(settings: ShopSettings, *clicks: dict[str, int], bought: int | None = None) -> Diary:
    """One user with a click on each of the first days, and then perhaps a purchase."""
    diary, one = Diary(["u"], shop.values(settings), np.random.default_rng(0)), np.zeros(1, dtype=np.int64)
    for day, click in enumerate(clicks):
        diary.write(one, day, 12, shop.CLICKED, **{name: one + click.get(name, 0) for name in shop.ATTRIBUTES})
    if bought is not None:
        diary.write(one, len(clicks), 9, PURCHASE, item=one + bought)
    return diary


def test_shop_foresees_by_the_words_of_the_last_two_clicks_in_their_order() -> None:
    """By hand: each phrase has an item of its own, and every day a purchase by it and a click, of any words.

    So the first purchase is that of the phrase at the cut-off, and the others are those of chains of words from its
    second word on: all of the 5^6 chains are as likely.
    """
    settings = shop_settings(items=shop.PHRASES, taste=0.0, binding=0.0, order=1.0, session=1.0, purchase=1.0)
    settings = settings.model_copy(update={"futures": 20_000})
    item = shop.Law(settings, 1).phrases[:, 0].reshape(len(shop.WORDS), -1)
    expected = np.zeros(settings.items)
    for words in product(range(len(shop.WORDS)), repeat=6):
        relevant = {item[1, 3], *(item[pair] for pair in pairwise([3, *words]))}
        expected[list(relevant)] += 1 / len(relevant) / len(shop.WORDS) ** 6
    diary = clicked(settings, {"words": 1}, {"words": 3}, bought=int(item[1, 3]))
    gains = shop.oracle(settings, 1, diary.frame(), ["u"], cutoff_at(3))[0]

    assert item[1, 3] == gains.argmax() != item[3, 1]
    np.testing.assert_allclose(expected, gains, atol=0.004)


def test_shop_weighs_a_purchase_by_all_that_may_have_made_it() -> None:
    """By hand, of an item in the group of the phrase and not in that of the pair, which one segment of three likes."""
    settings = shop_settings()
    law = shop.Law(settings, 1)
    bought = int(np.setdiff1d(law.liked[0], law.liked[1:])[0])
    before, last = divmod(int(np.argwhere((law.phrases == bought).any(axis=1))[0, 0]), len(shop.WORDS))
    colour, place = divmod(int(np.argwhere((law.pairs != bought).all(axis=1))[0, 0]), len(shop.PLACES))
    clicks = {"words": before}, {"words": last, "colour": colour, "place": place}
    diary = clicked(settings, *clicks, bought=bought)
    found = shop.posterior(law, read(diary.frame(), diary.users, cutoff_at(3), diary.values), 1)
    phrase = (law.phrases[before * len(shop.WORDS) + last] == bought).mean()
    rest = settings.order * phrase + (1 - settings.taste - settings.binding - settings.order) / settings.items
    terms = np.array([settings.taste / settings.liked + rest, rest, rest])

    np.testing.assert_allclose([terms / terms.sum()], found)


@pytest.mark.parametrize("items", [3, 14])
def test_a_shop_with_fewer_items_than_contexts_deals_each_of_them_about_as_often(items: int) -> None:
    law = shop.Law(shop_settings(items=items, liked=2, users=50, futures=2), 1)
    often = [np.bincount(groups.ravel(), minlength=items) for groups in (law.pairs, law.phrases)]

    assert [shop.PAIRS, shop.PHRASES] == [counts.sum() for counts in often]
    assert all(np.ptp(counts) <= 1 for counts in often)
    assert shop.simulate(law.settings, 1)[ITEM].drop_nulls().n_unique() == items


@pytest.mark.parametrize("name", [*TINY, "shop"])
def test_the_oracle_reads_nothing_from_the_cutoff_on(name: str) -> None:
    module, settings = (shop, shop_settings(users=300)) if name == "shop" else TINY[name]
    settings = settings.model_copy(update={"users": 300})
    cutoff = cutoff_at(LATE.get(name, 12))
    events = module.simulate(settings, 2)
    users = queries(events, cutoff)
    whole = module.oracle(settings, 2, events, users, cutoff)
    past = events.filter(pl.col("timestamp").dt.timestamp("us") < cutoff)
    np.testing.assert_array_equal(
        whole, module.oracle(settings, 2, past.sample(fraction=1, shuffle=True, seed=1), users, cutoff)
    )
