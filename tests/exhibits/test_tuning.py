"""Expected best and importance against what can be computed by hand."""

from itertools import product

import pytest

from study.exhibits import tuning
from study.exhibits.expected_best import expected_best
from study.exhibits.importance import importances
from study.exhibits.records import Search
from tests.exhibits.pairing import text


def test_expected_best_is_the_mean_maximum_over_all_draws_with_replacement():
    values = [0.3, 0.1, 0.1, 0.25]
    expected = [
        sum(max(drawn) for drawn in product(values, repeat=n)) / len(values) ** n for n in range(1, len(values) + 1)
    ]

    assert expected == pytest.approx(expected_best(values).tolist())


def test_trials_of_what_has_nothing_to_search_are_told_apart(made):
    def fix(*names):
        def change(written):
            for name in names:
                written["tuning.json"][name]["space"] = {}

        return tuning.summary(made(change)).text

    assert "with nothing to search" not in fix()
    assert " 1 other with nothing to search had one trial, which the table has besides." in fix("popularity")
    assert " 2 others with nothing to search had one trial each," in fix("popularity", "personal-frequency")


def search(trials) -> Search:
    space = {"matters": {"low": 0.0, "high": 1.0, "log": False}, "idle": {"low": 1, "high": 2, "log": False}}
    return Search(space=space, trials=trials, chosen=0, rounds=1, last_round=4)


def trial(number: int, curve, **settings) -> dict:
    state = "complete" if len(curve) == 4 else "pruned"
    told = {"number": number, "batch": 0, "state": state, "losses": [], "select": 0.1 if state == "complete" else None}
    return told | {"settings": settings, "curve": curve}


def test_the_setting_that_decides_is_the_important_one():
    trials = [trial(i, [(r, i / 16 + r) for r in range(1, 5)], matters=i / 16, idle=1 + i % 2) for i in range(16)]
    shares = importances(search(trials), seed=1)

    assert next(iter(shares)) == "matters"
    assert shares["matters"] > 0.9
    assert 0.9 < sum(shares.values()) <= 1 + 1e-9
    assert shares == importances(search(trials), seed=1)


def test_what_settings_explain_together_is_no_setting_s_share():
    """The value is high where both settings are high or both are low: either alone says nothing."""
    trials = [trial(i, [(1, float(i % 2 == i // 2 % 2))], matters=float(i % 2), idle=1 + i // 2 % 2) for i in range(32)]

    assert sum(importances(search(trials), seed=1).values()) < 0.2


def test_pruned_trials_are_compared_at_the_training_that_all_had():
    """The value at the last common round decides; what a finished trial reached later must not."""
    trials = [
        trial(i, [(1, i / 16), *([(r, 9.0 - i) for r in (2, 3, 4)] if i < 4 else [])], matters=i / 16, idle=1 + i % 2)
        for i in range(16)
    ]

    assert importances(search(trials), seed=1)["matters"] > 0.9


def test_three_trials_tell_nothing_and_neither_do_equal_ones():
    few = [trial(i, [(1, i / 4)], matters=i / 4, idle=1) for i in range(3)]
    equal = [trial(i, [(1, 0.5)], matters=i / 8, idle=1) for i in range(8)]

    assert {} == importances(search(few), seed=1)
    assert {} == importances(search(equal), seed=1)
    assert {} == importances(search([]), seed=1)


def test_the_page_says_which_searches_cannot_tell(made):
    def shorten(written):
        written["tuning.json"]["markov"]["trials"] = written["tuning.json"]["markov"]["trials"][:4]
        written["tuning.json"]["markov"]["trials"][0]["curve"] = []

    shown = tuning.importance(made(shorten)).text

    assert "Importance cannot be told for <code>markov</code>: fewer than 4 trials" in shown


def test_a_loss_that_does_not_fall_is_said_so(made):
    def rise(written):
        written["tuning.json"]["flat-next"]["trials"][3]["losses"] = [[1, 1.0], [2, 1.5]]

    assert "flat-next: training loss of the chosen trial does not fall" in tuning.loss_curves(made(rise)).text
    assert "does not fall" not in tuning.loss_curves(made()).text


def test_failed_trials_are_published_with_their_reason(made):
    def fail(written):
        failed = {"state": "failed", "select": None, "curve": [], "reason": "died <twice>"}
        written["tuning.json"]["markov"]["trials"][0] |= failed

    assert "trial 0 of <code>markov</code> (died &lt;twice&gt;)" in tuning.failures(made(fail)).text
    assert "No trial failed, in any arm." in tuning.failures(made()).text


def test_trials_of_other_arms_are_told_with_what_failed_and_was_cut_short(made):
    def change(written):
        written["leaderboard.json"][0]["unfinished"] = True
        variant = written["leaderboard.json"][0]["variant"]
        written["tuning.json"][variant]["trials"][0] |= {"state": "failed", "select": None, "curve": [], "reason": "r"}

    results = made(young=change, catalogue=lambda _: None)
    young = results.beside("young").leaderboard[0].variant
    arms = {arm: results.beside(arm).tuning.values() for arm in ("catalogue", "young")}
    trials = {arm: sum(len(search.trials) for search in found if search.space) for arm, found in arms.items()}
    shown = text(tuning.summary(results))

    assert f"Not in this table: the {trials['catalogue']} trials of catalogue and {trials['young']} trials of" in shown
    assert f"best round last, in other arms: 1 variantyoung: {young}." in shown
    assert f"Failed: trial 0 of {young} (r)." in text(tuning.failures(results))
    assert "No variant of these arms had its best round last." in text(tuning.summary(made(young=lambda _: None)))
    assert "Not in this table" not in text(tuning.summary(made()))


def test_a_caption_names_as_shown_what_is_drawn_and_a_legend_only_where_it_switches(made):
    def searched(kept):
        def change(written):
            for name, told in written["tuning.json"].items():
                told["space"] = told["space"] if kept(name) else {}

        return change

    kept = (lambda name: "average" not in name, lambda name: name == "sum-horizon")
    several, one = (tuning.budget_curve(made(change)).text for change in map(searched, kept))

    assert "Shown: the best variant of each family" in several
    assert "average-of" not in several.split("Shown: ")[1].split(";")[0]
    assert "the legend switches on the others" not in one
