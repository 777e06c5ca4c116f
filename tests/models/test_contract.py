"""The contract of `Recommender`, over the whole roster."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from study.models.factory import build_model, cap_of
from study.params import load
from study.questions.development import read_development
from tests.tiny import ROOT, inside, prepare, tiny_log, write_workspace

ROSTER = list(yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["roster"])


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    write_workspace(folder, tiny_log())
    prepare(folder)
    with inside(folder):
        params = load()
        return params, {variant: read_development(params, variant) for variant in params.roster}


@pytest.fixture(scope="module")
def fitted(studied):
    made = {}

    def fit(variant: str):
        if variant not in made:
            params, data = studied
            entry = params.roster[variant]
            budget = params.spent(entry.arm)
            model = build_model(entry, {}, budget)
            reports = []
            rounds = cap_of(entry, budget)
            model.fit(data[variant].fold, rounds=rounds, seed=1, report=lambda _, done: reports.append(done))
            made[variant] = model, reports, rounds
        return made[variant]

    return fit


@pytest.mark.parametrize("variant", ROSTER)
def test_the_last_report_comes_after_the_last_round(fitted, variant):
    _, reports, rounds = fitted(variant)

    assert reports[-1] in {rounds, 1}
    assert reports == sorted(set(reports))


@pytest.mark.parametrize("variant", ROSTER)
def test_a_saved_model_scores_as_the_model_did(studied, fitted, variant, tmp_path):
    params, data = studied
    model, _, _ = fitted(variant)
    model.save(tmp_path)
    loaded = build_model(params.roster[variant], {}, params.spent(params.roster[variant].arm)).load(tmp_path)
    asked = data[variant].select[0]

    assert np.array_equal(
        model.scores(asked.queries, asked.candidates), loaded.scores(asked.queries, asked.candidates), equal_nan=True
    )
    assert model.parameters() == loaded.parameters() >= 0
    assert not [path for path in tmp_path.iterdir() if path.suffix in {".pkl", ".pt", ".pickle"}]


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
def test_a_candidate_that_the_fit_span_did_not_have_is_scored_or_unknown(studied, fitted, variant):
    _, data = studied
    model, _, _ = fitted(variant)
    asked = data[variant].select[0]
    log = asked.queries.log
    late = replace(log, catalogue=[*log.catalogue, "late"], popularity=np.append(log.popularity, 0), known=log.known)
    scores = model.scores(replace(asked.queries, log=late, memo={}), np.append(asked.candidates, len(log.catalogue)))

    assert not np.isnan(scores[:, :-1]).any()
    assert np.isnan(scores[:, -1]).all() or np.isfinite(scores[:, -1]).all()
