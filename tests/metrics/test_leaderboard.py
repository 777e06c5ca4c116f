import numpy as np
import polars as pl
import pytest

from study.events.values import PLACES
from study.exhibits import picture
from study.metrics.bootstrap import Draws
from study.metrics.leaderboard import SHOWN, contrasts, estimate, leaderboard, recall_curves
from study.metrics.power import power
from study.params.roster import AggregateEntry, CountingEntry
from study.params.statistics import PRIMARY, PRIMARY_K, Contrast, Statistics
from study.questions import what

STATISTICS = Statistics(resamples=1000, margin=0.005, who_margin=0.02, alpha=0.05)
RULE = {"question": "categories", "arm": "main", "family": "counting"}
ROSTER = {
    "popular": CountingEntry(**RULE, rule="popularity"),
    "decay": CountingEntry(**RULE, rule="personal_decay"),
    "frequency": CountingEntry(**RULE, rule="personal_frequency"),
    "trees": AggregateEntry(question="categories", arm="main", family="aggregates", model="gbdt", loss="bce"),
}
TEST = {"popular": 0.2, "decay": 0.30, "frequency": 0.31, "trees": 0.35}
SELECT = {"popular": 0.2, "decay": 0.33, "frequency": 0.33, "trees": 0.32}


def search(select, *, rounds=1, last_round=1, space=None):
    other = {"number": 0, "select": 0.9, "state": "complete"}
    chosen = {"number": 3, "select": select, "state": "complete"}
    trials = [other, {"number": 1, "select": None, "state": "pruned"}, chosen]
    return {"space": space or {}, "trials": trials, "chosen": 3, "rounds": rounds, "last_round": last_round}


def draws(values):
    noise = np.random.default_rng(1).normal(scale=0.001, size=(1000, len(values)))
    estimates = np.array(list(values.values()))
    return Draws(list(values), estimates, estimates + noise, 10_000)


def deeper(metric):
    """What a recall is above that at ten."""
    depth = metric.removeprefix("recall@")
    return 0.01 * (int(depth) - 10) if depth.isdigit() else 0.0


def board():
    searches = {name: search(SELECT[name]) for name in ROSTER}
    searches["trees"] = search(SELECT["trees"], rounds=240, last_round=240, space={"leaves": {"options": [7, 15]}})
    every = {metric: draws({name: value + deeper(metric) for name, value in TEST.items()}) for metric in SHOWN}
    nowhere = Draws(list(TEST), np.full(4, np.nan), np.full((1000, 4), np.nan), 0)
    coverage = [
        {"variant": name, "k": k, "coverage": share} for name in ROSTER for k, share in ((10, 0.5), (10, 0.7), (1, 0.1))
    ]
    seeds = dict.fromkeys(ROSTER, 1) | {"trees": 5}
    return leaderboard(ROSTER, searches, every | {"recall@1/explore": nowhere}, seeds, coverage, 0.05)


def test_the_primary_metric_is_one_wherever_it_is_named():
    assert {"recall@10"} == {PRIMARY, what.PRIMARY, picture.METRIC}
    assert {10} == {PRIMARY_K, PLACES}


def test_best_on_select_first_ties_in_the_order_of_the_roster():
    assert ["decay", "frequency", "trees", "popular"] == [row["variant"] for row in board()]


def test_an_entry_says_what_was_tuned_and_whether_it_was_finished():
    rows = {row["variant"]: row for row in board()}

    assert (True, True, 5) == tuple(rows["trees"][key] for key in ("tuned", "unfinished", "seeds"))
    assert (False, False, 0.33) == tuple(rows["decay"][key] for key in ("tuned", "unfinished", "select"))
    assert {"estimate": pytest.approx(0.6), "low": None, "high": None} == rows["decay"]["estimates"]["coverage@10"]
    assert {"estimate": None, "low": None, "high": None} == rows["decay"]["estimates"]["recall@1/explore"]
    estimate = rows["trees"]["estimates"][PRIMARY]
    assert 0.35 - 0.0025 < estimate["low"] < estimate["estimate"] < estimate["high"] < 0.35 + 0.0025


def test_best_means_best_on_select_and_the_verdict_is_of_left_over_right():
    declared = {
        "trees-over-counting": Contrast(question="trees", left="best:aggregates", right="best:counting"),
        "frequency-over-trees": Contrast(question="counting", left="frequency", right="trees"),
    }
    first, second = contrasts(declared, board(), draws(TEST), STATISTICS)

    assert ("trees", "decay", "better") == (first["left_variant"], first["right_variant"], first["verdict"])
    assert ("best:aggregates", "best:counting") == (first["left"], first["right"])
    assert pytest.approx(0.05) == first["effect"]
    assert ("frequency-over-trees", "worse") == (second["name"], second["verdict"])
    assert [] == contrasts({}, board(), draws(TEST), STATISTICS)


def test_power_reports_what_was_best_on_select_and_what_is_out_of_reach():
    counts = {"user_id": ["x", "x", "y"], "relevant": [4, 20, 10], "repeat": [2, 10, 5], "outside": [1, 0, 0]}
    rows = [
        {"left_variant": "trees", "right_variant": "decay"},
        {"left_variant": "decay", "right_variant": "decay"},
    ]
    found = power(pl.DataFrame(counts), rows, board(), draws(TEST), STATISTICS)

    assert (3, 2, 0.3, 0.3, 0.5) == tuple(found[k] for k in ("queries", "users", "counting", "best", "repeat_share"))
    assert pytest.approx((0.25 + 0 + 0) / 3) == found["ceiling"]
    assert pytest.approx((0.75 + 0.5 + 1) / 3) == found["perfect"]
    assert pytest.approx(2.8 * 0.001 * np.sqrt(2), rel=0.1) == found["detectable"]


def test_recall_curves_have_a_point_per_depth():
    curves = recall_curves(board())

    shown = curves.filter(variant="trees")
    assert [1, 5, 10, 20, 50] == shown["k"].to_list()
    assert [0.26, 0.30, 0.35, 0.45, 0.75] == pytest.approx(shown["recall"].to_list())
    assert (shown["low"] < shown["recall"]).all() and (shown["recall"] < shown["high"]).all()
    assert ["k", "recall", "low", "high", "variant"] == curves.columns


def test_an_interval_ends_where_the_metric_does():
    """The stretch of the seeds may lead beyond: of a share no further than to 0 and to 1, of a loss at will."""
    drawn = Draws(["a"], np.array([0.5]), np.linspace(-0.5, 1.5, 1001)[:, None], 100)

    assert {"estimate": 0.5, "low": 0.0, "high": 1.0} == estimate(drawn, "a", 0.05)
    loss = estimate(drawn, "a", 0.05, most=np.inf)
    assert (0.0, 1.45) == (loss["low"], pytest.approx(loss["high"], abs=0.01))
