"""Timelines answer like loops over the entries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.features.timeline import Asof, Timeline

EVENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(100, 130)), max_size=60)
GROUPS = np.arange(5)


def timeline_of(events):
    pairs = np.array(events, dtype=np.int64).reshape(-1, 2)
    return Timeline.of(pairs[:, 0], pairs[:, 1])


@given(EVENTS, st.integers(95, 140), st.integers(1, 40))
def test_windows_count_days_and_events_before_the_day(events, day, window):
    answers = Asof(timeline_of(events), GROUPS, day)

    inside = [[d for g, d in events if g == group and day - window <= d < day] for group in GROUPS]
    assert [len(days) for days in inside] == answers.events(window).tolist()
    assert [len(set(days)) for days in inside] == answers.days(window).tolist()


@given(EVENTS, st.integers(95, 140), st.sampled_from([0.5, 5.0, 120.0]))
def test_decayed_days_do_not_overflow_or_cancel(events, day, half_life):
    found = Asof(timeline_of(events), GROUPS, day).decayed(half_life)

    before = [{d for g, d in events if g == group and d < day} for group in GROUPS]
    expected = [sum(2.0 ** ((d - day) / half_life) for d in days) for days in before]
    assert expected == pytest.approx(found.tolist(), rel=1e-9)


@given(EVENTS, st.integers(95, 140))
def test_ages_are_those_of_the_last_the_second_last_and_the_first_day(events, day):
    answers = Asof(timeline_of(events), GROUPS, day)

    before = [sorted({d for g, d in events if g == group and d < day}) for group in GROUPS]
    for nth, ages in ((1, answers.age()), (2, answers.age(2))):
        assert np.array_equal(
            [day - days[-nth] if len(days) >= nth else np.nan for days in before], ages, equal_nan=True
        )
    first = [day - days[0] if days else np.nan for days in before]
    assert np.array_equal(first, answers.age_of_first(), equal_nan=True)
