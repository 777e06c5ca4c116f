"""Logistic regression has something to tell apart, or says so."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from study.events.fold import Fold
from study.events.spans import Spans
from study.features.training_rows import training_rows
from study.models import linear, screening_linear
from tests.made import FEATURES, START, day_of, made_log, random_log
from tests.screened import QUESTION, screened_fold, screened_log

ENTRY = SimpleNamespace(loss="bce", windows=None)


@pytest.mark.parametrize("items", ["xxx", "xyz"], ids=["all", "none"])
def test_rows_that_are_all_relevant_or_none_teach_nothing(items):
    """What is met for the first time in a window has no row in it."""
    log = made_log([("a", 1.0 + 7 * week, "buy", item, None) for week, item in enumerate(items)])
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(21), FEATURES)
    model = linear.build(ENTRY, linear.Settings(), None)

    with pytest.raises(FloatingPointError, match="there is nothing to learn: the training rows are all relevant"):
        model.fit(fold, rounds=1, seed=1, report=lambda *_: None)


@pytest.mark.parametrize("until", [70, 1], ids=["all", "none"])
def test_users_who_all_act_in_every_window_or_in_none_teach_nothing(until):
    rows = [(f"u{n}", float(day), "buy", "x", "red" if day < until else "blue") for n in range(3) for day in range(70)]
    model = screening_linear.build(ENTRY, screening_linear.Settings(), None)

    with pytest.raises(FloatingPointError, match="there is nothing to learn: the training rows are all relevant"):
        model.fit(screened_fold(made_log(rows, QUESTION)), rounds=1, seed=1, report=lambda *_: None)


def test_a_row_weighs_as_many_candidates_as_it_stands_for():
    """With a constant to fit, what is expected of all candidates is what there is: drawn rows stand for others."""
    random = np.random.default_rng(3)
    bought = [(f"u{random.integers(10)}", random.uniform(0, 42), f"i{random.zipf(1.5) % 40}") for _ in range(600)]
    log = made_log([(user, day, "buy", item, None) for user, day, item in bought])
    few = FEATURES.model_copy(update={"popular": 1, "sampled": 1})
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), few)
    model = linear.build(ENTRY, linear.Settings(max_iterations=2000), None)
    model.fit(fold, rounds=1, seed=1, report=lambda *_: None)
    rows = training_rows(fold, seed=1)
    logits = model._inputs(rows.features) @ model.fitted["weights"] + model.fitted["bias"]
    expected = (rows.weights / (1 + np.exp(-logits))).sum()

    assert rows.weights[rows.relevant].sum() == pytest.approx(expected, rel=0.01)
    assert rows.relevant.mean() > 1.1 * np.average(rows.relevant, weights=rows.weights)


def test_a_feature_is_told_by_its_logarithm_in_units_of_its_mean_positive_value():
    """Those of the first are 2 on average: 0, 1 and 3 are 0, 1/2 and 3/2 of it; the second is never positive."""
    fitted = linear.scaler(np.array([[0, 0], [1, 0], [3, 0], [np.nan, 0]], dtype=np.float32))
    logarithms = np.log1p([0, 0.5, 1.5])

    assert [2, 1] == fitted["unit"].tolist()
    assert [logarithms.mean(), 0] == pytest.approx(fitted["mean"].tolist())
    assert [logarithms.std(), 1] == pytest.approx(fitted["scale"].tolist())
    assert [0] == fitted["gaps"].tolist()


@pytest.mark.parametrize("module", [linear, screening_linear])
def test_weights_are_held_back_as_much_as_the_setting_says(module):
    """It is the inverse strength of the penalty."""
    if module is linear:
        log = random_log(np.random.default_rng(5), users=12, events=400)
        fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES)
    else:
        fold = screened_fold(screened_log())
    sizes = []
    for strength in (1e-5, 0.05, 10):
        model = module.build(ENTRY, module.Settings(c=strength), None)
        model.fit(replace(fold, memo={}), rounds=1, seed=1, report=lambda *_: None)
        sizes.append(float(np.linalg.norm(model.fitted["weights"])))

    assert 5 * sizes[0] < sizes[1] < sizes[2]
