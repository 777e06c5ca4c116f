"""What one window is scored with."""

import tracemalloc
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from study.events.spans import Window
from study.models.scorer import Ranking, evaluations, leading, mean_recall, rank, sample
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


class Same:
    """Every candidate has the score that it is told, whoever asks; 0 where it is told none."""

    def __init__(self, **told: float) -> None:
        self.told = told

    def scores(self, queries, candidates):
        """See `Recommender`."""
        row = [self.told.get(queries.log.catalogue[code], 0.0) for code in candidates]
        return np.tile(np.array(row, dtype=np.float32), (len(queries.users), 1))


def test_the_catalogue_is_what_occurred_before_the_cutoff_and_what_did_not_is_a_miss():
    """A candidate that was only looked at is in it, but counts for nothing where unknown ones are ordered."""
    rows = [("a", 1.0, "buy", "x", None), ("a", 29.9, "look", "z", None)]
    rows += [("a", 30.0, "buy", "new", None), ("a", 31.0, "buy", "z", None)]
    (found,) = evaluations(made_log(rows), window_queries(made_events(rows), WINDOW, QUESTION), [WINDOW])
    names = [found.queries.log.catalogue[code] for code in found.candidates]

    assert {"x": 1, "z": 0} == dict(zip(names, found.asof_popularity.tolist(), strict=True))
    assert [-1, names.index("z")] == found.relevant.codes.tolist()
    assert found.queries.log.time.max() < WINDOW.cutoff
    assert 0.5 == mean_recall(Same(), [found], 10)


def some_windows():
    """Two windows of one and of eleven queries; each user buys as many candidates as their number says."""
    early = Window((START + timedelta(days=23)).date(), day_of(23), day_of(30))
    rows = [(f"u{i:02d}", 1.0, "buy", "x", None) for i in range(12)]
    rows += [(f"u{i:02d}", 31.0, "buy", f"y{j:02d}", None) for i in range(1, 12) for j in range(i)]
    rows += [("u00", 24.0, "buy", "x", None), *(("u00", 2.0, "look", f"y{j:02d}", None) for j in range(12))]
    log, events = made_log(rows), made_events(rows)
    queries = pl.concat([window_queries(events, window, QUESTION) for window in (early, WINDOW)])
    return evaluations(log, queries, [early, WINDOW])


def test_the_mean_is_over_the_queries_of_all_windows_alike():
    """The first of all is x, which is all that is relevant to the one query of the first window."""
    assert 1 / 12 == pytest.approx(mean_recall(Same(x=1.0), some_windows(), 1))


def test_a_sampled_query_keeps_what_is_relevant_to_it():
    whole = some_windows()[1]
    whole = replace(whole, slices={"odd": whole.relevant.codes % 2 == 1})
    some, other = (sample(whole, 4, seed) for seed in (1, 2))
    sizes = [int(whole.queries.log.users[user][1:]) for user in some.queries.users]

    assert 4 == len(some.queries.users)
    assert whole is sample(whole, 11, seed=1)
    assert sizes == some.relevant.sizes.tolist() == sorted(sizes)
    assert (some.relevant.codes % 2 == 1).tolist() == some.slices["odd"].tolist()
    assert some.queries.users.tolist() == sample(whole, 4, seed=1).queries.users.tolist()
    assert some.queries.users.tolist() != other.queries.users.tolist()


def test_equal_scores_go_by_the_popularity_of_the_fit_span():
    """As of the cut-off x is the more popular one; when the model was fitted y was."""
    rows = [("a", 1.0, "buy", "x", None), ("a", 2.0, "buy", "x", None), ("a", 3.0, "buy", "y", None)]
    rows += [("a", 31.0, "buy", "y", None)]
    log = made_log(rows)
    fitted = np.array([{"x": 1, "y": 5}[name] for name in log.catalogue])
    log = replace(log, popularity=fitted)
    (found,) = evaluations(log, window_queries(made_events(rows), WINDOW, QUESTION), [WINDOW])
    (block,) = rank(Same(), found, depth=2)

    assert [1] == block.ranks.tolist()


class Nothing(Same):
    """Knows no candidate."""

    def scores(self, queries, candidates):
        """See `Recommender`."""
        return np.full((len(queries.users), len(candidates)), np.nan, dtype=np.float32)


def test_unknown_candidates_go_by_the_key_actions_before_the_cutoff_where_they_are_ranked_as_where_they_are_scored():
    """However often one was looked at."""
    rows = [("a", 1.0, "buy", "x", None), *(("a", 2.0 + day, "look", "y", None) for day in range(5))]
    rows += [("a", 31.0, "buy", "x", None)]
    (found,) = evaluations(made_log(rows), window_queries(made_events(rows), WINDOW, QUESTION), [WINDOW])
    alike = replace(found.queries.log, popularity=np.zeros(2, dtype=np.int64))
    queries = replace(found.queries, log=alike)
    (scored,), (ranked,) = rank(Nothing(), replace(found, queries=queries), 2), leading(Nothing(), queries, 2)
    names = [[alike.catalogue[code] for code in block.top[0]] for block in (scored, ranked)]

    assert [["x", "y"]] * 2 == names
