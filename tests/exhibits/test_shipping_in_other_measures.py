"""What to ship is chosen by recall: what other measures say of the variants named beside it is told there too."""

import re

import pytest

from study.exhibits.measures import Lead
from tests.exhibits.asking import EVERY
from tests.exhibits.test_shipping import SHIP, against, told_of

SHIPPED, SOONER = "sum-horizon", "gru-horizon"


def beside(made, monkeypatch, *, shown: bool, ahead: float) -> str:
    """The shipped variant beats counting; one that refits sooner is equivalent to it, and leads counting by `ahead`."""

    def change(written):
        against((SHIPPED, "better", 0.006), (SOONER, "better", 0.004))(written)
        next(row for row in written["leaderboard.json"] if row["variant"] == SHIPPED)["select"] = 0.9
        written["contrasts.json"].append(told_of("equivalent", 0.001, SHIPPED, SOONER))
        written[f"cost/{SOONER}.json"]["refit_seconds"] = 1.9
        written[f"cost/{SHIPPED}.json"]["refit_seconds"] = 2

    results = made(change)
    found = {one.name: Lead(ahead, is_shown=True) for one in results.contrasts}
    found[f"{SHIPPED}-over-{SOONER}"] = Lead(0.0063, is_shown=shown)
    monkeypatch.setitem(vars(results), "leads", {"nDCG@10": found, "precision@10": found})
    return re.sub(r"<[^>]+>", "", " | ".join(EVERY[SHIP].answer(results).beside))


@pytest.mark.parametrize("shown", [True, False])
def test_a_difference_in_ndcg_from_what_is_equivalent_in_recall_is_told(made, monkeypatch, shown):
    told = beside(made, monkeypatch, shown=shown, ahead=0.01)

    assert shown == (f"a difference is shown all the same: {SOONER} over {SHIPPED} \N{MINUS SIGN}0.0063" in told)


@pytest.mark.parametrize(("ahead", "is_doubted"), [(0.01, False), (-0.01, True)])
def test_a_lead_over_counting_that_no_other_measure_shows_is_doubted(made, monkeypatch, ahead, is_doubted):
    told = beside(made, monkeypatch, shown=False, ahead=ahead)

    assert f"{SOONER} (" in told and "beats counting as well" in told
    assert is_doubted == ("over tifu-knn, not shown in nDCG@10 or precision@10)" in told)
