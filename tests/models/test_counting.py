"""Counting rules on logs that can be counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from study.events.fold import Fold
from study.events.spans import Spans
from study.features import neighbours
from study.features.vocabulary import fit_vocabulary
from study.models.counting import (
    co_occurrence,
    markov,
    personal_decay,
    personal_frequency,
    popularity,
    recent_popularity,
    tifu_knn,
)
from study.models.scorer import leading
from study.params.roster import CountingEntry
from tests.made import FEATURES, QUESTION, SPEC, START, asked, day_of, made_events, made_log, random_log

ENTRY = CountingEntry(question="what", arm="main", family="counting", rule="any")
SPANS = Spans("UTC", 7, START.date(), [], [], [])


@pytest.fixture
def log():
    return made_log(
        [
            ("a", 0.1, "buy", "milk", None),
            ("a", 0.1, "buy", "milk", None),  # the same day: one day of milk
            ("a", 0.6, "buy", "milk", None),
            ("a", 0.1, "buy", "bread", None),
            ("a", 8.0, "buy", "bread", None),
            ("a", 9.0, "look", "tea", None),
            ("b", 9.5, "buy", "tea", None),
        ]
    )


def scores(module, log, day: int, **settings):
    model = module.build(ENTRY, module.Settings(**settings))
    model.fit(Fold(log, SPANS, day_of(day), FEATURES), rounds=1, seed=0, report=lambda *_: None)
    queries = asked(log, day)
    answer = model.scores(queries, np.arange(len(log.catalogue)))
    users = [log.users[user] for user in queries.users]
    return {user: dict(zip(log.catalogue, row.tolist(), strict=True)) for user, row in zip(users, answer, strict=True)}


def test_personal_frequency_counts_distinct_days_of_key_actions(log):
    found = scores(personal_frequency, log, 10)

    assert found["a"] == {"bread": 2, "milk": 1, "tea": 0}
    assert found["b"] == {"bread": 0, "milk": 0, "tea": 1}


def test_personal_decay_halves_a_day_with_every_half_life(log):
    found = scores(personal_decay, log, 10, half_life_days=2.0)

    assert found["a"]["milk"] == pytest.approx(2 ** (-10 / 2))
    assert found["a"]["bread"] == pytest.approx(2 ** (-10 / 2) + 2 ** (-2 / 2))


def test_popularity_counts_the_days_of_all_users(log):
    assert scores(popularity, log, 10)["b"] == {"bread": 2, "milk": 1, "tea": 1}


def test_recent_popularity_looks_back_so_many_days(log):
    assert scores(recent_popularity, log, 10, days=3)["b"] == {"bread": 1, "milk": 0, "tea": 1}
    # bread was bought at the midnight that begins day 8, as in a log of dates
    assert scores(recent_popularity, log, 10, days=2)["b"] == {"bread": 1, "milk": 0, "tea": 1}
    assert scores(recent_popularity, log, 11, days=2)["b"] == {"bread": 0, "milk": 0, "tea": 1}


def test_tifu_knn_mixes_own_rates_with_those_of_the_neighbours():
    log = made_log(
        [
            ("a", 0.0, "buy", "milk", None),
            ("a", 1.0, "buy", "bread", None),
            ("b", 0.0, "buy", "milk", None),
            ("b", 0.0, "buy", "tea", None),
        ]
    )
    found = scores(tifu_knn, log, 2, half_life_days=1e9, neighbours=1, own=0.75)

    assert found["a"]["bread"] == pytest.approx(0.75 * 0.5)
    assert found["a"]["milk"] == pytest.approx(0.75 * 0.5 + 0.25 * 1)
    assert found["a"]["tea"] == pytest.approx(0.25 * 1)


def test_tifu_knn_knows_of_nothing_where_all_weights_round_to_zero():
    log = made_log([("a", 0.0, "buy", "milk", None), ("b", 399.0, "buy", "tea", None)])
    found = scores(tifu_knn, log, 400, half_life_days=2.0, neighbours=1, own=0.75)

    assert found["a"]["milk"] == 0
    assert found["a"]["tea"] == pytest.approx(0.25)
    assert found["b"]["tea"] == pytest.approx(0.75)


def test_markov_knows_of_nothing_that_follows_where_no_user_has_two_moments():
    log = made_log([("a", 0.0, "buy", "milk", None), ("b", 1.0, "buy", "tea", None)])

    assert {"a", "b"} == set(found := scores(markov, log, 2, smoothing=1.0))
    assert {0} == {score for row in found.values() for score in row.values()}


def test_co_occurrence_is_the_cosine_over_moments():
    log = made_log(
        [
            ("a", 0.0, "buy", "milk", None),
            ("a", 0.0, "buy", "bread", None),
            ("b", 0.0, "buy", "milk", None),
            ("c", 0.0, "buy", "tea", None),
        ]
    )
    found = scores(co_occurrence, log, 1, half_life_days=1e9, power=1.0)

    assert found["b"]["milk"] == pytest.approx(1)
    assert found["b"]["bread"] == pytest.approx(1 / np.sqrt(2), rel=1e-6)
    assert found["b"]["tea"] == 0


def test_markov_follows_the_last_moment():
    log = made_log(
        [
            ("a", 0.0, "buy", "milk", None),
            ("a", 1.0, "buy", "bread", None),
            ("b", 0.0, "buy", "milk", None),
            ("b", 1.0, "buy", "tea", None),
            ("b", 2.0, "buy", "milk", None),
        ]
    )
    found = scores(markov, log, 3, smoothing=1e-6, moments=1)

    assert found["b"]["bread"] == pytest.approx(0.5, rel=1e-3)
    assert found["b"]["tea"] == pytest.approx(0.5, rel=1e-3)
    assert found["a"] == pytest.approx({"milk": 1 / 3, "bread": 1 / 3, "tea": 1 / 3}, rel=1e-3)


@pytest.mark.parametrize("module", [popularity, co_occurrence, markov])
def test_a_candidate_that_comes_after_the_fit_span_is_unknown_in_a_search_as_it_is_after_a_refit(module):
    rows = [("a", 0.0, "buy", "milk", None), ("a", 1.0, "buy", "bread", None)]
    events = made_events([*rows, ("b", 8.0, "buy", "tea", None)])
    fitted = fit_vocabulary(events.filter(events["item"] != "tea"), SPEC, FEATURES, ["item"], QUESTION.fixed)
    log = fitted.encode(events)
    model = module.build(ENTRY, module.Settings())
    model.fit(Fold(log.before(day_of(7)), SPANS, day_of(7), FEATURES), rounds=1, seed=0, report=lambda *_: None)
    answer = model.scores(asked(log, 9), np.arange(len(log.catalogue)))

    assert log.catalogue[log.known :] == ["tea"]
    assert np.isnan(answer[:, log.known :]).all()
    assert not np.isnan(answer[:, : log.known]).any()


@pytest.mark.parametrize(
    ("module", "place", "counts"),
    [(recent_popularity, recent_popularity, "user_days"), (tifu_knn, neighbours, "reference_users")],
    ids=["recent popularity", "tifu-knn"],
)
def test_what_a_whole_log_says_is_counted_once_for_all_blocks_of_queries(module, place, counts, monkeypatch):
    """A block of a large catalogue has a few queries."""
    log = random_log(np.random.default_rng(0), users=12, events=200)
    model, queries = module.build(ENTRY, module.Settings()), asked(log, 30)
    (whole,) = leading(model, replace(queries, log=queries.log.before(day_of(30))), depth=3)
    counted, count = [], getattr(place, counts)
    monkeypatch.setattr(place, counts, lambda *given, **more: counted.append(given) or count(*given, **more))
    blocks = list(leading(model, queries, depth=3, cells=10))

    assert (1, 6) == (len(counted), len(blocks))
    assert np.array_equal(whole.top_scores, np.concatenate([block.top_scores for block in blocks]))


@pytest.mark.parametrize(
    ("module", "settings"),
    [(recent_popularity, [{"days": 3}, {"days": 28}]), (tifu_knn, [{"half_life_days": 1.0}, {"half_life_days": 90.0}])],
)
def test_trials_that_ask_the_same_queries_have_each_its_own_settings(module, settings):
    """What one of them has counted of the log is kept with the queries, and is not the next one's."""
    log = random_log(np.random.default_rng(5))
    fold = Fold(log, SPANS, day_of(20), FEATURES)

    def trial(told, queries):
        model = module.build(ENTRY, module.Settings(**told))
        model.fit(fold, rounds=1, seed=0, report=lambda *_: None)
        return model.scores(queries, np.arange(len(log.catalogue)))

    shared = asked(log, 20)
    first, second = (trial(told, shared) for told in settings)

    assert np.array_equal(first, trial(settings[0], asked(log, 20)), equal_nan=True)
    assert np.array_equal(second, trial(settings[1], asked(log, 20)), equal_nan=True)
    assert not np.array_equal(first, second, equal_nan=True)


