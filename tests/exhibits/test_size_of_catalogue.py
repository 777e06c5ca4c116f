"""Whether what a loss is worth changes with the size of the catalogue."""

from dataclasses import replace

import polars as pl
import pytest

from study.exhibits import choose, size_of_catalogue
from study.exhibits.losses import loss
from study.exhibits.markup import Html
from tests.exhibits.test_answers import LARGE, SMALL, say

BPR = "sum-horizon-bpr"


def of_users(worth: float) -> pl.DataFrame:
    """Recalls of a hundred users, two seeds each: BPR finds so much more than every other loss."""
    names = ["sum-horizon", *(f"sum-horizon-{loss}" for loss in ("sampled", "bce", "gbce", "bpr", "bce-64", "bpr-64"))]
    names += ["sum-next-line", "sum-next-line-bce", "sum-next-line-gbce"]
    return pl.DataFrame(
        [
            {
                "variant": f"{name}{end}",
                "seed": seed,
                "user_id": f"u{user}",
                "recall@10": user % 10 / 20 + worth * (name == BPR) + 0.001 * seed * (user % 3),
            }
            for name in names
            for end in ("", "-products")
            for seed in (0, 1)
            for user in range(100)
        ]
    )


@pytest.fixture
def sized(made, monkeypatch):
    """Results of both arms, in which BPR is worth so much on either catalogue."""

    def make(small: float, large: float):
        results = made(say("worse", *SMALL), catalogue=say("worse", *LARGE))
        beside = results.beside("catalogue")
        beside.__dict__["by_student"] = {}  # other contrasts of the arm are not asked about
        monkeypatch.setattr(type(results), "queries", lambda self, _: of_users(small if self is results else large))
        monkeypatch.setattr(type(results), "beside", lambda _, arm: beside if arm == "catalogue" else None)
        return results

    return make


@pytest.mark.parametrize(("large", "verdict"), [(0.1, "better"), (-0.1, "worse"), (0.0, "equivalent")])
def test_the_effects_of_two_catalogues_are_held_against_each_other(sized, large, verdict):
    results = sized(0.0, large)
    found = {one.loss: one.change for one in size_of_catalogue.resized(results, results.beside("catalogue"))}

    few, many = ["bce (1 negative)", "bpr (1 negative)"], ["bce (64 negatives)", "bpr (64 negatives)"]
    assert ["sampled softmax (64 negatives)", few[0], "gbce (64 negatives, calibration 0.75)", few[1], *many] == list(
        found
    )
    assert pytest.approx(large) == found["bpr (1 negative)"].effect
    assert (verdict, "equivalent") == (found["bpr (1 negative)"].verdict, found["bce (1 negative)"].verdict)
    assert f"for <code>bpr (1 negative)</code> with the horizon ({verdict})" in loss(results).lead
    assert f">{verdict}<" in size_of_catalogue.changes(results).text


def test_a_loss_near_popularity_is_in_the_table_alone(sized, monkeypatch):
    results = sized(0.0, 0.1)
    monkeypatch.setattr(type(results), "at_popularity", lambda _, variant: variant.startswith(BPR))

    assert "changes by" in loss(results).lead
    assert "for <code>bpr" not in loss(results).lead
    assert (
        "by t (of 2 more, with a side that is not clearly above popularity, the table on Catalogue tells)"
        in loss(results).lead
    )
    assert "bpr (1 negative)" in size_of_catalogue.changes(results).text


def test_of_one_catalogue_no_change_is_told(made):
    alone = made(say("worse", *SMALL))
    assert Html("") == size_of_catalogue.changes(alone)

    both = made(catalogue=lambda _: None)
    asked = both.params.questions
    same = {**asked, "products": asked["products"].model_copy(update={"candidate": asked["categories"].candidate})}
    results = replace(both, params=both.params.model_copy(update={"questions": same}))
    assert Html("") == size_of_catalogue.changes(results)
    assert "changes by" not in loss(results).lead


def test_two_losses_of_other_options_are_two():
    entry = {"loss": "gbce", "loss_options": {"negatives": 64, "calibration": 0.75}}
    other = entry | {"loss_options": {"negatives": 64, "calibration": 0.5}}

    assert "gbce (64 negatives, calibration 0.75)" == choose.loss_of(entry)
    assert choose.loss_of(entry) != choose.loss_of(other)
    sampled = {"loss": "sampled_softmax", "loss_options": {"negatives": 1}}
    assert "sampled softmax (1 negative)" == choose.loss_of(sampled)
    assert "lambdarank" == choose.loss_of({"loss": "lambdarank"})
