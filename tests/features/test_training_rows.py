"""Rows that models of aggregates train on: honest weights, and a sample that does not know the label."""

from dataclasses import replace

import numpy as np
import pytest

from study.events.fold import Fold
from study.events.spans import Spans
from study.features import training_rows as rows_module
from study.features.training_rows import training_rows
from tests.made import FEATURES, START, day_of, made_log, random_log

SPANS = Spans("UTC", 7, START.date(), [], [], [])


@pytest.fixture
def log():
    return random_log(np.random.default_rng(3), users=8, events=200)


def fold_of(log, **changes):
    return Fold(log, SPANS, day_of(35), FEATURES.model_copy(update={"popular": 1, "sampled": 1} | changes))


def test_the_weights_of_a_query_add_up_to_the_catalogue(log):
    fold = fold_of(log)
    rows = training_rows(fold, seed=0)

    sizes = [len(np.unique(log.candidate[log.time < w.cutoff])) for w in fold.windows()]
    catalogue = np.repeat(sizes, [len(fold.asked(w)[0]) for w in fold.windows()])
    query = np.repeat(np.arange(len(rows.sizes)), rows.sizes)
    assert catalogue.tolist() == pytest.approx(np.bincount(query, weights=rows.weights).tolist(), rel=1e-6)


def test_drawn_rows_keep_the_number_of_relevant_candidates_unbiased(log):
    fold = fold_of(log)
    total = sum(len(fold.asked(window)[1].codes) for window in fold.windows())
    drawn = [training_rows(fold, seed) for seed in range(60)]

    assert total == pytest.approx(np.mean([rows.weights[rows.relevant].sum() for rows in drawn]), rel=0.03)


def test_the_draw_does_not_know_the_labels(log):
    fold = fold_of(log)
    last = fold.windows()[-1]
    inside = (log.time >= last.cutoff) & log.key
    other = replace(log, candidate=np.where(inside, (log.candidate + 1) % len(log.catalogue), log.candidate))

    assert np.array_equal(
        training_rows(fold, seed=0).weights, training_rows(replace(fold, log=other, memo={}), seed=0).weights
    )


def test_queries_are_sampled_to_the_limit(log):
    rows = training_rows(fold_of(log, max_queries=7), seed=0)

    assert 7 == len(rows.sizes)
    assert len(rows.features) == rows.sizes.sum()


def test_what_a_user_lately_met_has_a_row_of_weight_one_and_what_long_ago_is_drawn(monkeypatch):
    """Views tell of a purchase as purchases do; a draw of the rest would hardly find them in a large catalogue."""
    monkeypatch.setattr("study.features.training_rows.LATELY", 2)
    looks = [("a", day, "look", f"i{day}", "c0") for day in range(8)]
    others = [("b", day, "buy", f"j{day}", "c0") for day in range(8)]
    buys = [("a", 3.5, "buy", "old", "c0"), ("a", 9.5, "buy", "i3", "c0")]
    log = made_log([*looks, *others, *buys])
    fold = Fold(log, SPANS, day_of(14), FEATURES.model_copy(update={"popular": 1, "sampled": 1}))
    rows = training_rows(fold, seed=0)
    worth = {log.catalogue[code] for code in rows.parts[0].candidates[rows.weights == 1]}

    assert {"i5", "i6", "old"} <= worth
    assert not {"i0", "i1", "i2", "i3", "i4"} & worth


def test_a_candidate_that_is_met_from_the_cutoff_on_has_no_row():
    """However few others there are for the most popular to be drawn from."""
    log = made_log([("a", day, "buy", item, "c0") for day, item in [(1.0, "x"), (7.0, "y"), (14.5, "z")]])
    settings = FEATURES.model_copy(update={"popular": 10, "sampled": 10})
    rows = training_rows(Fold(log, SPANS, day_of(21), settings), seed=0)

    assert [["x"], ["x", "y"]] == [[log.catalogue[code] for code in part.candidates] for part in rows.parts]


def test_queries_are_drawn_for_some_at_a_time_without_moving_a_draw(log, monkeypatch):
    fold = fold_of(log)
    whole = training_rows(fold, seed=0)
    laid, chosen = [], rows_module._chosen
    monkeypatch.setattr(rows_module, "LAID_OUT", 11)
    monkeypatch.setattr(rows_module, "_chosen", lambda worth, *more: laid.append(worth.size) or chosen(worth, *more))
    parts = training_rows(fold, seed=0)

    assert max(laid) <= 11
    for name in ("features", "relevant", "weights", "sizes"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name), equal_nan=True)


def test_the_first_window_that_is_held_begins_as_the_warm_up_ends(log):
    days = [[w.day.toordinal() - START.toordinal() for w in rows_module.held(fold_of(log, warmup_days=n), None)]
            for n in (14, 15)]  # fmt: skip

    assert [[14, 21, 28], [21, 28]] == days


def test_of_the_last_windows_never_all_are_held(log):
    """What was fitted before them would have nothing to learn from."""
    fold = fold_of(log)
    held = {last: len(rows_module.held(fold, last)) for last in (1, 3, 4, 9, None)}

    assert {1: 1, 3: 3, 4: 3, 9: 3, None: 4} == held


def test_every_seed_draws_queries_of_its_own(log):
    """Else the fits of several seeds would tell too little of how much a fit depends on what it learns from."""
    users = [
        np.concatenate([part.users for part in training_rows(fold_of(log, max_queries=7), seed).parts]).tolist()
        for seed in (0, 1, 0)
    ]

    assert users[0] == users[2] != users[1]


def test_rows_that_are_kept_are_those_of_the_seed_the_windows_and_the_settings_that_are_asked_for(log):
    fold, few = fold_of(log), fold_of(log, max_queries=7)
    few = replace(few, memo=fold.memo)
    asked = [(fold, 0, None), (fold, 1, None), (fold, 1, 2), (few, 1, 2), (few, 2, 2)]

    for one, seed, windows in asked:
        found, alone = rows_module.kept_rows(one, seed, windows), training_rows(one, seed, windows)
        assert np.array_equal(alone.weights, found.weights)
        assert np.array_equal(alone.features, found.features, equal_nan=True)


def test_of_rows_one_set_is_held_and_what_others_keep_of_the_fold_stays(log):
    fold = fold_of(log)
    fold.memo["stream"] = kept = object()
    first, second = rows_module.kept_rows(fold, 0, None), rows_module.kept_rows(fold, 1, None)

    assert kept is fold.memo["stream"]
    assert second is rows_module.kept_rows(fold, 1, None)
    assert first is not rows_module.kept_rows(fold, 0, None)


def test_every_seed_draws_candidates_of_its_own(log):
    """Of queries that are the same for all of them."""
    drawn = [
        np.concatenate([part.candidates for part in training_rows(fold_of(log), seed).parts]).tolist()
        for seed in (0, 1, 0)
    ]

    assert drawn[0] == drawn[2] != drawn[1]
