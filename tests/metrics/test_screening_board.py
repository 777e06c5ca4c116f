import json
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from study.metrics.screening_board import windows
from study.metrics.screening_bootstrap import bootstrap_primary, bootstrap_users
from study.params.statistics import Contrast, Statistics
from study.stages.compare_who import assemble
from tests.metrics.test_screening import scored

SETTINGS = Statistics(resamples=1000, margin=0.9, who_margin=0.02, alpha=0.05)
ROSTER = {name: SimpleNamespace(family=family) for name, family in (("rule", "counting"), ("trees", "aggregates"))}
DECLARED = {
    "trees-over-counting": Contrast(question="trees", arm="who", left="best:aggregates", right="best:counting"),
    "itself": Contrast(question="trees", arm="who", left="rule", right="rule"),
}


def search(select: float) -> dict:
    trial = {"number": 0, "batch": 0, "settings": {}, "state": "complete", "curve": [[1, select]], "losses": []}
    return {"trials": [trial | {"select": select}], "chosen": 0, "space": {}, "rounds": 1, "last_round": 1}


@pytest.fixture(scope="module")
def published():
    scores = scored({"rule": 1, "trees": 3}, users=200).drop("probability")
    better = scores.with_columns(
        score=pl.when(pl.col("variant") == "trees").then(pl.col("score") + 2 * pl.col("label")).otherwise("score")
    )
    select = better.filter(pl.col("seed") == 0).drop("seed")
    searches = {"rule": search(0.1), "trees": search(0.3)}
    texts = assemble(ROSTER, searches, better, select, DECLARED, SETTINGS, 7)
    return better, {name: json.loads(text) for name, text in texts.items()}


def test_the_board_has_every_metric_of_every_variant_best_on_select_first(published):
    _, files = published
    board = files["leaderboard.json"]

    assert ["trees", "rule"] == [row["variant"] for row in board]
    assert [3, 1] == [row["seeds"] for row in board]
    for row in board:
        found = row["estimates"]
        assert {"recall@1%", "recall@5%", "recall@10%", "average_precision", "auroc", "log_loss", "ece"} == set(found)
        for metric in ("auroc", "log_loss"):
            assert found[metric]["low"] < found[metric]["estimate"] < found[metric]["high"]


def test_contrasts_name_the_variants_that_their_sides_stand_for(published):
    _, files = published
    first, itself = files["contrasts.json"]

    assert ("trees", "rule", "better") == (first["left_variant"], first["right_variant"], first["verdict"])
    assert (0, "equivalent") == (itself["effect"], itself["verdict"])


def test_each_contrast_brings_as_many_resamples_as_one_alone_has(published):
    """Of fifty the least p of three is 3 * 2 / 51, and nothing could ever be found at 0.05."""
    scores, _ = published
    declared = dict.fromkeys(("one", "another", "a third"), DECLARED["trees-over-counting"])
    few, select = SETTINGS.model_copy(update={"resamples": 50}), scores.filter(seed=0).drop("seed")
    files = assemble(ROSTER, {"rule": search(0.1), "trees": search(0.3)}, scores, select, declared, few, 7)

    assert ["better"] * 3 == [row["verdict"] for row in json.loads(files["contrasts.json"])]


def test_windows_are_counted_once_whatever_the_number_of_variants(published):
    scores, files = published
    once = scores.filter((pl.col("variant") == "rule") & (pl.col("seed") == 0))
    expected = once.group_by("cutoff").agg(pl.len(), pl.col("label").sum().alias("positives")).sort("cutoff")
    found = files["windows.json"]

    assert expected["len"].to_list() == [window["users"] for window in found["windows"]]
    assert expected["positives"].to_list() == [window["positives"] for window in found["windows"]]
    assert once["user_id"].n_unique() == found["users"]
    assert 0.02 == found["margin"]
    assert found["detectable"] > 0


def test_the_base_rate_is_the_mean_over_the_windows_however_many_users_each_has():
    """All of three who are asked in one window act, and none of those in the other."""
    scores = scored({"rule": 1}, users=20, rate=0)
    first, second = (part.with_columns(label=pl.lit(number == 0)) for number, part in enumerate(
        scores.sort("cutoff").partition_by("cutoff", maintain_order=True)))  # fmt: skip
    found = windows(pl.concat([first.head(3), second]))

    assert [1, 0] == [window["base_rate"] for window in found["windows"]]
    assert [1 / 3, None] == [window["perfect"] for window in found["windows"]]
    assert (0.5, 1 / 3) == (found["base_rate"], found["perfect"])


