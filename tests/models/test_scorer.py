"""What one window is scored with."""

from datetime import timedelta

from study.events.spans import Window
from study.models.scorer import evaluations
from tests.made import QUESTION, START, day_of, made_events, made_log, window_queries

WINDOW = Window((START + timedelta(days=30)).date(), day_of(30), day_of(37))


def test_what_the_user_had_acted_on_is_repeat_and_all_else_explore():
    rows = [("a", 1.0, "buy", "y", None), ("a", 2.0, "look", "z", None), ("b", 3.0, "buy", "x", None)]
    rows += [("a", 31.0, "buy", item, None) for item in "xyz"] + [("b", 32.0, "buy", item, None) for item in "xy"]
    queries = window_queries(made_events(rows), WINDOW, QUESTION)
    (found,) = evaluations(made_log(rows), queries, [WINDOW])

    assert [["x", "y", "z"], ["x", "y"]] == queries["relevant"].to_list()
    assert [False, True, False, True, False] == found.slices["repeat"].tolist()
    assert [True, False, True, False, True] == found.slices["explore"].tolist()
