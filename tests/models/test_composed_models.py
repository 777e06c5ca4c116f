"""Models made of other models: what they take from their sources, and what they make of their scores."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from study.events.fold import Fold
from study.events.spans import Spans
from study.features.training_rows import training_rows
from study.models import average, hybrid
from study.models.sources import Source, Sources
from study.params import load
from study.params.budget import Budget
from study.params.roster import AverageEntry, HybridEntry
from study.paths import PARAMS, run_folder, write_text
from tests.made import FEATURES, START, asked, day_of, random_log
from tests.tiny import BUDGET as TINY
from tests.tiny import ROOT

WINDOW = SimpleNamespace(users=[0])
DECLARED = load(ROOT / PARAMS)


class Told:
    """A model whose scores are given; it remembers its fits."""

    def __init__(self, scores: list[float]) -> None:
        self.given, self.fits = np.array(scores, dtype=np.float32), []

    def fit(self, fold, *, rounds, seed, report):
        """See `Recommender`."""
        self.fits.append((fold, rounds, seed))

    def scores(self, queries, candidates):
        """See `Recommender`."""
        return np.tile(self.given[candidates], (len(queries.users), 1))


class Given(Sources):
    """Sources that hand out given models, each with a number of rounds of its own, none of them fitted."""

    def __init__(self, **models: Told) -> None:
        self.models, self.budget, self.fitted = models, Budget(**TINY), None

    def of(self, side):
        """See `Sources`."""
        return Source(variant=side, settings={}, rounds=len(side))

    def build(self, source):
        """See `Sources`."""
        return self.models[source.variant]


def averaged(fits: int = 1, **models: Told):
    entry = AverageEntry(question="q", arm="main", family="average", members=list(models), fits=fits)
    model = average.build(entry, average.Settings(), Given(**models))
    model.fit("fold", rounds=1, seed=7, report=lambda *_: None)
    return model


def test_an_average_is_that_of_scores_with_mean_0_and_deviation_1():
    model = averaged(a=Told([1.0, 2.0, 3.0]), bb=Told([0.0, 0.0, 60.0]))

    root = 1.5**0.5, 2**0.5
    expected = [(-root[0] - 1 / root[1]) / 2, -1 / root[1] / 2, (root[0] + root[1]) / 2]
    assert expected == pytest.approx(model.scores(WINDOW, np.arange(3))[0].tolist(), rel=1e-5)


def test_a_candidate_is_averaged_over_the_members_that_know_it_and_unknown_where_none_does():
    model = averaged(a=Told([1.0, 3.0, np.nan, np.nan]), bb=Told([5.0, 5.0, np.nan, 5.0]))
    found = model.scores(WINDOW, np.arange(4))[0]

    assert [-0.5, 0.5] == found[:2].tolist()
    assert np.isnan(found[2])
    assert 0 == found[3]


def test_every_fit_of_an_average_has_a_seed_of_its_own_and_the_rounds_of_its_member():
    first, second = Told([0.0]), Told([0.0])
    averaged(fits=3, a=first, bb=second)
    seeds = [seed for _, _, seed in first.fits]

    assert 7 == seeds[0]
    assert 3 == len(set(seeds))
    assert seeds == [seed for _, _, seed in second.fits]
    assert {1} == {rounds for _, rounds, _ in first.fits}
    assert {2} == {rounds for _, rounds, _ in second.fits}


def hybrid_of(base: Told):
    entry = HybridEntry(question="q", arm="main", family="hybrid", base="base", loss="lambdarank")
    settings = hybrid.Settings(min_child_samples=20, feature_fraction=0.6)
    return hybrid.build(entry, settings, Given(base=base))


@pytest.fixture
def fold():
    log = random_log(np.random.default_rng(5), users=12, events=400)
    return Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES)


def test_trees_are_told_the_standardised_score_and_the_rank_among_what_exists_at_the_cutoff(fold):
    model, scores = hybrid_of(Told([2.0, 9.0, 4.0, 4.5, -3.0])), np.array([2.0, 9.0, 4.0, 4.5, -3.0])
    model.fit(fold, rounds=2, seed=1, report=lambda *_: None)
    rows = model._rows(fold, seed=1)
    number = 0
    for part in rows.parts:
        before = fold.log.before(part.window.cutoff)
        exists = np.unique(before.candidate[before.candidate >= 0])
        for candidate in part.candidates:
            among = scores[exists]
            told = (scores[candidate] - among.mean()) / among.std(), (among > scores[candidate]).sum()
            assert told == pytest.approx(rows.features[number, -2:], abs=1e-5)
            number += 1

    assert number == len(rows.relevant) > 0


def test_what_trees_are_told_in_training_knows_nothing_from_the_cutoff_of_the_row_on(fold):
    """Neither the fit of the base, which ends before all rows, nor the histories that it scores."""
    base, asked_for = Told([2.0, 9.0, 4.0, 4.5, -3.0]), []
    scores = base.scores
    base.scores = lambda queries, candidates: asked_for.append(queries) or scores(queries, candidates)
    fresh = replace(fold, memo={})
    hybrid_of(base).fit(fresh, rounds=2, seed=1, report=lambda *_: None)
    (late, *_), (early, *_) = base.fits

    assert late is fresh
    assert early.end == min(queries.cutoff for queries in asked_for)
    assert early.log.time.max() < early.end < fold.end
    assert len(asked_for) > 1
    assert all(queries.log.time.max() < queries.cutoff for queries in asked_for)


def test_a_hybrid_reads_the_scores_of_the_fit_on_the_whole_fit_span(fold):
    """The same trees answer otherwise when the base does."""
    model = hybrid_of(Told([0.0, 1.0, 2.0, 3.0, 4.0]))
    model.fit(fold, rounds=8, seed=1, report=lambda *_: None)
    straight = model.scores(asked(fold.log, 35), np.arange(5))
    model.late.given = model.late.given[::-1]

    assert not np.array_equal(straight, model.scores(asked(fold.log, 35), np.arange(5)))


def test_what_one_refit_says_of_queries_is_kept_until_another_is_asked(fold):
    """Refits have seeds of their own and score the same queries."""
    queries, read = asked(fold.log, 35), []
    for seed, scores in [(11, [0.0, 1.0, 2.0, 3.0, 4.0]), (12, [4.0, 3.0, 2.0, 1.0, 0.0])]:
        model = hybrid_of(Told(scores))
        model.fit(fold, rounds=8, seed=seed, report=lambda *_: None)
        read.append(model.scores(queries, np.arange(5)))
        queries.memo.pop(("aggregates", queries.users.tobytes(), np.arange(5).tobytes()))

        assert 1 == len(queries.memo)
        assert np.array_equal(model.scores(replace(queries, memo={}), np.arange(5)), read[-1])
    assert not np.array_equal(*read)


def search(name: str, select: float, **settings: float) -> None:
    """A search whose second trial was chosen."""
    trials = [
        {"number": 0, "settings": {}, "select": 0.9, "best_round": 9},
        {"number": 1, "settings": settings, "select": select, "best_round": 3},
    ]
    folder = run_folder(DECLARED.roster[name].runs, name)
    write_text(folder / "search.json", json.dumps({"chosen": 1, "trials": trials}))


def test_a_source_is_the_chosen_trial_and_best_of_a_group_is_that_on_select(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, entry in DECLARED.entries("main").items():
        if entry.family == "counting":
            search(name, select=0.2)
    search("personal-decay", select=0.3, half_life_days=20.0)
    search("sum-horizon", select=0.5)
    sources = Sources(DECLARED, "main")

    expected = Source(variant="personal-decay", settings={"half_life_days": 20.0}, rounds=3)
    assert expected == sources.of("best:counting") == sources.of("personal-decay")
    assert "sum-horizon" == sources.of("sum-horizon").variant
    assert DECLARED.spent("main") == sources.budget
    assert 20.0 == sources.build(expected).settings.half_life_days


def test_the_base_is_fitted_with_the_seed_of_the_refit_and_once_for_each(fold):
    """Refits share the fold, and what is kept of it."""
    base, shared = Told([2.0, 9.0, 4.0, 4.5, -3.0]), replace(fold, memo={})
    for seed in (1, 2, 1):
        hybrid_of(base).fit(shared, rounds=2, seed=seed, report=lambda *_: None)

    assert [1, 1, 2, 2] == [seed for _, _, seed in base.fits]


def test_the_rows_that_the_trees_of_a_hybrid_learn_from_are_drawn_by_the_seed_of_the_fit(fold):
    few = replace(fold, features=FEATURES.model_copy(update={"max_queries": 9, "popular": 1, "sampled": 1}))
    for seed in (1, 2):
        model, shared = hybrid_of(Told([2.0, 9.0, 4.0, 4.5, -3.0])), replace(few, memo={})
        model.fit(shared, rounds=2, seed=seed, report=lambda *_: None)
        expected = training_rows(shared, seed, hybrid.HELD_WINDOWS).features

        np.testing.assert_array_equal(expected, model._rows(shared, seed).features[:, :-2])
