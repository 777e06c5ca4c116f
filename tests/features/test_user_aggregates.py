import numpy as np
import pytest

from study.features.user_aggregates import UserAggregates
from tests.made import asked, day_of, made_log, random_log


def columns(rows, day):
    log = made_log(rows)
    queries = asked(log, day)
    found = UserAggregates.of(log).columns(queries.local, queries.users)
    return {
        log.users[user]: {name: values[i] for name, values in found.items()} for i, user in enumerate(queries.users)
    }


ROWS = [
    ("u", 1.1, "buy", "a", "red"),
    ("u", 1.1, "buy", "b", "red"),
    ("u", 3.2, "look", "a", "blue"),
    ("u", 21.3, "buy", "a", "red"),
    ("u", 30.0, "buy", "b", "blue"),
    ("v", 25.5, "look", "b", None),
]


def test_counts_and_ages_by_hand():
    found = columns(ROWS, 30)["u"]

    assert [0, 1, 2] == [found["key_days_7"], found["key_days_28"], found["key_days_56"]]
    assert [3, 4] == [found["days"], found["events"]]
    assert [2, 3, 2] == [found["key_days"], found["key_events"], found["key_moments_112"]]
    assert [9, 29] == [found["key_age"], found["key_age_of_second"]]
    assert 20 == found["key_gap"]
    assert 2 / 3 == pytest.approx(found["key_share_112"])
    assert 2 ** (-9 / 40) + 2 ** (-29 / 40) == pytest.approx(found["key_decayed_40"])


def test_attributes_tell_the_share_of_days_and_what_is_missing_is_not_measured():
    found = columns(ROWS, 30)
    days = [2 ** (-age / 40) for age in (29, 27, 9)]

    red = {found["u"][f"colour_{code}_share"] for code in (2, 3)}
    assert (days[0] + days[2]) / sum(days) == pytest.approx(max(red))
    assert np.isnan(found["v"]["colour_mean"])
    assert np.isnan(found["v"]["key_age"])
    assert 0 == found["v"]["key_days"]


def test_the_calendar_is_that_of_the_cutoff():
    found = columns(ROWS, 30)["u"]  # 31 January 2024, a Wednesday

    assert [2, 31, 1] == [found["weekday"], found["day_of_month"], found["month"]]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_of_the_cutoff_or_later_is_read(seed):
    log = random_log(np.random.default_rng(seed))
    whole = UserAggregates.of(log)
    for day in (8, 15, 33):
        queries = asked(log, day)

        expected = UserAggregates.of(queries.log).rows(queries.local, queries.users)
        assert np.array_equal(expected, whole.rows(queries.local, queries.users), equal_nan=True)


def test_every_column_is_named_and_none_twice():
    log = random_log(np.random.default_rng(0))
    index, queries = UserAggregates.of(log), asked(log, 20)

    assert len(set(index.names)) == index.rows(queries.local, queries.users).shape[1]
    assert day_of(20) == queries.cutoff


def test_of_late_days_of_all_users_the_share_with_a_key_action_is_told():
    """In the last four weeks two users were there on three days, on one of them with a key action."""
    found = columns(ROWS, 30)["u"]

    assert (0, 1 / 3) == (found["population_share_7"], found["population_share_28"])


def test_rhythm_and_kinds_of_events_equal_counting_by_hand():
    """190, 50 and 10 days before the cut-off, of which the first is too long ago for what is told of late."""
    rows = [("u", 10.5, "buy", "a", "red"), ("u", 150.5, "buy", "a", "blue"), ("u", 150.7, "look", "b", None)]
    log = made_log([*rows, ("u", 190.5, "look", "b", "blue")])
    queries = asked(log, 200)
    found = {name: values[0] for name, values in UserAggregates.of(log).columns(queries.local, queries.users).items()}

    def decayed(half_life, *ages):
        return pytest.approx(sum(2 ** (-age / half_life) for age in ages))

    assert (0, 1, 3, 4) == (found["events_7"], found["events_28"], found["events_112"], found["events"])
    assert (3 / 2, 10, 190, 90) == (found["events_per_day"], found["age"], found["age_of_first"], found["gap"])
    assert (1, 2, 50 / 140) == (found["key_events_112"], found["key_events"], found["key_recency_over_gap"])
    assert decayed(40, 190, 50, 10) == found["decayed_40"]
    assert decayed(120, 190, 50) == found["key_share"] * found["decayed_120"]
    assert (50, 10) == (found["event_type_2_age"], found["event_type_3_age"])  # what they are: purchases and looks
    assert decayed(40, 190, 50) == found["event_type_2_decayed"]
    assert decayed(40, 50, 10) == found["event_type_3_decayed"]
    assert log.codes["colour"][1] == found["colour_mean"]