def test_the_calibration_error_is_the_mean_over_the_seeds(published):
    _, files = published
    errors = {name: told["errors"] for name, told in files["reliability.json"].items()}

    assert len(set(errors["trees"])) > 1
    for row in files["leaderboard.json"]:
        told = errors[row["variant"]]
        assert sum(told) / len(told) == pytest.approx(row["estimates"]["ece"]["estimate"])


def test_the_spread_has_each_seed_and_how_far_each_contrast_varies_among_users(published):
    """The mean over the seeds is the estimate; a variant does not differ from itself in any resample."""
    _, files = published
    spread = files["spread.json"]
    estimates = {row["variant"]: row["estimates"]["recall@5%"]["estimate"] for row in files["leaderboard.json"]}
    _, itself = files["contrasts.json"]

    assert {"trees": 3, "rule": 1} == {name: len(values) for name, values in spread["by_seed"].items()}
    assert estimates == pytest.approx({name: sum(found) / len(found) for name, found in spread["by_seed"].items()})
    assert 0 == spread["among_users"][itself["name"]]
    assert 1 < spread["users"] <= 200


def test_seeds_are_no_part_of_the_spread_among_users():
    """Of two variants alike but for their seeds, whose spread the bootstrap of both has besides."""
    scores = scored({"trees": 5, "rule": 1}, users=200)
    searches, bare = {"rule": search(0.1), "trees": search(0.3)}, scores.drop("probability")
    files = assemble(ROSTER, searches, bare, bare.filter(seed=0).drop("seed"), DECLARED, SETTINGS, 7)
    spread, (first, _) = (json.loads(files[name]) for name in ("spread.json", "contrasts.json"))
    whole = bootstrap_primary(scores, resamples=2000, seed=7).difference("trees", "rule")[1]
    of_users = bootstrap_users(scores, resamples=1000, seed=7).difference("trees", "rule")[1]

    assert spread["among_users"][first["name"]] == pytest.approx(np.nanstd(of_users, ddof=1))
    assert 1.05 < np.nanstd(whole) / spread["among_users"][first["name"]] < 2


def test_a_faultless_ranking_finds_no_more_than_there_is_room_for():
    scores = scored({"rule": 1}, users=100, cutoffs=1, rate=0.5)
    positives, users = scores["label"].sum(), scores.height

    assert int(0.05 * users) / positives == pytest.approx(windows(scores)["perfect"])


def test_bins_hold_every_user_of_the_first_seed(published):
    scores, files = published
    expected = scores.filter((pl.col("variant") == "trees") & (pl.col("seed") == 0)).height

    for variant, seeds in (("trees", 3), ("rule", 1)):
        found = files["reliability.json"][variant]
        assert expected == sum(one["users"] for one in found["bins"])
        assert seeds == len(found["errors"])


def test_the_headline_is_the_primary_metric(published):
    _, files = published
    by_variant = {row["variant"]: row["estimates"]["recall@5%"]["estimate"] for row in files["leaderboard.json"]}

    assert by_variant == {name: told["recall@5%"] for name, told in files["metrics.json"].items()}


def test_few_who_act_show_no_equivalence_however_many_are_eligible():
    """Of some 400 users 20 act, in both windows: two variants that rank alike might differ on more than the margin."""
    scores = scored({"rule": 1}, users=400, rate=0).drop("probability")
    acting = pl.col("user_id").is_in(scores["user_id"].unique().sort()[:20].to_list())
    one = scores.with_columns(label=acting)
    alike = pl.concat([one, one.with_columns(variant=pl.lit("trees"))])
    select = alike.drop("seed")
    files = assemble(ROSTER, {"rule": search(0.1), "trees": search(0.3)}, alike, select, DECLARED, SETTINGS, 7)
    first, itself = json.loads(files["contrasts.json"])

    assert ("undetermined", "equivalent") == (first["verdict"], itself["verdict"])


def test_few_who_act_leave_what_can_be_told():
    """Of three who act every 20th resample has none: no recall, and a difference that it says nothing of."""
    scores = scored({"rule": 1, "trees": 2}, users=60, cutoffs=1, rate=0).drop("probability")
    acting = pl.col("user_id").is_in(scores["user_id"].unique().sort()[:3].to_list())
    scores = scores.with_columns(label=acting)
    select = scores.filter(seed=0).drop("seed")
    searches = {"rule": search(0.1), "trees": search(0.3)}
    files = assemble(ROSTER, searches, scores, select, DECLARED, SETTINGS, 7)
    first, itself = json.loads(files["contrasts.json"])

    assert 0 < json.loads(files["windows.json"])["detectable"] < 1
    assert ("undetermined", "equivalent") == (first["verdict"], itself["verdict"])
