"""Aggregates: as-of, and equal to counting by hand."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from study.features.aggregates import NEIGHBOUR_HALF_LIFE, Aggregates
from study.features.attribute_features import running_modes
from study.features.neighbours import neighbour_rates
from study.features.pair_features import PairIndex
from study.features.timeline import Timeline
from tests.made import DAY, asked, day_of, made_log, random_log


def grid(log):
    users = np.repeat(np.arange(len(log.users)), len(log.catalogue))
    return users, np.tile(np.arange(len(log.catalogue)), len(log.users))


def taken(work):
    """The most bytes that some work holds at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("seed", range(8))
def test_an_index_over_the_whole_span_answers_as_one_that_ends_at_the_cutoff(seed):
    log = random_log(np.random.default_rng(seed))
    queries = asked(log, 21)
    users, candidates = grid(log)
    whole = Aggregates.of(log)

    expected = Aggregates.of(queries.log).rows(queries.local, users, candidates)
    assert np.allclose(expected, whole.rows(queries.local, users, candidates), equal_nan=True, rtol=1e-4, atol=1e-5)
    assert len(whole.names) == expected.shape[1]


@pytest.mark.parametrize("seed", range(5))
def test_pair_features_equal_counting_by_hand(seed):
    log = random_log(np.random.default_rng(seed))
    queries = asked(log, 30)
    users, candidates = grid(log)
    columns = Aggregates.of(log).columns(queries.local, users, candidates)
    today = queries.local // DAY
    before = queries.log
    for place, (user, candidate) in enumerate(zip(users, candidates, strict=True)):
        mine = before.key & (before.user == user) & (before.candidate == candidate)
        days = np.unique(before.day[mine])

        assert columns["pair_days"][place] == len(days)
        assert columns["pair_events"][place] == mine.sum()
        assert columns["pair_days_14"][place] == (days >= today - 14).sum()
        assert columns["pair_decayed_14"][place] == pytest.approx((0.5 ** ((today - days) / 14)).sum(), rel=1e-5)
        if len(days):
            assert columns["pair_age"][place] == today - days[-1]


def test_other_attributes_are_counted_whatever_they_are():
    log = made_log([("a", 0.0, "buy", "x", "red"), ("a", 1.0, "buy", "y", "red"), ("a", 2.0, "buy", "y", "blue")])
    names = Aggregates.of(log).names

    assert [name for name in names if name.startswith("colour")]
    assert not [name for name in names if name.startswith(("item", "event_type"))]


def test_the_rates_of_a_day_are_counted_once_for_all_blocks_of_users(monkeypatch):
    told, rates = [], PairIndex.rates
    monkeypatch.setattr(
        PairIndex, "rates", lambda self, day, *more: told.append((day, len(more[1]))) or rates(self, day, *more)
    )
    log = random_log(np.random.default_rng(0))
    users, candidates = grid(log)
    whole, index = Aggregates.of(log).rows(21 * DAY, users, candidates), Aggregates.of(log)
    half = len(users) // 2
    told.clear()
    blocks = [index.rows(21 * DAY, users[some], candidates[some]) for some in (slice(half), slice(half, None))]
    index.rows(28 * DAY, users, candidates)

    assert [day for day, count in told] == [21, 21, 21, 28, 28]  # of the neighbours, and of the users of each block
    assert [28] == list(index.rated)  # a worker holds those of one day
    assert np.array_equal(whole, np.concatenate(blocks), equal_nan=True)


