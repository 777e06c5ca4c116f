"""Trees: what is taken up again ends where training at one go ends."""

from functools import partial

import numpy as np
import pytest

from study.events.fold import Fold
from study.events.spans import Spans
from study.features.training_rows import training_rows
from study.models import gbdt
from study.params.budget import Budget
from study.params.roster import AggregateEntry
from tests.made import FEATURES, START, asked, day_of, random_log
from tests.tiny import BUDGET as TINY


@pytest.fixture
def log():
    return random_log(np.random.default_rng(5), users=12, events=400)


@pytest.mark.parametrize("loss", ["bce", "lambdarank"])
def test_training_goes_on_from_a_saved_model_to_the_same_bits(loss, log, tmp_path):
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES)
    entry = AggregateEntry(question="what", arm="main", family="aggregates", model="gbdt", loss=loss)
    settings = gbdt.Settings(min_child_samples=20, feature_fraction=0.5)
    reports = []

    def fit(model, rounds):
        model.fit(fold, rounds=rounds, seed=1, report=lambda _, done: reports.append(done))
        return model

    def scores(model):
        return model.scores(asked(log, 35), np.arange(len(log.catalogue)))

    straight = fit(gbdt.build(entry, settings, Budget(**TINY | {"boosting_rounds": 16})), 8)
    assert [2, 4, 6, 8] == reports
    fit(gbdt.build(entry, settings, Budget(**TINY | {"boosting_rounds": 16})), 4).save(tmp_path)
    resumed = fit(gbdt.build(entry, settings, Budget(**TINY | {"boosting_rounds": 16})).load(tmp_path), 8)

    assert np.array_equal(scores(straight), scores(resumed))
    assert len(np.unique(scores(straight))) > 1


@pytest.mark.parametrize("loss", ["bce", "lambdarank"])
def test_a_trial_that_follows_others_on_a_fold_gives_the_bits_of_one_alone(loss, log, tmp_path):
    """The binned rows are shared; neither the leaves of the trial before nor its scores may reach the next."""
    entry = AggregateEntry(question="what", arm="main", family="aggregates", model="gbdt", loss=loss)

    def fold():
        return Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES)

    def saved(shared, leaf, rate, name):
        """The text of a trial's trees after a rung of three and, taken up again, of six."""
        settings = gbdt.Settings(min_child_samples=leaf, learning_rate=rate)
        (tmp_path / name).mkdir()
        model = gbdt.build(entry, settings, Budget(**TINY))
        model.fit(shared, rounds=3, seed=1, report=lambda *_: None)
        model.save(tmp_path / name)
        resumed = gbdt.build(entry, settings, Budget(**TINY)).load(tmp_path / name)
        resumed.fit(shared, rounds=6, seed=1, report=lambda *_: None)
        texts = [trained.booster.model_to_string() for trained in (model, resumed)]
        assert texts[0] != texts[1]
        return texts

    shared = fold()
    saved(shared, 60, 0.2, "before")
    alone = saved(fold(), 20, 0.1, "alone")

    assert alone == saved(shared, 20, 0.1, "after")
    assert alone != saved(shared, 60, 0.1, "other")


def test_what_is_read_while_trees_are_added_is_what_those_trees_say(log, tmp_path):
    """Rows that were asked before ask the new trees alone; a model that is broken off forgets what it was told."""
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES)
    entry = AggregateEntry(question="what", arm="main", family="aggregates", model="gbdt", loss="bce")
    queries, candidates = asked(log, 35), np.arange(len(log.catalogue))
    read = {}

    def built():
        return gbdt.build(entry, gbdt.Settings(min_child_samples=20), Budget(**TINY | {"boosting_rounds": 16}))

    def report(model, done):
        read[done] = model.scores(queries, candidates)
        (tmp_path / str(done)).mkdir()
        model.save(tmp_path / str(done))
        if done == 6:
            raise InterruptedError

    model = built()
    with pytest.raises(InterruptedError):
        model.fit(fold, rounds=8, seed=1, report=report)

    assert [2, 4, 6] == list(read)
    for done, scores in read.items():
        whole = built().load(tmp_path / str(done)).scores(queries, candidates)
        np.testing.assert_allclose(scores, whole, rtol=1e-5)
        np.testing.assert_array_equal(model.load(tmp_path / str(done)).scores(queries, candidates), whole)
    assert not np.allclose(read[2], read[6])


