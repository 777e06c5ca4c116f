"""The history of a user before a cut-off, and the hidden event that is appended to it."""

from types import SimpleNamespace

import numpy as np

from study.events.spans import DAY
from study.features.sequences import event_stream
from study.nn.time import time_features
from study.training.histories import histories
from tests.made import day_of, made_log

CUTOFF = day_of(9.0)


def test_an_event_that_is_guessed_is_hidden_at_the_cutoff_and_asked_about_at_its_own_time():
    """In training a hidden event is asked about as it happens: no time has passed since."""
    log = made_log([("a", 1.0, "buy", "x", None), ("a", 3.0, "buy", "y", None), ("b", 8.0, "buy", "x", None)])
    local = CUTOFF + 3600 * 10**6
    asked = SimpleNamespace(cutoff=CUTOFF, local=local)
    before = histories(event_stream(log, None), asked, np.arange(2), 5)
    after = before.with_hidden_event()

    assert [2, 1] == before.lengths.tolist()
    assert [3, 2] == after.lengths.tolist()
    assert [[False, False, True], [False, True, False]] == after.hidden.tolist()
    np.testing.assert_allclose(after.days[[0, 1], [2, 1]], [(CUTOFF - day_of(1.0)) / DAY, (CUTOFF - day_of(8.0)) / DAY])
    np.testing.assert_array_equal(after.features[[0, 1], [2, 1]], before.query)
    np.testing.assert_array_equal(after.query, time_features(np.zeros(2, dtype=np.int64), np.full(2, local)))
    assert not np.array_equal(after.query, before.query)


def test_the_cutoff_is_told_by_the_time_since_the_last_event():
    log = made_log([("a", 1.0, "buy", "x", None), ("a", 3.0, "buy", "y", None), ("b", 8.0, "buy", "x", None)])
    told = SimpleNamespace(cutoff=CUTOFF, local=CUTOFF + 3600 * 10**6)
    found = histories(event_stream(log, None), told, np.arange(2), 5)

    np.testing.assert_array_equal(time_features(np.array([6, 1]) * DAY, np.full(2, told.local)), found.query)
    np.testing.assert_allclose([8, 1], found.since)


def test_the_gap_of_an_event_is_that_to_the_moment_before_of_its_own_user():
    """Of the first moment there is none, whenever the user before was there last."""
    rows = [("a", 1.0, "buy", "x", None), ("a", 3.0, "buy", "y", None), ("a", 3.0, "buy", "x", None)]
    log = made_log([*rows, ("b", 8.0, "buy", "x", None), ("b", 8.5, "look", "x", None)])

    assert [0, 2 * DAY, 2 * DAY, 0, DAY // 2] == event_stream(log, None).gap.tolist()
