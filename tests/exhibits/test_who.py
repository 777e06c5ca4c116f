import json
import re
from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest

from study.errors import UserError
from study.exhibits import calibration, source, who
from study.exhibits.records import Window
from study.exhibits.results import Results
from study.params import load
from study.params.statistics import Contrast
from study.paths import REPORT
from study.stages.compare_who import assemble
from tests.exhibits.conftest import documents
from tests.metrics.test_screening import scored
from tests.metrics.test_screening_board import SETTINGS, search

FAMILIES = {"key-days": "counting", "trees": "aggregates", "sum-bce": "sequence", "sum-bpr": "sequence"}
DECLARED = {
    "trees-over-counting": Contrast(question="trees", arm="who", left="best:aggregates", right="best:counting"),
    "pairwise-over-bce": Contrast(question="loss", arm="who", left="sum-bpr", right="sum-bce"),
}


@pytest.fixture
def shown(tmp_path):
    """Results in which the trees gain `gain` on everyone else."""

    def make(gain: float, change=lambda _: None) -> Results:
        scores = scored(dict.fromkeys(FAMILIES, 2), users=600, rate=0.06).drop("probability")
        lifted = pl.col("score") + gain * pl.col("label")
        scores = scores.with_columns(score=pl.when(pl.col("variant") == "trees").then(lifted).otherwise("score"))
        roster = {name: SimpleNamespace(family=family) for name, family in FAMILIES.items()}
        searches = {name: search(0.4 if name == "trees" else 0.2) for name in FAMILIES}
        files = assemble(roster, searches, scores, scores.filter(seed=0).drop("seed"), DECLARED, SETTINGS, 7)
        change(files)
        folder, cards = tmp_path / "who", tmp_path / "data"
        folder.mkdir(exist_ok=True)
        cards.mkdir(exist_ok=True)
        (cards / "coupons.json").write_text(json.dumps(documents(load())["data.json"]), encoding="utf-8")
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return Results(tmp_path, load(), "who")

    return make


def test_the_answer_follows_the_results(shown):
    told, turned = who.answer(shown(3.0)).text, who.answer(shown(-3.0)).text

    assert "<code>trees</code> (best aggregates variant on select) is <strong>better</strong>" in told
    assert "<code>trees</code> (best aggregates variant on select) is <strong>worse</strong>" in turned
    assert "Counting alone, <code>key-days</code>, finds" in told


def test_the_answer_tells_the_estimate_of_the_best_on_select(shown):
    results = shown(3.0)
    found = results.leaderboard[0].estimates["recall@5%"].estimate

    assert f"{100 * found:.1f}".rstrip("0").rstrip(".") + " % of those who do" in who.answer(results).text


def test_a_limit_is_told_where_not_all_could_be_found(shown):
    def all_fit(files):
        told = json.loads(files["windows.json"])
        files["windows.json"] = json.dumps(told | {"perfect": 1.0, "windows": told["windows"][:1]})

    assert "No ranking could find more than" in who.answer(shown(3.0)).text
    assert "No ranking could find more than" not in who.answer(shown(3.0, all_fit)).text
    assert "eligible in the only test window; " in who.windows(shown(3.0, all_fit)).text


def test_an_interval_without_width_is_not_told_as_one(shown):
    """Where nobody is found no draw of users finds one; that says nothing of others."""

    def nobody(files):
        board = json.loads(files["leaderboard.json"])
        for row in board:
            row["estimates"]["recall@5%"] |= {"estimate": 0.0, "low": 0.0, "high": 0.0}
        files["leaderboard.json"] = json.dumps(board)

    told = who.answer(shown(3.0, nobody)).text
    assert "are 0 % of those who do" in told and "(nearly every draw of users has the same, so that no interval" in told
    assert "(interval" not in told and "(interval" in who.answer(shown(3.0)).text


