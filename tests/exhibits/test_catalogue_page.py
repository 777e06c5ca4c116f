"""The page Catalogue: what the losses cost, and where one of them is no loss of its own."""

import re
from dataclasses import replace

import pytest

from study.exhibits import catalogue, caveats, objective_and_loss
from tests.exhibits.asking import say, told
from tests.exhibits.pairing import text

HEADED = "sum-horizon-repeat-bce"


def of_candidates(number: int):
    """A change of results: the log has so many candidates before test."""

    def change(written):
        written["data.json"]["catalogue"] = number

    return change


def test_the_memory_of_each_loss_stands_beside_its_seconds(made):
    def change(written):
        written["cost/sum-horizon.json"] |= {"peak_mb": 1234.4}

    board = catalogue.board(made(change)).text
    row = next(row for row in board.split("<tr>") if "<code>sum-horizon</code>" in row)

    assert row.endswith('<td class="number" data-key="1234.4">1,234</td></tr>')
    assert "peak: the memory of the largest process of its search and its refits" in board


def test_that_the_catalogue_is_no_larger_is_told_where_both_arms_ask_for_the_same_candidates(made):
    other = made(catalogue=say("equivalent"))
    questions = other.params.questions
    same = questions | {"products": questions["products"].model_copy(update={"candidate": ["category"]})}
    results = replace(other, params=other.params.model_copy(update={"questions": same}))

    page = "Both ask for the same candidates, so that the size of the catalogue was not varied."
    answer = re.compile("in the arm catalogue, with [0-9,]+ candidates, the same as here, ")
    for asked, is_told in ((results, True), (other, False)):
        assert is_told == (page in text(catalogue.asked(asked)))
        assert is_told == bool(answer.search(told(asked, "Does anything beat counting?")))


@pytest.mark.parametrize(("candidates", "is_told"), [(64, True), (65, True), (66, False)])
def test_gbce_with_as_many_negatives_as_a_candidate_has_rivals_is_told_to_be_plain_bce(made, candidates, is_told):
    results = made(of_candidates(candidates), catalogue=of_candidates(2_000))
    told = "In the arm main sum-horizon-gbce and sum-next-line-gbce are trained with plain BCE"

    for shown in (catalogue.asked(results), objective_and_loss.losses(results)):
        assert is_told == (told in text(shown))
    assert is_told == (f"gBCE that is BCE. {told}" in text(caveats.caveats(results)))
    assert "arm catalogue sum-horizon-gbce" not in text(catalogue.asked(results))


def test_losses_under_two_heads_are_two(made):
    """The second one would take the place of the first, and its verdict too."""

    def with_a_second_head(written):
        one = next(one for one in written["contrasts.json"] if one["name"] == "bce-over-softmax")
        sides = {"left": HEADED, "right": "sum-horizon-repeat"}
        sides |= {f"{side}_variant": variant for side, variant in sides.items()}
        written["contrasts.json"].append(one | sides | {"name": "bce-over-softmax-repeat"})
        row = next(row for row in written["leaderboard.json"] if row["variant"] == "sum-horizon-bce")
        written["leaderboard.json"].append(row | {"variant": HEADED})
        written["tuning.json"][HEADED] = written["tuning.json"]["sum-horizon-bce"]
        written[f"cost/{HEADED}.json"] = written["cost/sum-horizon-bce.json"]

    results = made(with_a_second_head)
    entry = results.params.roster["sum-horizon-bce"].model_copy(update={"head": "repeat_aware"})
    results = replace(
        results, params=results.params.model_copy(update={"roster": results.params.roster | {HEADED: entry}})
    )
    ((_, by_loss),) = catalogue.compared(results)

    assert ("sum-horizon-bce", HEADED) == tuple(
        by_loss[name].left_variant for name in ("bce (1 negative)", "bce (1 negative), repeat-aware")
    )
    assert "<code>sum-horizon-repeat</code>" in catalogue.board(results).text
