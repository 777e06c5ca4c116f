import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from study.metrics.screening_calibration import calibrated, fit_platt, standardised
from study.metrics.screening_reliability import reliability
from tests.metrics.test_screening import scored


def test_platt_is_logistic_regression_with_softened_targets():
    random = np.random.default_rng(0)
    scores = random.normal(size=20_000)
    labels = random.random(20_000) < 1 / (1 + np.exp(-(1.5 * scores - 2)))
    found = fit_platt(scores, labels)
    library = LogisticRegression(C=np.inf).fit(scores[:, None], labels)

    assert library.coef_[0, 0] == pytest.approx(found.slope, abs=0.01)
    assert library.intercept_[0] == pytest.approx(found.intercept, abs=0.01)


def test_without_any_positive_the_probability_is_small_and_not_nothing():
    found = fit_platt(np.linspace(-1, 1, 98), np.zeros(98, dtype=bool))

    assert 0 < found.probabilities(np.zeros(1))[0] < 0.02


def test_few_users_that_scores_tell_apart_get_the_targets_of_platt():
    found = fit_platt(np.array([-1.0, -1.0, -1.0, 1.0, 1.0]), np.array([False, False, False, True, True]))

    assert found.probabilities(np.array([-1.0, 1.0])) == pytest.approx([1 / 5, 3 / 4], abs=1e-6)


def test_scores_are_standardised_inside_each_cutoff_and_equal_ones_are_zero():
    table = pl.DataFrame(
        {"variant": ["a"] * 6, "seed": [0] * 6, "cutoff": [1, 1, 1, 2, 2, 2], "score": [1.0, 2.0, 3.0, 5.0, 5.0, 5.0]}
    )

    assert [-(1.5**0.5), 0, 1.5**0.5, 0, 0, 0] == pytest.approx(standardised(table).tolist())


def test_probabilities_do_not_depend_on_the_level_and_scale_that_a_seed_happens_to_have():
    scores = scored({"a": 2}).drop("probability")
    select = scored({"a": 1}, seed=5).drop("probability", "seed")
    moved = scores.with_columns(score=pl.when(pl.col("seed") == 1).then(4 * pl.col("score") + 7).otherwise("score"))

    expected = calibrated(scores, select)[0]["probability"].to_numpy()
    assert np.allclose(expected, calibrated(moved, select)[0]["probability"].to_numpy(), atol=1e-5)


def test_labels_of_test_do_not_reach_the_calibrator():
    scores, select = scored({"a": 2}).drop("probability"), scored({"a": 1}, seed=5).drop("probability", "seed")
    flipped = scores.with_columns(label=~pl.col("label"))

    expected = calibrated(scores, select)[0]["probability"]
    assert expected.equals(calibrated(flipped, select)[0]["probability"])


def test_variants_keep_their_order():
    scores = scored({"z": 1, "a": 1}).drop("probability")
    found, fits = calibrated(scores, scores.drop("seed"))

    assert ["z", "a"] == found["variant"].unique(maintain_order=True).to_list()
    assert {"z", "a"} == set(fits)


def test_reliability_by_hand():
    found = reliability(np.array([0.1, 0.2, 0.8, 0.6]), np.array([False, True, True, True]), bins=2)

    assert [0.15, 0.7] == pytest.approx(found.predicted.tolist())
    assert [0.5, 1.0] == found.observed.tolist()
    assert [2, 2] == found.users.tolist()
    assert (0.35 + 0.3) / 2 == pytest.approx(found.error)


def test_users_of_equal_probability_stay_together():
    found = reliability(np.full(10, 0.3), np.arange(10) < 3, bins=5)

    assert [10] == found.users.tolist()
    assert 0 == pytest.approx(found.error)


def test_the_scores_of_each_seed_are_standardised_by_themselves_also_where_there_is_one_window():
    scores = [1.0, 3.0, 10.0, 30.0]
    table = pl.DataFrame({"variant": ["a"] * 4, "seed": [0, 0, 1, 1], "cutoff": [1] * 4, "score": scores})

    assert [-1, 1, -1, 1] == pytest.approx(standardised(table).tolist())
