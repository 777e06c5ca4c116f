"""What tells things apart in figures: the labels of an axis, the colours of a page; and which columns come first."""

import json
import re
from typing import Any

import pytest

from study.exhibits import advice, catalogue, data, evidence, leaderboard, loss_costs, tuning
from study.exhibits.colours import FAMILIES
from study.exhibits.marks import TRAINING
from tests.exhibits.asking import say
from tests.exhibits.test_matrix_pages import COSTS

LOSSES = [("softmax", None), ("sampled_softmax", 64), ("bce", 1), ("gbce", 64), ("bpr", 1), ("bce", 64), ("bpr", 64)]


def drawn(html) -> list[dict[str, Any]]:
    """What plotly draws, a figure each."""
    return [json.loads(spec) for spec in re.findall(r'<script type="application/json">(.*?)</script>', html.text)]


def colours(figure: dict[str, Any]) -> dict[str, str]:
    """The colour of each line by its name."""
    return {trace["name"]: trace["line"]["color"] for trace in figure["data"]}


def heads(html) -> list[str]:
    """The names of the columns of a table."""
    return re.findall(r"<th[^>]*><button[^>]*>(.*?)</button>", html.text)


def evenly(written):
    """The best of a search is as good as the default but for the fourth decimal."""
    for told in written["tuning.json"].values():
        for trial in told["trials"]:
            trial["select"] = 0.2 + 0.0005 * (trial["number"] % 4)


@pytest.mark.parametrize(
    "figure",
    [
        lambda results: evidence.windows(results, results.contrasts[:1]),
        tuning.history,
        tuning.budget_curve,
    ],
)
def test_labels_of_an_axis_half_a_thousandth_apart_differ(made, figure):
    axis = drawn(figure(made(evenly)))[0]["layout"]["yaxis"]
    (digits,) = re.fullmatch(r"\+?\.(\d)~f", axis["tickformat"]).groups()

    assert 5 == len({f"{0.0005 * place:.{digits}f}" for place in range(5)})


def test_a_loss_has_one_colour_on_the_page_catalogue(made):
    fixed = {"seconds": 1.0, "peak_mb": 1.0}
    others = {"gbce": "calibration 0.75"}
    measured = [
        {"loss": loss, "negatives": negatives, "options": others.get(loss, ""), "candidates": size, **fixed}
        for loss, negatives in LOSSES
        for size in (10, 20)
    ]
    results = made(catalogue=say("better"), costs=COSTS | {"measured": measured})
    (effects,), costs = drawn(catalogue.effects(results)), drawn(loss_costs.cost(results))

    assert 6 == len(colours(effects))
    for one in costs:
        assert colours(effects).items() <= colours(one).items()


def test_a_loss_that_is_compared_twice_has_two_lines(made):
    """With other negatives, say; and one whose cost was not measured has its own."""
    two = ["bce (1 negative)", "bce (9 negatives)", "own", "softmax"]

    assert 4 == len(set(loss_costs.places(made(costs=COSTS), two).values()))
    assert 4 == len(set(loss_costs.places(made(), two).values()))
    assert 1 == loss_costs.places(made(costs=COSTS), two)["bce (1 negative)"]


@pytest.mark.parametrize("figure", [tuning.history, tuning.budget_curve])
def test_the_variants_shown_of_a_search_have_the_colours_of_their_families(made, figure):
    results = made()
    (found,) = drawn(figure(results))
    visible = {trace["name"]: trace["line"]["color"] for trace in found["data"] if trace["visible"] is True}

    assert visible
    assert {variant: FAMILIES[results.row(variant).family] for variant in visible} == visible


def test_the_board_in_a_picture_is_sorted_by_what_its_caption_says(made):
    def turn(written):
        for place, row in enumerate(written["leaderboard.json"]):
            row["select"] = place / 1000

    results = made(turn)
    (found,), shown = drawn(leaderboard.standing(results)), leaderboard.standing(results).text
    by_test = sorted(results.leaderboard, key=lambda row: row.recall)

    assert "sorted by test" in shown
    assert [row.variant for row in by_test] == found["layout"]["yaxis"]["categoryarray"]


def test_the_axis_of_candidates_says_what_is_counted(made):
    assert "key actions" == drawn(data.candidates(made()))[0]["layout"]["xaxis"]["title"]["text"]


def test_what_a_table_is_read_for_stands_first(made):
    results = made()

    assert ["advice", "mark here", "effect", "following it", "instead of"] == heads(advice.marks(results))[:5]
    assert ["over softmax", "low", "high", "verdict"] == heads(catalogue.board(results))[2:6]


def test_every_word_on_training_is_explained_below_the_tables(made):
    """By default sequence variants were best one round before the last; two are changed."""

    def change(written):
        for row in written["leaderboard.json"]:
            row["unfinished"] = row["variant"] == "sum-horizon"
            row["select"] = 0.0 if row["variant"] == "flat-next" else row["select"]

    results = made(change)
    told = {mark for row in results.leaderboard for mark in results.marks(row.variant)}

    assert 3 == len(told)
    assert all(f"{words} (" in TRAINING for words in told)