def test_markov_averages_the_moments_of_the_user_alone():
    log = made_log([("a", 0.0, "buy", "milk", None), ("a", 1.0, "buy", "tea", None), ("b", 2.0, "buy", "bread", None)])

    assert scores(markov, log, 4, moments=5)["b"] == scores(markov, log, 4, moments=1)["b"]
    assert scores(markov, log, 4, moments=5)["a"] != scores(markov, log, 4, moments=1)["a"]


def test_co_occurrence_sharpens_the_cosine_and_lets_the_past_fade():
    """Two half-lives after the day; the fourth power of 1 / sqrt(2) is a quarter."""
    rows = [("a", 0.0, "buy", "milk", None), ("a", 0.0, "buy", "bread", None), ("b", 0.0, "buy", "milk", None)]
    found = scores(co_occurrence, made_log(rows), 4, half_life_days=2.0, power=4.0)

    assert found["b"] == pytest.approx({"milk": 1 / 4, "bread": 1 / 4 * 1 / 4}, rel=1e-6)


def test_tifu_knn_asks_as_many_neighbours_as_it_is_told():
    """Of b and c the former is nearer to a, who bought what they did too."""
    bought = [("a", "milk"), ("b", "milk"), ("b", "tea"), ("c", "bread")]
    log = made_log([(user, 0.0, "buy", item, None) for user, item in bought])
    one, two = (scores(tifu_knn, log, 1, half_life_days=1e9, neighbours=n, own=0.75)["a"] for n in (1, 2))

    assert one == pytest.approx({"milk": 1, "tea": 0.25, "bread": 0})
    assert two == pytest.approx({"milk": 0.75 + 0.125, "tea": 0.125, "bread": 0.125})
