"""Windows, queries and the order of events."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.errors import UserError
from study.events.order import sort_events
from study.events.spans import DAY, Spans, make_spans, refuse_long_warmup
from study.events.split import with_candidates
from study.params.question import WhatQuestion, Windows
from tests.made import window_queries

NEW_YORK = ZoneInfo("America/New_York")
QUESTION = WhatQuestion(
    kind="what",
    key_action={"event_type": ["buy"]},
    candidate=["item"],
    horizon_days=7,
    windows=Windows(stop=2, select=4, test=4),
)


def microseconds(when: datetime) -> int:
    return int(when.timestamp()) * 1_000_000


def test_the_windows_of_a_year_are_local_weeks_up_to_the_last_whole_day():
    first = microseconds(datetime(2017, 1, 1, 6, 53, tzinfo=NEW_YORK))
    last = microseconds(datetime(2017, 12, 31, 23, 1, tzinfo=NEW_YORK))
    spans = make_spans(first, last, "America/New_York", QUESTION)

    assert [w.day for w in spans.test] == [date(2017, 12, day) for day in (3, 10, 17, 24)]
    assert spans.select[0].day == date(2017, 11, 5)
    assert spans.stop[0].day == date(2017, 10, 22)
    assert spans.test[0].cutoff == microseconds(datetime(2017, 12, 3, tzinfo=NEW_YORK))


def test_a_window_over_the_end_of_summer_time_is_an_hour_longer():
    first = microseconds(datetime(2017, 1, 1, tzinfo=NEW_YORK))
    last = microseconds(datetime(2017, 12, 31, 23, tzinfo=NEW_YORK))
    spans = make_spans(first, last, "America/New_York", QUESTION)
    window = spans.select[0]

    assert window.end - window.cutoff == (7 * 24 + 1) * 3_600_000_000


@given(st.integers(0, 3000), st.integers(90, 900))
def test_spans_follow_each_other_without_gap_or_overlap(start, days):
    first = microseconds(datetime(2015, 1, 1, 12, tzinfo=UTC) + timedelta(days=start))
    spans = make_spans(first, first + days * 86_400_000_000, "Europe/Berlin", QUESTION)
    windows = [*spans.stop, *spans.select, *spans.test]

    assert all(a.end == b.cutoff for a, b in itertools.pairwise(windows))
    assert windows[-1].end <= first + days * 86_400_000_000
    assert Spans.of_json(spans.to_json()) == spans
    assert [w.end for w in spans.windows_before(spans.stop[0].cutoff, spans.first)][-1] == spans.stop[0].cutoff


def test_a_log_too_short_for_its_windows_is_the_users_error():
    first = microseconds(datetime(2024, 1, 1, tzinfo=UTC))

    with pytest.raises(UserError, match="horizon_days"):
        make_spans(first, first + 60 * 86_400_000_000, "UTC", QUESTION)


def test_a_warm_up_that_leaves_no_window_to_train_on_is_the_users_error():
    first = microseconds(datetime(2024, 1, 1, tzinfo=UTC))
    spans = make_spans(first, first + 200 * 86_400_000_000, "UTC", QUESTION)
    most = (spans.windows_before(spans.stop[0].cutoff, spans.first)[-1].day - spans.first).days

    refuse_long_warmup(spans, most, "asked", QUESTION)
    with pytest.raises(UserError, match=rf"features.warmup_days: {most + 1} leaves no window.* {most} is the most"):
        refuse_long_warmup(spans, most + 1, "asked", QUESTION)


@pytest.fixture
def events():
    rows = [
        ("a", "2024-03-01 10:00", "buy", "x"),
        ("a", "2024-03-09 10:00", "buy", "x"),
        ("a", "2024-03-10 00:00", "buy", "y"),
        ("a", "2024-03-16 23:59", "buy", "z"),
        ("a", "2024-03-17 00:00", "buy", "w"),
        ("b", "2024-03-11 10:00", "buy", "x"),
        ("c", "2024-03-02 10:00", "look", "x"),
        ("c", "2024-03-12 10:00", "look", "y"),
        ("d", "2024-03-02 10:00", "look", "x"),
        ("d", "2024-03-12 10:00", "buy", "x"),
        ("d", "2024-03-12 11:00", "buy", None),
        ("e", "2024-03-02 10:00", "buy", "z"),
        ("e", "2024-03-03 10:00", "look", "x"),
        ("e", "2024-03-12 10:00", "buy", "x"),
    ]
    frame = pl.DataFrame(rows, schema=["user_id", "timestamp", "event_type", "item"], orient="row")
    return frame.with_columns(pl.col("timestamp").str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", time_zone="UTC"))


def test_queries_are_users_seen_before_with_a_relevant_candidate_in_the_window(events):
    derived = with_candidates(events, QUESTION, "UTC", 0)
    spans = make_spans(0, microseconds(datetime(2024, 5, 1, tzinfo=UTC)), "UTC", QUESTION)
    queries = window_queries(derived, spans.window(date(2024, 3, 10)), QUESTION)

    assert queries.select("user_id", "relevant", "seen").rows() == [
        ("a", ["y", "z"], ["x"]),
        ("d", ["x"], []),  # looked at, which is no repeat
        ("e", ["x"], ["z"]),
    ]


@given(st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_depend_on_the_order_of_rows(random):
    times = [datetime(2024, 1, 1 + random.randrange(2), tzinfo=UTC) for _ in range(12)]
    rows = [(f"u{random.randrange(2)}", when, "buy", f"i{random.randrange(4)}") for when in times]
    frame = pl.DataFrame(rows, schema=["user_id", "timestamp", "event_type", "item"], orient="row")
    order = list(range(12))
    random.shuffle(order)
    shuffled = frame[order].select("item", "event_type", "timestamp", "user_id")

    assert sort_events(frame, 1).equals(sort_events(shuffled, 1).select(frame.columns))


def test_the_order_inside_a_moment_changes_with_the_seed():
    when = datetime(2024, 1, 1, tzinfo=UTC)
    frame = pl.DataFrame({"user_id": "u", "timestamp": when, "event_type": "buy", "item": [f"i{n}" for n in range(20)]})
    orders = {tuple(sort_events(frame, seed)["item"]) for seed in range(3)}

    assert len(orders) == 3
    assert np.all([sorted(order) == sorted(frame["item"]) for order in orders])


def test_two_horizons_to_train_on_are_the_least():
    horizons = QUESTION.windows.stop + QUESTION.windows.select + QUESTION.windows.test + 2
    first = microseconds(datetime(2017, 1, 1, tzinfo=UTC))

    with pytest.raises(UserError, match="two more to train on"):
        make_spans(first, first + (7 * horizons - 1) * DAY, "UTC", QUESTION)
    spans = make_spans(first, first + 7 * horizons * DAY, "UTC", QUESTION)
    assert 2 == len(spans.windows_before(spans.stop[0].cutoff, spans.first))
