"""What is scored of a question `who`."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl

from study.events.spans import Window
from study.metrics.bootstrap import runs_of
from study.metrics.screening_bootstrap import cutoffs_of
from study.params.question import WhoQuestion, Windows
from study.questions import who
from tests.made import START, day_of, made_events, made_log, window_queries

WHO = WhoQuestion(
    kind="who",
    key_action={"event_type": ["buy"]},
    eligible_days=28,
    horizon_days=7,
    windows=Windows(stop=1, select=1, test=1),
)
USERS = [f"u{n:02}" for n in range(40)]
ROWS = [(user, 20.0, "look", None, None) for user in USERS] + [(user, 31.0, "buy", "x", None) for user in USERS[:4]]
WINDOW = Window((START + timedelta(days=30)).date(), day_of(30), day_of(37))


class Fixed:
    """Gives each user the score that it is told."""

    def __init__(self, scores):
        self.told = scores

    def scores(self, queries, candidates):
        """See `Recommender`."""
        assert [0] == candidates.tolist()
        return np.array([[self.told.get(queries.log.users[user], 0.0)] for user in queries.users], dtype=np.float32)


def windows():
    queries = window_queries(made_events(ROWS, WHO), WINDOW, WHO)
    return who.evaluations(made_log(ROWS, WHO), queries, [WINDOW])


def test_the_primary_metric_is_recall_among_the_first_twentieth():
    assert 2 / 4 == who.primary(Fixed({"u00": 2.0, "u01": 1.0}), windows())
    assert 1 / 4 == who.primary(Fixed({"u00": 2.0, "u30": 1.0}), windows())


def test_ties_are_broken_alike_for_all_and_not_by_the_order_of_users():
    first, again = (who.score(Fixed({}), windows()[0], 0) for _ in range(2))

    assert who.headline(first) == who.headline(again) == who.primary(Fixed({}), windows())
    assert windows()[0].tie_hash.argsort().tolist() != list(range(40))


def test_every_eligible_user_is_kept_with_score_and_label():
    table = who.score(Fixed({"u07": 3.5}), windows()[0], 2)["scores"]

    assert ["user_id", "cutoff", "seed", "score", "label"] == table.columns
    assert USERS == table["user_id"].to_list()
    assert USERS[:4] == table.filter("label")["user_id"].to_list()
    assert [3.5] == table.filter(pl.col("score") > 0)["score"].to_list()
    assert {2} == set(table["seed"])


def test_a_sample_keeps_labels_with_their_users():
    whole = windows()[0]
    some = who.sample(whole, 10, seed=1)

    assert 10 == len(some.queries.users) == len(some.label)
    assert some.label.tolist() == whole.label[some.queries.users].tolist()
    assert whole is who.sample(whole, 40, seed=1)


def test_a_sample_has_a_user_who_acts_where_there_is_one():
    (whole,) = windows()
    for last in np.flatnonzero(whole.label):
        rare = replace(whole, label=np.arange(len(whole.label)) == last)

        assert 1 == who.sample(rare, 3, seed=1).label.sum()
        assert 3 == len(np.unique(who.sample(rare, 3, seed=1).queries.users))
    none = replace(whole, label=np.zeros_like(whole.label))
    assert 3 == len(who.sample(none, 3, seed=1).label)


def test_who_stands_first_among_equals_is_the_same_where_a_trial_is_chosen_and_where_test_is_resampled():
    (window,) = windows()
    table = who.score(Fixed({}), window, 0)["scores"]
    resampled = table.with_columns(pl.lit("v").alias("variant"), pl.lit(0.5).alias("probability"))
    (cutoff,) = cutoffs_of(resampled, runs_of(resampled))[1]

    assert window.tie_hash.argsort().tolist() == cutoff.orders[0].tolist()
    assert who.headline({"scores": table}) == who.primary(Fixed({}), [window])


def test_the_headline_is_the_mean_over_cutoffs_and_seeds():
    """Two of the four who act are among the first two by one seed, and none by the other, whose scores are higher."""
    (window,) = windows()
    right, wrong = {"u00": 2.0, "u01": 1.0}, {f"u{number}": 9.0 for number in range(30, 34)}
    seeds = [who.score(Fixed(told), window, seed)["scores"] for seed, told in enumerate([right, wrong])]

    assert 0.25 == who.headline({"scores": pl.concat(seeds)})


def test_another_seed_samples_other_users():
    (whole,) = windows()
    drawn = [who.sample(whole, 10, seed).queries.users.tolist() for seed in (1, 2, 1)]

    assert drawn[0] == drawn[2] != drawn[1]
