"""The contract of `Recommender`, over the whole roster and what is composed of it."""

import json
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from study.errors import UserError
from study.models import sequence
from study.models.factory import build_model, cap_of
from study.models.sources import Sources
from study.params import load
from study.params.roster import SequenceEntry
from study.paths import PARAMS, search_file, write_text
from study.questions.development import read_development
from tests.tiny import ROOT, inside, prepare, tiny_log, write_workspace

DECLARED = load(ROOT / PARAMS)
ROSTER = list(DECLARED.variants)
CHOSEN = {"chosen": 0, "trials": [{"number": 0, "settings": {}, "select": 0.5, "best_round": 1}]}
"""A search that chose the defaults and one round: what composed variants are made of."""


def composes(variant: str) -> bool:
    """Whether its head composes candidates from their attributes, so that it knows every one of the catalogue."""
    entry = DECLARED.variants[variant]
    return isinstance(entry, SequenceEntry) and import_module(entry.parts()["head"]).COMPOSES


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    write_workspace(folder, tiny_log())
    prepare(folder)
    with inside(folder):
        params = load()
        for variant, entry in params.roster.items():
            write_text(search_file(entry.runs, variant), json.dumps(CHOSEN))
        yield params, {variant: read_development(params, variant) for variant in params.variants}


def untrained(params, variant: str):
    entry = params.variants[variant]
    return build_model(entry, {}, params.spent(entry.arm), Sources(params, entry.arm))


@pytest.fixture(scope="module")
def fitted(studied):
    made = {}

    def fit(variant: str):
        if variant not in made:
            params, data = studied
            entry = params.variants[variant]
            model = untrained(params, variant)
            reports = []
            rounds = cap_of(entry, params.spent(entry.arm))
            model.fit(data[variant].fold, rounds=rounds, seed=1, report=lambda _, done: reports.append(done))
            made[variant] = model, reports, rounds
        return made[variant]

    return fit


@pytest.mark.parametrize("variant", ROSTER)
def test_the_last_report_comes_after_the_last_round(fitted, variant):
    _, reports, rounds = fitted(variant)

    assert reports[-1] in {rounds, 1}
    assert reports == sorted(set(reports))
    if isinstance(DECLARED.variants[variant], SequenceEntry):
        assert reports == list(range(1, rounds + 1))


@pytest.mark.parametrize("variant", ROSTER)
def test_a_saved_model_scores_as_the_model_did(studied, fitted, variant, tmp_path):
    params, data = studied
    model, _, _ = fitted(variant)
    model.save(tmp_path)
    loaded = untrained(params, variant).load(tmp_path)
    asked = data[variant].select[0]

    assert np.array_equal(
        model.scores(asked.queries, asked.candidates), loaded.scores(asked.queries, asked.candidates), equal_nan=True
    )
    assert model.parameters() == loaded.parameters() >= 0
    assert not [path for path in tmp_path.rglob("*") if path.suffix in {".pkl", ".pt", ".pickle"}]


@pytest.mark.parametrize("variant", ROSTER)
def test_scores_belong_to_the_candidates_asked_for(studied, fitted, variant):
    _, data = studied
    model, _, _ = fitted(variant)
    asked = data[variant].select[0]
    whole = model.scores(asked.queries, asked.candidates)
    order = np.random.default_rng(0).permutation(len(asked.candidates))

    assert whole.dtype == np.float32
    assert whole.shape == (len(asked.queries.users), len(asked.candidates))
    assert np.allclose(whole[:, order], model.scores(asked.queries, asked.candidates[order]), equal_nan=True, atol=1e-5)


@pytest.mark.parametrize("variant", ROSTER)
def test_scores_of_a_query_do_not_depend_on_the_others_of_its_block(studied, fitted, variant):
    _, data = studied
    model, _, _ = fitted(variant)
    asked = data[variant].select[0]
    some = replace(asked.queries, users=asked.queries.users[::3])

    expected = model.scores(asked.queries, asked.candidates)[::3]
    assert np.allclose(expected, model.scores(some, asked.candidates), equal_nan=True, atol=1e-4)


