"""Fewer users to learn from: each part of a variant loses what its own family loses, for the same users."""

from dataclasses import replace

import numpy as np
import pytest

from study.diagnostics.users import FewerSources, fewer_events, fewer_queries
from study.events.fold import Fold, take
from study.models.sources import Source, Sources
from study.params import load
from study.paths import PARAMS
from tests.diagnostics.test_changes import fold_of
from tests.made import day_of, random_log
from tests.tiny import ROOT


@pytest.fixture
def whole():
    return random_log(np.random.default_rng(3), users=30, events=600, days=60)


def test_fewer_users_are_a_part_of_more_and_the_rest_has_no_event(whole):
    fold = fold_of(whole)
    half, quarter = (np.diff(fewer_events(fold, 5, share).log.offsets) > 0 for share in (0.5, 0.25))

    assert 0 < quarter.sum() < half.sum() < len(whole.users)
    assert not (quarter & ~half).any()
    assert whole.users == fewer_events(fold, 5, 0.5).log.users


def test_of_few_users_one_at_least_is_left(whole):
    fold = fold_of(whole)
    one, more = (np.flatnonzero(np.diff(fewer_events(fold, 5, share).log.offsets)) for share in (1e-9, 0.5))

    assert 1 == len(one)
    assert one[0] in more


def test_fewer_training_queries_leave_the_counts_of_all_users(whole):
    fold = fold_of(whole)
    half = fewer_queries(fold, 5, 0.5)
    learners = np.flatnonzero(np.diff(fewer_events(fold, 5, 0.5).log.offsets) > 0)
    asked_of, left = set(), set()
    for window in fold.windows():
        (users, labels), (fewer, fewer_labels) = fold.asked(window), half.asked(window)
        place = {user: row for row, user in enumerate(users)}
        for row, user in enumerate(fewer):
            np.testing.assert_array_equal(
                take(labels, np.array([place[user]])).codes, take(fewer_labels, np.array([row])).codes
            )
        asked_of, left = asked_of | set(users), left | set(fewer)

    assert half.log is fold.log
    assert left == asked_of & set(learners)
    assert 0 < len(left) < len(asked_of)


def test_what_is_told_a_hybrid_learns_from_the_events_of_the_users_whose_queries_it_learns_from(whole, monkeypatch):
    fold, seen = fold_of(whole), dict[str, Fold]()
    half, events = fewer_queries(fold, 5, 0.5), fewer_events(fold, 5, 0.5)
    monkeypatch.setattr(Sources, "fit_anew", lambda _, source, fold, __: seen.update({source.variant: fold}))
    sources = FewerSources(load(ROOT / PARAMS), "main")
    for given, variant in ((half, "sum-horizon"), (half, "lightgbm-binary"), (fold, "sum-horizon-repeat")):
        sources.fit(Source(variant=variant, settings={}, rounds=1), given, seed=1)

    alone = seen["sum-horizon"]
    assert type(alone) is Fold
    np.testing.assert_array_equal(events.log.offsets, alone.log.offsets)
    np.testing.assert_array_equal(events.log.time, alone.log.time)
    assert (half.end, half.spans, whole.users) == (alone.end, alone.spans, alone.log.users)
    assert half is seen["lightgbm-binary"]
    assert fold is seen["sum-horizon-repeat"]


def test_an_earlier_part_of_fewer_users_is_of_the_same_users(whole):
    """A hybrid fits its base a second time, on what was before its training queries."""
    half = fewer_queries(fold_of(whole), 5, 0.5)
    early = replace(half, log=half.log.before(day_of(30)), end=day_of(30), memo={})
    left, of_all = (np.flatnonzero(np.diff(log.offsets)) for log in (early.alone().log, early.log))

    assert set(left) == set(of_all) & set(np.flatnonzero(half.learners))
    assert 0 < len(left) < len(of_all)
