"""The advice of a ranking loss where the catalogue is larger, and what no contrast of an encoder says."""

import re

import pytest

from study.exhibits import advice, loss_advice
from tests.exhibits.test_answers import LARGE, say


@pytest.mark.parametrize(
    ("verdict", "mark"),
    [("better", "supported"), ("worse", "contradicted"), ("equivalent", "contradicted"), ("undetermined",) * 2],
)
def test_a_ranking_loss_on_the_larger_catalogue_is_judged_against_the_full_softmax(made, verdict, mark):
    found = loss_advice.instead_of_softmax(made(catalogue=say(verdict, *LARGE)))

    assert {"bpr-over-softmax-products", "bpr-64-over-softmax-products"} == {part.contrast.name for part in found}
    assert {mark} == {part.mark for part in found}
    assert all(re.search(r"\d candidates, .*, \d+ negative", part.where) for part in found)


@pytest.mark.parametrize(
    ("followed", "verdict", "is_told"),
    [(True, "worse", True), (True, "undetermined", False), (False, "worse", False)],
)
def test_an_advice_that_taught_nothing_where_the_other_side_learned_is_told_so(
    made, monkeypatch, followed, verdict, is_told
):
    results = made(catalogue=say(verdict, *LARGE))
    monkeypatch.setattr(type(results), "at_popularity", lambda _, variant: ("bpr" in variant) == followed)
    found = loss_advice.instead_of_softmax(results)

    assert found
    for part in found:
        assert "so that the contrast says little" in part.reason
        assert is_told == part.reason.endswith(
            "; what it says is that the side which follows it stayed near popularity, and the other did not"
        )


def test_without_the_larger_catalogue_nothing_is_said_of_it(made):
    assert [] == loss_advice.instead_of_softmax(made())


def test_a_causal_model_that_is_asked_oftener_is_told_beside_the_encoder(made):
    """It is the best on select of those that share representation, objective, loss and head."""
    text = re.sub(r"<[^>]+>", "", advice.marks(made()).text)

    assert "At the same budget sum-horizon, causal with labels of all prefixes, has recall@10" in text
    assert "where bidirectional-horizon has" in text
    assert "with labels of sampled prefixes; no contrast tests that" in text