def test_an_answer_lays_out_no_users_times_catalogue_and_no_candidates_times_values(monkeypatch):
    """Two million cells each: of so many candidates a user has acted on one, and each has one colour."""
    monkeypatch.setattr("study.features.neighbours.BLOCK", 16)
    log = made_log([(f"u{i:04d}", i % 30, "buy", f"i{i:04d}", f"c{i:04d}") for i in range(1500)])
    index, users = Aggregates.of(replace(log, sizes=log.sizes | {"colour": 1500})), np.arange(1500)
    index.rows(log.local.max() + DAY, users[:2], users[:2])

    assert taken(lambda: index.rows(log.local.max() // DAY * DAY, users, users)) < 8_000_000


def test_few_users_are_answered_without_counting_all(monkeypatch):
    """A horizon of minutes has thousands of cut-offs, each with a few users."""
    monkeypatch.setattr("study.features.aggregates.POOL", 10)
    asked_for, answered = [], Timeline.before
    monkeypatch.setattr(
        Timeline, "before", lambda self, groups, day: asked_for.append(len(groups)) or answered(self, groups, day)
    )
    log = made_log([(f"u{i:03d}", i % 30, "buy", f"i{i % 200}", "c0") for i in range(600)])
    index = Aggregates.of(log)
    index.rows(log.local.max() // DAY * DAY, np.arange(3), np.arange(3))

    assert max(asked_for) <= 10


@pytest.mark.parametrize("seed", range(5))
def test_a_mode_is_the_most_frequent_code_so_far_the_lowest_of_several(seed):
    generator = np.random.default_rng(seed)
    groups, codes = np.sort(generator.integers(0, 4, 300)).astype(np.int32), generator.integers(0, 6, 300)
    plain = [np.bincount(codes[: i + 1][groups[: i + 1] == groups[i]], minlength=6).argmax() for i in range(300)]

    assert plain == running_modes(groups, codes, 6).tolist()


def test_who_first_acts_on_the_day_of_the_cutoff_is_no_neighbour():
    rows = [(user, day, "buy", "x", None) for user, day in [("a", 1.0), ("b", 2.0), ("c", 21.5)]]
    whole = Aggregates.of(made_log(rows))
    day = int(day_of(21) // DAY)

    assert [0, 1] == whole._rated(day)[1].tolist()
    assert [0, 1, 2] == whole._rated(day + 1)[1].tolist()


def test_what_is_told_of_users_candidates_and_days_equals_counting_by_hand():
    """Purchases and looks 3, 10, 40 and 150 days before day 150, a Thursday, the 30th of May 2024."""
    bought = [("a", 147.5, "x"), ("a", 140.5, "x"), ("a", 110.5, "y"), ("b", 140.5, "x"), ("b", 0.5, "x")]
    looked = [("a", 147.5, "x"), ("a", 110.5, "x"), ("b", 110.5, "y")]
    log = made_log([(u, d, "buy", i, None) for u, d, i in bought] + [(u, d, "look", i, None) for u, d, i in looked])
    queries = asked(log, 150)
    users, candidates = grid(log)
    columns = Aggregates.of(log).columns(queries.local, users, candidates)

    def of(user, item):
        (place,) = np.flatnonzero((users == log.users.index(user)) & (candidates == log.catalogue.index(item)))
        return {name: float(np.broadcast_to(values, users.shape)[place]) for name, values in columns.items()}

    ax, by = of("a", "x"), of("b", "y")
    assert (3, 2) == (ax["weekday"], ax["day_of_month"] - 28)
    assert (2, 4 - 2 - 1) == (ax["user_key_events_28"], ax["user_other_events_28"])
    assert (2, 1) == (ax["pair_other_days"], ax["pair_other_days_7"])
    assert (1, 0) == (by["pair_other_days"], by["pair_other_days_7"])
    assert (4 * 1 / 3, 4 * 3 / 3) == pytest.approx((ax["candidate_trend_7"], ax["candidate_trend_28"]))
    # two users have acted on x, who came back after 7 and after 140 days
    assert (2, 2, 147 / 2) == (ax["candidate_buyers"], ax["candidate_days_per_buyer"], ax["candidate_gap"])
    assert 1 == by["candidate_buyers"]
    assert np.isnan(by["candidate_gap"])


def test_baskets_and_attributes_of_a_user_equal_counting_by_hand():
    """Four lines in three moments of two days; two of three lines of x are blue, which its first was not."""
    rows = [("a", 1.5, "buy", "x", "red"), ("a", 3.25, "buy", "x", "blue"), ("a", 3.75, "buy", "x", "blue")]
    log = made_log([*rows, ("a", 3.75, "buy", "y", "red")])
    asked_of = Aggregates.of(log).columns(day_of(10), np.zeros(1, np.int64), np.array([log.catalogue.index("x")]))
    found = {name: float(values[0]) for name, values in asked_of.items()}
    colour = dict(zip(["red", "blue"], log.codes["colour"][:2].tolist(), strict=True))

    assert (2, 3, 4 / 3) == (found["user_days"], found["user_moments"], found["user_basket"])
    assert 2 / 4 == found["colour_share"]
    assert 2 ** (-7 / 40) == pytest.approx(found["colour_decayed"])
    assert (colour["red"] + 2 * colour["blue"]) / 3 == pytest.approx(found["colour_pair_mean"])


def test_rhythms_shares_and_neighbours_equal_counting_by_hand():
    """Days 40, 39, 10, 7 and 5 before day 100, of which the fourth is of its weekday; a and b have one neighbour."""
    a = [("a", 60.5, "buy", "x"), ("a", 60.9, "buy", "x"), ("a", 90.5, "buy", "y"), ("a", 95.5, "look", "x")]
    b = [("b", 60.5, "buy", "x"), ("b", 61.5, "buy", "x"), ("b", 93.5, "buy", "x"), ("b", 93.7, "buy", "y")]
    log = made_log([(*row, "red") for row in a + b])
    users, items = (np.array(pairs) for pairs in ([0, 0, 1], [log.catalogue.index(item) for item in "xyx"]))
    columns = Aggregates.of(log).columns(day_of(100), users, items)
    ax, ay, bx = ({name: values[place] for name, values in columns.items()} for place in range(3))

    def decayed(half_life, *ages):
        return sum(2 ** (-age / half_life) for age in ages)

    assert (3, 1) == (bx["pair_days"], bx["pair_days_on_weekday"])
    assert (7, 39, 40, 33 / 2) == tuple(bx[f"pair_{name}"] for name in ("age", "age_of_second", "age_of_first", "gap"))
    assert [7 / (33 / 2)] * 2 == [bx["pair_recency_over_gap"], bx["pair_recency_over_candidate_gap"]]
    assert (1 / 2, 2 / 3) == (ax["pair_share_of_days"], ax["pair_share_of_events"])
    assert decayed(14, 40) / decayed(14, 40, 10) == pytest.approx(ax["pair_share_of_decayed_14"])
    assert decayed(14, 40, 10) == pytest.approx(ax["user_decayed_14"])
    assert (10, 5, 30, 2) == tuple(ax[f"user_{name}"] for name in ("age", "age_of_any", "gap", "candidates"))
    assert (7, 7, 33 / 2, 2) == tuple(bx[f"user_{name}"] for name in ("age", "age_of_any", "gap", "candidates"))
    assert (5, 4, 1, 4) == tuple(ax[f"candidate_{name}"] for name in ("events", "days", "days_7", "days_112"))
    rates = [one["neighbours_rate"] for one in (ax, ay)]
    assert [1, decayed(120, 7) / decayed(120, 40, 39, 7)] == pytest.approx(rates)
    assert decayed(120, 40) / decayed(120, 40, 10) == pytest.approx(bx["neighbours_rate"])


def test_the_neighbours_of_an_index_are_those_of_the_log_that_ends_at_the_cutoff(monkeypatch):
    """Two of eleven, at the half-life of the feature: found from the days of all pairs, or from the events anew."""
    monkeypatch.setattr("study.features.aggregates.NEIGHBOURS", 2)
    log = random_log(np.random.default_rng(4), users=12, events=300)
    queries, shape = asked(log, 30), (12, len(log.catalogue))
    found = Aggregates.of(log).columns(queries.local, *grid(log))["neighbours_rate"].reshape(shape)

    assert 12 == len(queries.users)
    np.testing.assert_allclose(neighbour_rates(queries, 2, NEIGHBOUR_HALF_LIFE).toarray(), found, atol=1e-6)
