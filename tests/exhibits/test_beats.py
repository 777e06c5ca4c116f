"""Whether anything beats counting, told with what its winners rest on."""

from dataclasses import replace

import pytest

from study.exhibits import scorings
from tests.exhibits.asking import say, told
from tests.exhibits.pairing import text


def test_several_winners_are_told_from_the_least_gain_to_the_greatest(made):
    def gains(**effects):
        def change(written):
            for name, effect in effects.items():
                say("better", f"{name}-over-counting", effect=effect)(written)

        return told(made(change), "Does anything beat counting?")

    expected = (
        "Yes, by an estimated 0.0048 to 0.0061 (intervals from +0.0008 to +0.0101), though not shown to be by more "
        "than the margin of 0.005: "
    )
    assert expected in gains(trees=0.0048, sequence=0.0061)
    assert "Yes: lightgbm-lambdarank" in gains(trees=0.02, sequence=0.0061)


def test_a_winner_that_was_declared_late_is_told_so(made):
    asked, results = "Does anything beat counting?", made(say("better", "trees-over-counting", effect=0.02))
    late = {results.params.snapshot.name: ["trees-over-counting"]}
    marked = replace(results, params=results.params.model_copy(update={"after_test": late}))
    planned = replace(results, params=results.params.model_copy(update={"after_test": {}}))

    assert "Yes: lightgbm-lambdarank beats the best" in told(planned, asked)
    assert "Yes: lightgbm-lambdarank (declared after test was seen) beats the best" in told(marked, asked)


def test_a_winner_that_select_does_not_prefer_is_told(made):
    def turn(written):
        say("better", "trees-over-counting", effect=0.02)(written)
        for row in written["leaderboard.json"]:
            if row["variant"] == "lightgbm-lambdarank":
                row["select"] = 0.0

    asked = "Does anything beat counting?"
    assert "; on select, lightgbm-lambdarank is behind tifu-knn" in told(made(turn), asked)
    assert "on select, " not in told(made(say("undetermined", "trees-over-counting")), asked)


def test_of_winners_one_that_gains_less_than_the_margin_says_nothing_of_another(made):
    def gains(written):
        say("better", "trees-over-counting", effect=0.004)(written)
        say("better", "sequence-over-counting", effect=0.0061)(written)
        for one in written["contrasts.json"]:
            if one["name"] == "trees-over-counting":
                one |= {"low": 0.0035, "high": 0.0045}

    shown = told(made(gains), "Does anything beat counting?")

    assert "(intervals from +0.0021 to +0.0101), though not shown to be by more than the margin of 0.005: " in shown


@pytest.mark.parametrize(
    ("winners", "expected"),
    [
        (
            ["lightgbm-lambdarank", "sum-horizon-repeat", "hybrid-lambdarank"],
            "all winners but lightgbm-lambdarank were",
        ),
        (["lightgbm-lambdarank", "sum-horizon-repeat"], "sum-horizon-repeat was"),
        (["sum-horizon-repeat", "hybrid-lambdarank"], "sum-horizon-repeat and hybrid-lambdarank were"),
        (["lightgbm-recent", "hybrid-lambdarank"], "lightgbm-recent and hybrid-lambdarank were"),
        (["lightgbm-lambdarank"], None),
    ],
)
def test_who_was_added_after_a_first_roster_is_told_in_few_words(made, winners, expected):
    shown = text(scorings.added_later(made(), winners))

    assert shown.startswith(f"{expected} added after a first roster, whose best sequence") if expected else "" == shown