@pytest.mark.parametrize("loss", ["bce", "lambdarank"])
def test_a_span_without_a_training_query_ends_the_fit_with_a_reason(loss, log):
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(4), FEATURES)
    entry = AggregateEntry(question="what", arm="main", family="aggregates", model="gbdt", loss=loss)
    model = gbdt.build(entry, gbdt.Settings(), Budget(**TINY))

    with pytest.raises(FloatingPointError, match="nothing to learn: no window after the warm-up has a query"):
        model.fit(fold, rounds=2, seed=1, report=lambda *_: None)


@pytest.mark.parametrize("cap", [8, 16], ids=["every tree is told", "every second tree is told"])
def test_trees_that_cannot_grow_are_told_once_as_many_as_there_are(cap, log):
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES)
    entry = AggregateEntry(question="what", arm="main", family="aggregates", model="gbdt", loss="bce")
    model = gbdt.build(entry, gbdt.Settings(min_child_samples=10**6), Budget(**TINY | {"boosting_rounds": cap}))
    reports = []
    model.fit(fold, rounds=8, seed=1, report=lambda _, done: reports.append(done))

    assert [1] == reports
    assert 1 == len(np.unique(model.scores(asked(log, 35), np.arange(len(log.catalogue)))))


def test_the_rows_of_a_long_history_are_dealt_out_to_groups_that_lightgbm_takes(log, monkeypatch):
    monkeypatch.setattr(gbdt, "grouped", partial(gbdt.grouped, largest=3))
    given, dataset = [], gbdt.lgb.Dataset
    monkeypatch.setattr(
        gbdt.lgb, "Dataset", lambda *rows, **more: given.append(more["group"]) or dataset(*rows, **more)
    )
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES)
    entry = AggregateEntry(question="what", arm="main", family="aggregates", model="gbdt", loss="lambdarank")
    model = gbdt.build(entry, gbdt.Settings(min_child_samples=20), Budget(**TINY))
    model.fit(fold, rounds=4, seed=1, report=lambda *_: None)

    assert 3 < training_rows(fold, seed=1).sizes.max()
    assert [3] == [group.max() for group in given]
    assert 1 < len(np.unique(model.scores(asked(log, 35), np.arange(len(log.catalogue)))))


@pytest.mark.parametrize(
    ("rounds", "boosting_rounds", "expected"), [(1, 120, 8), (8, 120, 8), (24, 120, 24), (12, 60, 12), (8, 60, 8)]
)
def test_trees_are_read_as_often_as_networks(log, rounds, boosting_rounds, expected):
    """At least eight times, and once a round where a network has more: patience counts readings."""
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES)
    entry = AggregateEntry(question="what", arm="main", family="aggregates", model="gbdt", loss="bce")
    budget = Budget(**TINY | {"rounds": rounds, "boosting_rounds": boosting_rounds})
    told = []
    model = gbdt.build(entry, gbdt.Settings(min_child_samples=5), budget)
    model.fit(fold, rounds=boosting_rounds, seed=1, report=lambda _, done: told.append(done))

    assert boosting_rounds == told[-1]
    assert expected == len(told)


def test_a_row_that_stands_for_others_weighs_as_they_do_where_probabilities_are_learned(log, monkeypatch):
    given, dataset = [], gbdt.lgb.Dataset
    monkeypatch.setattr(
        gbdt.lgb, "Dataset", lambda *rows, **more: given.append(more.get("weight")) or dataset(*rows, **more)
    )
    few = FEATURES.model_copy(update={"popular": 1, "sampled": 1})
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), few)
    entry = AggregateEntry(question="what", arm="main", family="aggregates", model="gbdt", loss="bce")
    gbdt.build(entry, gbdt.Settings(min_child_samples=5), Budget(**TINY)).fit(
        fold, rounds=2, seed=1, report=lambda *_: None
    )
    rows = training_rows(fold, seed=1)

    assert 1 < rows.weights.max()
    assert np.array_equal(given[0], rows.weights)
