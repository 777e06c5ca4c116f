"""What one window is scored with."""

import tracemalloc
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from study.events.spans import Window
from study.models.scorer import Ranking, evaluations
from study.questions import what
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


@pytest.fixture
def memory():
    """The most bytes that numpy and Python hold at once since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def test_users_are_found_without_room_for_the_longest_id_for_each(memory):
    log = made_log([(f"u{i:04d}", 1.0, "buy", "x", None) for i in range(1000)])
    log = replace(log, users=[*log.users[:-1], "z" * 5000])

    assert [999, 0, 17] == log.indices(pl.Series(["z" * 5000, "u0000", "u0017"])).tolist()
    assert memory() < 5_000_000


def test_the_first_candidates_of_many_queries_are_told_without_an_object_for_each(monkeypatch, memory):
    rows = [(f"u{i:04d}", day, "buy", f"x{i % 3}", None) for i in range(2000) for day in (1.0, 31.0)]
    (found,) = evaluations(made_log(rows), window_queries(made_events(rows), WINDOW, QUESTION), [WINDOW])
    first = np.random.default_rng(0).integers(0, 3, (2000, 50))
    scores = np.where(first == 0, np.nan, first).astype(np.float32)
    ranking = Ranking(rows=np.arange(2000), top=first, top_scores=scores, ranks=np.ones(2000, dtype=np.int64))
    monkeypatch.setattr(what, "rank", lambda *_, **__: [ranking])
    tracemalloc.reset_peak()
    before = memory()
    told = what.score(None, found, seed=0)["top"]

    assert memory() - before < 2_500_000
    assert [f"x{code}" for code in first[7]] == told["candidates"][7].to_list()
    assert np.array_equal(scores[7], told["scores"][7].to_numpy(), equal_nan=True)
