"""Horizons of minutes are stretched to days, and sessions are laid side by side, without a look ahead."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from study.errors import UserError
from study.events.clock import clock_of, on_study_clock, open_sessions, origin_of, stretched
from study.events.spans import DAY, make_spans
from study.events.split import TIME, with_candidates
from study.params.question import WhatQuestion, WhoQuestion
from tests.made import window_queries, with_young

START = datetime(2024, 5, 1, 9, tzinfo=UTC)
WINDOWS = {"stop": 1, "select": 1, "test": 2}


def what(**changes) -> WhatQuestion:
    whole = {"kind": "what", "key_action": {"event_type": ["click"]}, "candidate": ["item"], "windows": WINDOWS}
    return WhatQuestion.model_validate(whole | changes)


@pytest.fixture
def sessions():
    """120 sessions of one to six moments within an hour each, over one day."""
    generator = np.random.default_rng(3)
    rows = []
    for user in range(120):
        begin = START + timedelta(minutes=float(generator.uniform(0, 600)))
        for minute in np.sort(generator.uniform(0, 50, generator.integers(1, 7))):
            rows.append((f"s{user:03}", begin + timedelta(minutes=float(minute)), "click", f"i{generator.integers(8)}"))
    table = pl.DataFrame(rows, schema=["user_id", "timestamp", "event_type", "item"], orient="row")
    return table.cast({"timestamp": pl.Datetime("us", "UTC")}).sort("user_id", "timestamp")


def bounds(log: pl.DataFrame) -> tuple[int, int]:
    """The first and the last time of a log."""
    return log.select(TIME.min()).item(), log.select(TIME.max()).item()


def test_days_are_left_as_they_are(sessions):
    clock = clock_of(*bounds(sessions), what(horizon_days=1), "Asia/Tokyo")

    assert clock.place(sessions) is sessions
    assert "Asia/Tokyo" == clock.timezone


def test_a_horizon_of_minutes_lasts_seven_days_and_order_and_ratios_stay(sessions):
    clock = clock_of(*bounds(sessions), what(horizon_minutes=30), "Asia/Tokyo")
    before, after = (frame["timestamp"].dt.timestamp("us").to_numpy() for frame in (sessions, clock.place(sessions)))

    assert "UTC" == clock.timezone
    assert np.allclose(np.diff(after), np.diff(before) * 7 * 1440 / 30, atol=400)
    assert 30 * 60_000_000 * 336 == 7 * DAY


@pytest.fixture
def laid(sessions):
    question = what(horizon_minutes=60, sessions=True)
    log = on_study_clock(sessions, question, 0)
    spans = make_spans(log.first, log.last, log.timezone, question)
    events = with_young(with_candidates(log.events, question, "UTC", 0), question, spans.test[0].cutoff, 0)
    return question, events, spans


def test_every_window_asks_about_the_rest_of_its_own_sessions(laid, sessions):
    question, events, spans = laid
    windows = [*spans.windows_before(spans.stop[0].cutoff, spans.first), *spans.stop, *spans.select, *spans.test]
    asked = [window_queries(events, window, question) for window in windows]
    users = pl.concat(asked)["user_id"]
    several = sessions.group_by("user_id").agg(pl.col("timestamp").n_unique()).filter(pl.col("timestamp") > 1)

    assert users.n_unique() == len(users)
    assert set(users) <= set(several["user_id"])
    assert set(several["user_id"]) & set(events["user_id"]) == set(users)
    assert len(users) > several.height / 3
    for window, table in zip(windows, asked, strict=True):
        own = events.filter(pl.col("user_id").is_in(table["user_id"].to_list())).with_columns(at=TIME - window.cutoff)
        assert (
            own.group_by("user_id").agg(pl.col("at").filter(pl.col("at") < 0).max())["at"].to_list()
            == [-168] * table.height
        )
        assert own["at"].is_between(-7 * DAY, 7 * DAY).all()


def test_no_window_sees_a_session_of_a_later_group(laid, sessions):
    _, events, spans = laid
    begins = dict(sessions.group_by("user_id").agg(pl.col("timestamp").min()).iter_rows())
    for window in [*spans.stop, *spans.select, *spans.test]:
        seen = events.filter(TIME < window.cutoff)["user_id"].unique()
        later = events.filter(~pl.col("user_id").is_in(seen.to_list()))["user_id"].unique()

        assert max(begins[user] for user in seen) <= min(
            (begins[user] for user in later), default=datetime.max.replace(tzinfo=UTC)
        )


def test_no_session_of_an_earlier_group_is_seen_with_what_was_its_future(sessions):
    """By the real times: a session that goes on beyond the first cut-off of a later group is left out."""
    real = sessions.with_columns(real=TIME)
    question = what(horizon_minutes=60, sessions=True)
    log = on_study_clock(real, question, 0)
    spans = make_spans(log.first, log.last, log.timezone, question)
    placed = log.events.with_columns(at=TIME)
    windows = [*spans.windows_before(spans.stop[0].cutoff, spans.first), *spans.stop, *spans.select, *spans.test]
    checked = 0
    for window in windows:
        asks = (pl.col("at") < window.cutoff) & (pl.col("at") >= window.cutoff - 7 * DAY)
        own = placed.filter((pl.col("at").filter(asks).len() > 0).over("user_id"))
        own = own.filter((pl.col("at") == window.cutoff - 168).any().over("user_id"))  # a microsecond before, stretched
        earlier = placed.filter(pl.col("at") < window.cutoff, ~pl.col("user_id").is_in(own["user_id"].to_list()))
        if own.height and earlier.height:
            asked = own.filter(pl.col("at") < window.cutoff).group_by("user_id").agg(pl.col("real").max())["real"].min()
            assert earlier["real"].max() <= asked
            checked += 1

    assert checked > len(windows) / 2
    assert sessions["user_id"].n_unique() - log.events["user_id"].n_unique() == log.left_out > 0


def test_sessions_that_all_overlap_are_refused_in_a_line(sessions):
    first = pl.col("timestamp").min().over("user_id")
    at_once = sessions.with_columns(pl.col("timestamp") - first + START)
    told = r"\d+ of 120 sessions still go on when others, .* are asked about; .*, or leave `sessions` out, where users"
    with pytest.raises(UserError, match=told):
        on_study_clock(at_once, what(horizon_minutes=60, sessions=True), 0)


def test_who_asks_about_the_sessions_whose_cutoff_it_is(sessions):
    whole = {"kind": "who", "key_action": {"item": ["i1"]}, "eligible_days": 1, "windows": WINDOWS}
    question = WhoQuestion.model_validate(whole | {"horizon_minutes": 60, "sessions": True})
    log = on_study_clock(sessions, question, 0)
    spans = make_spans(log.first, log.last, log.timezone, question)
    derived = with_candidates(log.events, question, "UTC", 0)
    tables = [window_queries(derived, window, question) for window in [*spans.stop, *spans.select, *spans.test]]

    assert 0 < min(table.height for table in tables)
    assert pl.concat(tables)["user_id"].is_unique().all()


def test_who_is_asked_after_any_moment_of_a_session_the_last_too(sessions):
    """Else a session of several moments would be known to go on."""
    whole = {"kind": "who", "key_action": {"item": ["i1"]}, "eligible_days": 1, "windows": WINDOWS}
    question = WhoQuestion.model_validate(whole | {"horizon_minutes": 60, "sessions": True})
    origin = sessions["timestamp"].dt.timestamp("us").min() // DAY * DAY
    events = on_study_clock(sessions, question, 0).events
    week = events.select("user_id", week=(TIME - origin) // (7 * DAY))
    after = week.group_by("user_id").agg(pl.len(), after=(pl.col("week") > pl.col("week").min()).sum())

    assert {0, 1, 2} <= set(after.filter(pl.col("len") > 2)["after"])


def test_a_session_longer_than_the_horizon_is_named(sessions):
    with pytest.raises(UserError, match=r"longer than the longest session; that of user 's\d+' lasts \d+ minutes"):
        on_study_clock(sessions, what(horizon_minutes=30, sessions=True), 0)


def test_too_many_horizons_are_refused(sessions):
    late = sessions.with_columns(pl.col("timestamp").dt.offset_by("20y"))
    with pytest.raises(UserError, match="more than 20000 times horizon_minutes = 1"):
        clock_of(*bounds(pl.concat([sessions, late])), what(horizon_minutes=1), "UTC")


@pytest.mark.parametrize(
    "horizon", [{}, {"horizon_days": 1, "horizon_minutes": 5}, {"horizon_days": 1, "sessions": True}]
)
def test_a_question_has_one_horizon(horizon):
    with pytest.raises(ValueError, match="horizon_"):
        what(**horizon)


def test_minutes_are_stretched_to_the_microsecond_however_far_apart():
    """Of a million sessions side by side with a horizon of days: the product of time and minutes has 66 bits."""
    minutes, far = 8_641, 8_641 * 60_000_000 * 1_000_000 + 1

    assert [0, far * 7 * 1440 // minutes] == stretched(np.array([0, far]), 0, minutes).tolist()
    assert far * 7 * 1440 > 2**63


def test_after_which_moment_a_session_is_asked_is_drawn_by_the_seed_of_the_study(sessions):
    question = what(horizon_minutes=60, sessions=True)
    drawn = [on_study_clock(sessions, question, seed).events["timestamp"].to_list() for seed in (0, 1, 0)]

    assert drawn[0] == drawn[2] != drawn[1]


def test_a_session_that_began_a_whole_horizon_before_a_cutoff_is_over():
    """One that began later may go on: it is asked about right after what it did last."""
    cutoff = int(START.timestamp()) * 1_000_000
    begins = {"over": START - timedelta(minutes=60), "open": START - timedelta(minutes=59)}
    rows = [(user, begin + timedelta(minutes=late), "click", "x") for user, begin in begins.items() for late in (0, 20)]
    log = pl.DataFrame(rows, schema=["user_id", "timestamp", "event_type", "item"], orient="row")
    log = log.cast({"timestamp": pl.Datetime("us", "UTC")})
    found = open_sessions(log, cutoff, what(horizon_minutes=60, sessions=True), origin_of(cutoff - DAY), 0)
    last = dict(found.events.group_by("user_id").agg(TIME.max()).iter_rows())

    assert found.last - 7 * DAY // 60 // 60_000_000 == last["open"]
    assert last["over"] < found.last - 7 * DAY
