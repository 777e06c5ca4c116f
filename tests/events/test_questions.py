"""Questions beside the plain one: candidates that are held back, and users who are ranked."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from study.errors import UserError
from study.events import fold as fold_module
from study.events.card import told_of
from study.events.fold import Fold, take
from study.events.queries import queries_of
from study.events.spans import DAY, Spans, Window
from study.events.split import LEAST_EVENTS, places_of, without_young
from study.params.question import WhoQuestion, Windows
from tests.made import FEATURES, QUESTION, START, day_of, made_events, made_log, random_log, window_queries, with_young

DAY_30 = Window((START + timedelta(days=30)).date(), day_of(30), day_of(37))
YOUNG = QUESTION.model_copy(update={"held_back": 0.5})
WHO = WhoQuestion(
    kind="who",
    key_action={"event_type": ["buy"], "colour": ["red"]},
    eligible_days=28,
    horizon_days=7,
    windows=Windows(stop=1, select=1, test=1),
)


def marked(share: float, seed: int = 1, items: int = 200) -> pl.DataFrame:
    """Each item bought often enough before day 30 to be held back, but for the last; all once after it."""
    rows = [
        (f"u{i}", 1 + n, "buy", f"i{i}", None) for i in range(items) for n in range(LEAST_EVENTS - (i == items - 1))
    ]
    rows += [(f"u{i}", 31.0, "buy", f"i{i}", None) for i in range(items)]
    return with_young(made_events(rows), YOUNG.model_copy(update={"held_back": share}), day_of(30), seed)


def held(events: pl.DataFrame) -> set[str]:
    return set(events.filter("young")["candidate"])


def test_a_share_of_the_candidates_is_held_back_by_a_seeded_hash():
    assert set() == held(marked(0.0))
    assert {f"i{n}" for n in range(199)} == held(marked(0.9999999))
    assert 0.4 < len(held(marked(0.5))) / 200 < 0.6
    assert held(marked(0.2)) < held(marked(0.5))
    assert held(marked(0.5)) != held(marked(0.5, seed=2))


def test_whether_a_candidate_is_held_back_does_not_depend_on_others_or_on_test():
    whole, fewer = marked(0.5), marked(0.5, items=50)

    assert held(fewer) - {"i49"} == {name for name in held(whole) if int(name[1:]) < 49}
    assert held(whole) == held(
        with_young(
            without_young(whole, 0).filter(pl.col("timestamp") < START + timedelta(days=30)), YOUNG, day_of(30), 1
        )
    )


def test_before_the_end_of_the_fit_span_nothing_is_young_and_after_it_all_is_there():
    events = marked(0.5)
    kept = without_young(events, day_of(30))
    is_early = pl.col("timestamp") < START + timedelta(days=30)

    assert set() == held(kept.filter(is_early))
    assert held(events) == held(kept.filter(~is_early))
    assert kept.filter(~pl.col("young")).height == events.filter(~pl.col("young")).height


def test_a_query_tells_its_young_candidates_and_has_seen_none():
    rows = [("a", 1.0 + n, "buy", item, None) for item in ("x", "y") for n in range(LEAST_EVENTS)]
    rows += [("a", 31.0, "buy", "x", None), ("a", 32.0, "buy", "y", None)]
    events = made_events(rows).with_columns(young=pl.col("candidate") == "y")
    queries = window_queries(without_young(events, day_of(30)), DAY_30, YOUNG)

    assert [("a", ["x", "y"], ["x"], ["y"])] == queries.select("user_id", "relevant", "seen", "young").rows()
    assert "young" not in window_queries(events, DAY_30, QUESTION).columns


@pytest.mark.parametrize("seed", range(5))
def test_queries_are_those_found_event_by_event_where_most_candidates_are_only_looked_at(seed):
    generator = np.random.default_rng(seed)
    rows = []
    for _ in range(300):
        item, user = int(generator.integers(40)), f"u{generator.integers(12)}"
        kind = "buy" if item % 7 == 0 and generator.random() < 0.8 else "look"
        rows.append((user, float(np.round(generator.uniform(0, 37), 1)), kind, f"i{item:02}", None))
    bought = {user: [(day, item) for name, day, kind, item, _ in rows if (name, kind) == (user, "buy")]
              for user, *_ in rows}  # fmt: skip
    there = {user for user, day, *_ in rows if day < 30}
    expected = [
        (user, sorted({item for day, item in acts if day >= 30}), sorted({item for day, item in acts if day < 30}))
        for user, acts in sorted(bought.items())
        if user in there and any(day >= 30 for day, _ in acts)
    ]

    assert expected == window_queries(made_events(rows), DAY_30, QUESTION).select("user_id", "relevant", "seen").rows()


WHO_ROWS = [
    ("acts", 20.0, "look", None, None), ("acts", 31.0, "buy", "x", "red"),
    ("buys another", 29.9, "buy", "x", "blue"), ("buys another", 31.0, "buy", "x", "blue"),
    ("asleep", 1.9, "buy", "x", "red"), ("asleep", 31.0, "buy", "x", "red"),
    ("just eligible", 2.0, "buy", "x", "red"), ("just eligible", 37.0, "buy", "x", "red"),
    ("new", 30.0, "buy", "x", "red"),
]  # fmt: skip


def test_eligible_users_are_those_of_the_last_days_and_labelled_by_the_window():
    queries = window_queries(made_events(WHO_ROWS, WHO), DAY_30, WHO)

    expected = [("acts", True), ("buys another", False), ("just eligible", False)]
    assert expected == queries.select("user_id", "label").rows()


def test_training_queries_follow_the_same_law():
    log = made_log(WHO_ROWS, WHO)
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(38), FEATURES, eligible_days=28)
    users, labels = fold.asked(DAY_30)

    assert ["acts", "buys another", "just eligible"] == [log.users[user] for user in users]
    assert [1, 0, 0] == labels.sizes.tolist()
    assert [0] == np.unique(labels.codes).tolist()
    assert ["key action"] == log.catalogue
    assert [] == log.candidate_columns
    assert ["event_type", "colour"] == list(log.prompt)


@pytest.mark.parametrize("eligible", [None, 7], ids=["what", "who"])
def test_a_window_looks_at_its_own_users_alone(eligible, monkeypatch):
    """A horizon of minutes has thousands of windows, most users are there for a few of them."""
    log = made_log([(f"u{i:03d}", 20 + day, "buy", "x", None) for i in range(100) for day in (i / 5, 1 + i / 5)])
    looked, put_together = [], fold_module.sets_of
    monkeypatch.setattr(fold_module, "sets_of", lambda *given: looked.append(given[2]) or put_together(*given))
    fold = Fold(log, Spans("UTC", 1, START.date(), [], [], []), day_of(45), FEATURES, eligible_days=eligible)
    asked = [fold.asked(window) for window in fold.windows()]

    assert sum(len(users) for users, _ in asked) >= 100
    assert max(looked) <= (10 if eligible is None else 45)


@pytest.mark.parametrize("eligible", [None, 7], ids=["what", "who"])
@pytest.mark.parametrize("seed", range(4))
def test_training_queries_equal_those_found_one_by_one(eligible, seed):
    """Forty days around the end of summer time in New York, when seven days are an hour longer."""
    log, zone = random_log(np.random.default_rng(seed), users=60, events=300), ZoneInfo("America/New_York")
    time = log.time + 290 * DAY
    ahead = [
        datetime.fromtimestamp(one / 1e6, tz=zone).utcoffset() // timedelta(microseconds=1) for one in time.tolist()
    ]
    log = replace(log, time=time, local=time + ahead)
    fold = Fold(
        log,
        Spans(zone.key, 7, (START + timedelta(days=290)).date(), [], [], []),
        day_of(330),
        FEATURES,
        eligible_days=eligible,
    )
    windows = fold.windows()
    assert windows
    for window in windows:
        expected = {}
        for user in range(len(log.users)):
            mine = range(log.offsets[user], log.offsets[user + 1])
            before = [event for event in mine if time[event] < window.cutoff]
            if eligible:
                before = [event for event in before if log.local[event] >= window.local - eligible * DAY]
            inside = [event for event in mine if window.cutoff <= time[event] < window.end and log.key[event]]
            if before and (eligible or inside):
                expected[user] = sorted({int(log.candidate[event]) for event in inside})
        users, labels = fold.asked(window)

        assert expected == {user: take(labels, [row]).codes.tolist() for row, user in enumerate(users.tolist())}


def test_a_column_whose_name_goes_on_behind_a_dot_is_no_place_of_a_list():
    assert ["tags.1", "tags.12"] == places_of("tags", ["tags.1", "tags.source", "tags.12", "tags.1.x", "tag.1"])
    assert ["tags.source"] == places_of("tags.source", ["tags.1", "tags.source"])


def test_a_window_in_which_nobody_acts_is_the_users_error():
    late = Window((START + timedelta(days=20)).date(), day_of(20), day_of(27))

    with pytest.raises(UserError, match="no user with an earlier event takes a key action in it that has a candidate"):
        queries_of(made_events(WHO_ROWS), {"stop": [late]}, QUESTION)


def test_a_window_in_which_nobody_is_to_be_found_is_told_without_a_candidate():
    late = Window((START + timedelta(days=20)).date(), day_of(20), day_of(27))

    with pytest.raises(UserError, match="no user who is asked about takes the key action in it; check key_action, and"):
        queries_of(made_events(WHO_ROWS, WHO), {"stop": [late]}, WHO)


def test_who_has_no_event_before_the_midnight_of_a_cutoff_is_not_asked_there():
    """As in a log of dates, all of whose events are at midnight."""
    log = made_log([(user, day, "buy", "x", None) for user, day in [("a", 7.0), ("a", 14.0), ("b", 6.0), ("b", 7.0)]])
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(28), FEATURES)
    asked = {window.cutoff: fold.asked(window)[0].tolist() for window in fold.windows()}

    assert [log.users.index("b")] == asked[day_of(7)]
    assert [log.users.index("a")] == asked[day_of(14)]


def test_a_young_candidate_is_there_from_the_end_of_the_fit_span_itself():
    events = made_events([("a", day, "buy", "x", None) for day in (29.0, 30.0, 31.0)]).with_columns(young=True)

    assert [30, 31] == [(when - START).days for when in without_young(events, day_of(30))["timestamp"]]


def test_the_eligible_days_are_local_ones_also_where_a_clock_was_put_back():
    """Of the seven days before Tuesday, 5 November 2024, in New York one has 25 hours: they begin at 04:00 UTC."""
    zone = "America/New_York"
    window = Spans(zone, 7, START.date(), [], [], []).window(datetime(2024, 11, 5).date())
    rows = [("in", 302 + 4 / 24, "look", None, None), ("out", 302 + 3.99 / 24, "look", None, None)]
    events = made_events(rows, WHO).with_columns(
        local=pl.col("timestamp").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    )

    assert ["in"] == window_queries(events, window, WHO.model_copy(update={"eligible_days": 7}))["user_id"].to_list()


def test_no_training_window_begins_with_the_log():
    """Nobody has a history there: a window of no query would count among those that are held."""
    fold = Fold(made_log(WHO_ROWS), Spans("UTC", 7, START.date(), [], [], []), day_of(28), FEATURES)

    assert [day_of(7), day_of(14), day_of(21)] == [window.cutoff for window in fold.windows()]


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        ({"windows": Windows(stop=2, select=4, test=4)}, True),
        ({"key_action": {"event_type": ["buy", "order"]}}, False),
        ({"candidate": ["item", "colour"]}, False),
        ({"horizon_days": 14}, False),
        ({"held_back": 0.2}, False),
    ],
)
def test_a_card_tells_what_is_asked_and_not_of_which_windows(changes, is_same):
    told = told_of(QUESTION)

    assert is_same == (told == told_of(QUESTION.model_copy(update=changes)))
    assert {"kind": "what", "key_action": {"event_type": ["buy"]}, "candidate": ["item"], "horizon_days": 7} == told


def test_a_card_tells_values_in_one_order_and_of_sessions_nothing_that_is_not_used():
    orders = [{"key_action": {"event_type": types}} for types in (["order", "buy"], ["buy", "order"])]
    few, many = (
        WHO.model_copy(
            update={"horizon_days": None, "horizon_minutes": minutes, "sessions": True, "eligible_days": days}
        )
        for minutes, days in ((30, 28), (90, 1))
    )

    assert len({str(told_of(WHO.model_copy(update=order))) for order in orders}) == 1
    assert told_of(few) == told_of(many)
    assert told_of(few) != told_of(WHO)