@pytest.mark.parametrize("variant", ROSTER)
def test_what_is_kept_with_queries_for_the_next_model_changes_no_score(studied, fitted, variant):
    """Other variants of the question have scored the same queries, and left there what they derived from them."""
    _, data = studied
    model, _, _ = fitted(variant)
    asked = data[variant].select[0]
    alone = model.scores(replace(asked.queries, memo={}), asked.candidates)

    for _ in range(2):
        assert np.array_equal(alone, model.scores(asked.queries, asked.candidates), equal_nan=True)


def test_a_past_that_is_large_is_not_kept(studied, fitted, monkeypatch):
    _, data = studied
    model, _, _ = fitted("sum-horizon-repeat")
    asked = data["sum-horizon-repeat"].select[0]
    scores = {}
    for most in (0, sequence.KEPT_POSITIONS):
        monkeypatch.setattr(sequence, "KEPT_POSITIONS", most)
        queries = replace(asked.queries, memo={})
        scores[most] = model.scores(queries, asked.candidates)
        assert bool(most) == bool(queries.memo)

    assert np.array_equal(*scores.values(), equal_nan=True)


def test_the_pasts_of_the_blocks_of_a_cutoff_are_kept_until_they_are_large_together(studied, fitted, monkeypatch):
    _, data = studied
    model, _, _ = fitted("sum-horizon-repeat")
    asked = data["sum-horizon-repeat"].select[0]
    blocks = np.array_split(asked.queries.users, 6)
    expected = [model.scores(replace(asked.queries, users=users, memo={}), asked.candidates) for users in blocks]
    most = int(np.diff(asked.queries.log.offsets)[asked.queries.users].sum()) // 2
    monkeypatch.setattr(sequence, "KEPT_POSITIONS", most)
    queries, made, past = replace(asked.queries, memo={}), [], model._past
    monkeypatch.setattr(model, "_past", lambda log, users: made.append(users) or past(log, users))
    for _ in range(2):
        found = [model.scores(replace(queries, users=users), asked.candidates) for users in blocks]
        sizes = [len(one.stream.time) for one in queries.memo.values()]

        assert all(map(np.array_equal, expected, found))
        assert 1 < len(sizes) < len(blocks)
        assert sum(sizes) <= most
    assert 2 * len(blocks) - len(sizes) == len(made)


@pytest.mark.parametrize("variant", ROSTER)
def test_a_candidate_that_the_fit_span_did_not_have_is_scored_or_unknown(studied, fitted, variant):
    _, data = studied
    model, _, _ = fitted(variant)
    asked = data[variant].select[0]
    log = asked.queries.log
    late = replace(log, catalogue=[*log.catalogue, "late"], popularity=np.append(log.popularity, 0), known=log.known)
    candidates = np.append(asked.candidates, len(log.catalogue))
    is_unknown = np.isnan(model.scores(replace(asked.queries, log=late, memo={}), candidates))

    assert not is_unknown[:, candidates < log.known].any()
    assert (is_unknown.all(axis=0) | ~is_unknown.any(axis=0)).all()
    if isinstance(DECLARED.variants[variant], SequenceEntry):  # what has no vector of its own is ranked after all else
        assert is_unknown[:, -1].all() == (not composes(variant))
    else:
        assert not (composes(variant) and is_unknown.any())


def test_candidates_that_were_held_back_are_asked_for_in_their_arm_alone(studied):
    params, data = studied
    unknown = {
        variant: sum((window.candidates >= window.queries.log.known).sum() for window in found.select)
        for variant, found in data.items()
    }

    assert {v for v, count in unknown.items() if count} == {v for v, e in params.roster.items() if e.arm == "young"}


def test_options_that_a_loss_refuses_are_the_users_error(studied):
    params, data = studied
    entry = params.variants["sum-horizon-gbce"].model_copy(
        update={"loss_options": {"negatives": 4, "calibration": 1.5}}
    )
    model = build_model(entry, {}, params.spent(entry.arm), Sources(params, entry.arm))

    entries = r"params\.yaml: roster: loss gbce with loss_options \{calibration: 1\.5, negatives: 4\}: "
    with pytest.raises(UserError, match=rf"^{entries}gbce.s calibration is between 0 and 1"):
        model.fit(data["sum-horizon-gbce"].fold, rounds=1, seed=1, report=lambda *_: None)
