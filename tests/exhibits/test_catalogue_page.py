"""The page Catalogue: what the losses cost, and where one of them is no loss of its own."""

import pytest

from study.exhibits import catalogue, caveats, objective_and_loss
from tests.exhibits.pairing import text


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


@pytest.mark.parametrize(("candidates", "is_told"), [(64, True), (65, True), (66, False)])
def test_gbce_with_as_many_negatives_as_a_candidate_has_rivals_is_told_to_be_plain_bce(made, candidates, is_told):
    results = made(of_candidates(candidates), catalogue=of_candidates(2_000))
    told = "In the arm main sum-horizon-gbce and sum-next-line-gbce are trained with plain BCE"

    for shown in (catalogue.asked(results), objective_and_loss.losses(results)):
        assert is_told == (told in text(shown))
    assert is_told == (f"gBCE that is BCE. {told}" in text(caveats.caveats(results)))
    assert "arm catalogue sum-horizon-gbce" not in text(catalogue.asked(results))
