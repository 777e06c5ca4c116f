"""Aggregates: as-of, and equal to counting by hand."""

import numpy as np
import pytest

from study.features.aggregates import Aggregates
from study.features.pair_features import PairIndex
from tests.made import DAY, asked, made_log, random_log


def grid(log):
    users = np.repeat(np.arange(len(log.users)), len(log.catalogue))
    return users, np.tile(np.arange(len(log.catalogue)), len(log.users))


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
    days, rates = [], PairIndex.rates
    monkeypatch.setattr(PairIndex, "rates", lambda self, day, *more: days.append(day) or rates(self, day, *more))
    log = random_log(np.random.default_rng(0))
    users, candidates = grid(log)
    whole, index = Aggregates.of(log).rows(21 * DAY, users, candidates), Aggregates.of(log)
    half = len(users) // 2
    days.clear()
    blocks = [index.rows(21 * DAY, users[some], candidates[some]) for some in (slice(half), slice(half, None))]
    index.rows(28 * DAY, users, candidates)

    assert [21, 28] == days
    assert [28] == list(index.rated)  # a worker holds those of one day
    assert np.array_equal(whole, np.concatenate(blocks), equal_nan=True)