def test_what_a_draw_would_find_is_that_of_whole_places(shown):
    """The top 5 % of 39 users is one of them, 2.6 %."""

    def change(files):
        told = json.loads(files["windows.json"])
        told["windows"] = [one | {"users": 39} for one in told["windows"]]
        files["windows.json"] = json.dumps(told)

    results = shown(3.0, change)
    found = results.leaderboard[0].estimates["recall@5%"].estimate

    assert f"{39 * found:.1f} times as many as among users drawn at random" in who.answer(results).text


def test_every_exhibit_names_what_it_shows(shown):
    results = shown(3.0)

    assert "recall among the top 5 %" in who.forest(results).text
    for variant in FAMILIES:
        assert variant in who.board(results).text
    assert "trees" in calibration.calibration(results).text
    assert "sum-bpr" in who.losses(results).text
    assert "2024-02-29" in who.windows(results).text


def test_the_windows_that_settings_were_chosen_by_are_told_beside_those_of_test(shown):
    """Their positives as the data card has them, which has none of a test window."""
    results = shown(3.0)
    told = [
        {"span": "stop", "day": "2024-02-15", "queries": 50, "positive_share": 0.04},
        {"span": "select", "day": "2024-02-22", "queries": 40, "positive_share": 0.075},
        {"span": "test", "day": "2024-02-29", "queries": 39},
    ]
    results.__dict__["data"] = SimpleNamespace(windows=[Window.model_validate(one) for one in told])
    rows = re.findall(r"<tr>(.*?)</tr>", who.windows(results).text, re.DOTALL)
    cells = [[re.sub("<.*?>", "", cell) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows]

    assert ["stop", "2024-02-15", "50", "2", "4 %"] in cells
    assert ["select", "2024-02-22", "40", "3", "7.5 %"] in cells
    assert ["test"] == [row[0] for row in cells if row and row[1] == "2024-02-29"]


def test_the_figure_of_calibration_says_whose_seed_it_draws_and_whose_error_it_tells(shown):
    told = calibration.calibration(shown(3.0)).text

    assert "in bins of about equally many users of all test windows, tied scores together: the first seed of" in told
    assert "(calibration error, the mean over its seeds: " in told


def test_the_detectable_difference_says_what_it_is(shown):
    """Two contrasts: (2.241403 + 0.841621) / (1.959964 + 0.841621) times what one test at 0.05 detects."""

    def change(files):
        files["windows.json"] = json.dumps(json.loads(files["windows.json"]) | {"detectable": 0.02})

    told = who.windows(shown(3.0, change)).text

    assert (
        "has to reach 0.022 to be found with 80 % power (median over the declared contrasts; contrast by contrast, "
        in told
    )
    assert ", at the first step of Holm over 2, the strictest; 0.020 for a contrast that stands alone); the" in told


def test_what_each_contrast_could_find_follows_from_the_width_of_its_interval(shown):
    """At the first of two steps: (2.241403 + 0.841621) times half the width over the quantile of the level."""

    def change(files):
        judged = json.loads(files["contrasts.json"])
        judged[0] |= {"low": -0.01, "high": 0.03, "level": 0.95}
        judged[1] |= {"low": -0.02, "high": 0.02, "level": 0.99}
        files["contrasts.json"] = json.dumps(judged)
        files["windows.json"] = json.dumps(json.loads(files["windows.json"]) | {"detectable": 0.02})

    assert "; contrast by contrast, from 0.024 to 0.031, at" in who.windows(shown(3.0, change)).text


def test_the_power_to_show_an_equivalence_is_told(shown):
    """1 - 2 * Phi(z(0.05 / contrasts) - margin / error), at the least 0."""

    def change(detectable):
        return lambda files: files.update(
            {"windows.json": json.dumps(json.loads(files["windows.json"]) | {"detectable": detectable})}
        )

    wide, fine = (who.windows(shown(3.0, change(value))).text for value in (0.05, 0.005))
    assert "equivalent at that step with a power of 0 % (0 % for a contrast that stands alone)" in wide
    assert "equivalent at that step with a power of 100 % (100 % for a contrast that stands alone)" in fine


def test_where_so_few_act_that_no_interval_has_a_bound_no_power_is_told(shown):
    def open_ended(files):
        found = json.loads(files["contrasts.json"])
        found[0] |= {"low": -1.0, "high": 1.0, "verdict": "undetermined"}
        files["contrasts.json"] = json.dumps(found)

    text = who.windows(shown(0.0, open_ended)).text

    assert "They are too few: 1 of 2 contrasts has an interval without a bound, since a user like none of these" in text
    assert "power" not in text
    assert [] == who.powers(shown(0.0, open_ended))


def test_the_level_of_probabilities_and_the_error_of_chance_are_told(shown):
    """Two bins: the mean distance of a share from p, for n users, is sqrt(2 p (1 - p) / (pi n))."""

    def change(*observed):
        bins = [
            {"predicted": p, "observed": o, "users": n}
            for p, o, n in zip((0.1, 0.3), observed, (300, 100), strict=True)
        ]

        def written(files):
            found = {name: {"bins": bins, "errors": [0.04]} for name in json.loads(files["reliability.json"])}
            files["reliability.json"] = json.dumps(found)

        return written

    told = calibration.calibration(shown(3.0, change(0.08, 0.2))).text
    assert (
        "these variants are on average 15 %, as much as is observed"
        in calibration.calibration(shown(3.0, change(0.1, 0.3))).text
    )
    assert "these variants are on average 15 %, above the 11 % observed" in told
    assert "part of each error may be a shift that all share" in told
    assert "shift that all share" not in calibration.calibration(shown(3.0, change(0.1, 0.3))).text
    assert "faultless probabilities would show an error of about 0.020 by chance" in told


def test_probabilities_that_err_to_both_sides_share_no_shift(shown):
    def written(files):
        found = {}
        for index, name in enumerate(json.loads(files["reliability.json"])):
            found[name] = {"bins": [{"predicted": 0.1, "observed": 0.05 + 0.1 * (index % 2), "users": 100}]}
            found[name]["errors"] = [0.05]
        files["reliability.json"] = json.dumps(found)

    told = calibration.calibration(shown(3.0, written)).text
    assert "these variants are on average 10 %, above or below the 5 % to 15 % observed. With as many users" in told
    assert "shift that all share" not in told


def test_the_page_says_that_intervals_of_recall_in_a_top_share_are_off_centre():
    page = " ".join((REPORT / "who.md").read_text(encoding="utf-8").split())

    assert "those of recall among the top users can be slightly off centre" in page


def test_an_arm_that_was_not_run_is_told_once_and_breaks_nothing():
    assert "has not been run" in source.line(None, "who").text
    assert all(part(None).text == "" for part in (who.board, who.forest, who.losses, calibration.calibration))


def test_a_broken_file_names_itself(shown):
    with pytest.raises(UserError, match=r"windows\.json"):
        who.windows(shown(1.0, lambda files: files.update({"windows.json": "{}"})))


def test_names_from_the_data_are_inert(shown):
    def plant(files):
        for name, text in files.items():
            files[name] = text.replace("key-days", "<script>alert(1)</script>")

    results = shown(3.0, plant)
    for part in (who.answer, who.board, who.forest, who.losses, calibration.calibration, who.windows):
        assert "<script>alert" not in part(results).text
    assert "&lt;script&gt;alert(1)" in who.board(results).text


def test_dates_of_cutoffs_are_told_to_be_of_the_clock_of_the_study(shown):
    results = shown(0.3)
    assert "of the log last" not in who.windows(results).text

    minutes = results.question.model_copy(update={"horizon_days": None, "horizon_minutes": 30})
    questions = results.params.questions | {"coupons": minutes}
    stretched = replace(results, params=results.params.model_copy(update={"questions": questions}))
    assert "on which 30 minutes of the log last" in who.windows(stretched).text
