"""Decayed counts that were computed by hand, of users who buy and look."""

from dataclasses import replace

import numpy as np
import pytest

from study.events.spans import DAY
from study.features import own_counts
from study.features.own_counts import DECAYS, OwnCounts
from tests.made import day_of, made_log, random_log

WEEK = 7 * DAY
ROWS = [
    ("a", 1.0, "buy", "x", None),
    ("a", 1.0, "buy", "x", "red"),  # the same moment
    ("a", 1.0, "buy", "y", None),
    ("a", 3.0, "look", "x", None),  # no key action
    ("a", 8.0, "buy", "x", None),
    ("b", 2.0, "buy", "y", None),
]


@pytest.fixture(scope="module")
def log():
    return made_log(ROWS)


def told(log, user: str, until: int, day: float, horizon: int = WEEK) -> dict[str, np.ndarray]:
    """The counts that one question finds, by candidate."""
    question = [np.array([value]) for value in (log.users.index(user), until, day_of(day))]
    rows, candidates, counts = OwnCounts.of(log, horizon).at(*question)
    assert set(rows.tolist()) <= {0}
    return {log.catalogue[code]: np.expm1(count) for code, count in zip(candidates, counts, strict=True)}


def decayed(*ages_in_horizons: float) -> np.ndarray:
    return np.sum([[0.5 ** (age / half_life) for half_life in DECAYS] for age in ages_in_horizons], axis=0)


def test_a_count_halves_with_each_half_life_and_equal_moments_count_once(log):
    found = told(log, "a", until=5, day=15.0)

    assert {"x", "y"} == set(found)
    assert found["x"] == pytest.approx(decayed(2, 1), rel=1e-5)  # 14 and 7 days
    assert found["y"] == pytest.approx(decayed(2), rel=1e-5)


def test_the_pasts_of_many_questions_are_weighed_some_at_a_time_with_the_same_bits(monkeypatch):
    log = random_log(np.random.default_rng(5), users=12)
    asked = np.random.default_rng(6).integers(0, len(log.users), 300)
    until = np.random.default_rng(7).integers(-1, len(log.time), 300)
    own = OwnCounts.of(log, WEEK)
    time = np.full(300, log.time.max() + WEEK)
    at_once = own.at(asked, until, time)
    weighed = []
    original = OwnCounts._weighed

    def watched(self, starts, stops, *rest):
        weighed.append(int((stops - starts).sum()))
        return original(self, starts, stops, *rest)

    monkeypatch.setattr(OwnCounts, "_weighed", watched)
    monkeypatch.setattr(own_counts, "LAID_OUT", 50)
    some_at_a_time = own.at(asked, until, time)

    assert len(weighed) > 3
    assert max(weighed) < 50 + np.diff(own.offsets).max()
    assert len(at_once[0]) > 300
    for whole, parts in zip(at_once, some_at_a_time, strict=True):
        np.testing.assert_array_equal(whole, parts)


def test_only_events_before_until_count(log):
    assert told(log, "a", until=4, day=15.0)["x"] == pytest.approx(decayed(2), rel=1e-5)
    assert {} == told(log, "a", until=0, day=15.0)
    assert {} == told(log, "a", until=-1, day=15.0)


def test_a_moment_counts_as_soon_as_its_first_event_with_the_candidate_is_past(log):
    first = int(np.flatnonzero(log.candidate[:3] == log.catalogue.index("y"))[0])

    assert ("y" in told(log, "a", until=first, day=1.0), "y" in told(log, "a", until=first + 1, day=1.0)) == (
        False,
        True,
    )


def test_another_users_past_is_not_counted(log):
    found = told(log, "b", until=6, day=9.0)

    assert {"y"} == set(found)
    assert found["y"] == pytest.approx(decayed(1), rel=1e-5)


def test_half_lives_scale_with_the_horizon(log):
    twice = told(log, "a", until=5, day=15.0, horizon=2 * WEEK)["x"]

    assert twice == pytest.approx(decayed(1, 0.5), rel=1e-5)


def test_questions_are_answered_in_their_order_each_with_its_own_until_and_time(log):
    users, until = np.array([1, 0, 0]), np.array([6, -1, 5])
    rows, candidates, counts = OwnCounts.of(log, WEEK).at(users, until, np.array([day_of(9.0)] * 3))

    assert [0, 2, 2] == rows.tolist()
    assert ["y", "x", "y"] == [log.catalogue[code] for code in candidates]
    assert np.float32 == counts.dtype
    assert (3, len(DECAYS)) == counts.shape


@pytest.mark.parametrize("seed", range(3))
def test_what_is_at_or_after_until_moves_nothing(seed):
    log = random_log(np.random.default_rng(seed))
    user, until = 2, int(log.offsets[2] + (log.offsets[3] - log.offsets[2]) // 2)
    while log.time[until] == log.time[until - 1]:
        until += 1
    later = np.arange(len(log.time)) >= until
    other = replace(log, candidate=np.where(later, (log.candidate + 1) % 5, log.candidate).astype(np.int32))
    question = np.array([user]), np.array([until]), np.array([day_of(50.0)])

    for mine, others in zip(
        OwnCounts.of(log, WEEK).at(*question), OwnCounts.of(other, WEEK).at(*question), strict=True
    ):
        assert np.array_equal(mine, others)


def test_a_log_without_key_actions_has_no_counts():
    log = made_log(ROWS)
    bare = replace(log, key=np.zeros_like(log.key))
    rows, candidates, counts = OwnCounts.of(bare, WEEK).at(*(np.array([value]) for value in (0, 5, day_of(9.0))))

    assert (0, 0, (0, len(DECAYS))) == (len(rows), len(candidates), counts.shape)
