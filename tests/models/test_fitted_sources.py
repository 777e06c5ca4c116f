"""What a composed variant takes from its sources is what it would have fitted itself, to the last bit."""

import numpy as np
import pytest

from study.models.data import read_refit
from study.models.sources import Sources
from study.params import load
from study.paths import CHOSEN
from study.questions.development import read_development
from study.seeds import seed_of
from study.stages import train
from tests.tiny import inside, prepare, tiny_log, write_workspace

MEMBERS = ["personal-decay", "lightgbm-binary", "sum-horizon-repeat"]


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    write_workspace(folder, tiny_log())
    prepare(folder)
    with inside(folder):
        for member in MEMBERS:
            train.run(member)
        yield load()


def scored(model, queries) -> np.ndarray:
    return model.scores(queries, np.arange(len(queries.log.catalogue)))


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("fitted", [CHOSEN, "seed-0", "seed-1"])
def test_what_its_own_stage_has_fitted_is_what_would_be_fitted_now(params, member, fitted):
    data, question = read_development(params, member), params.question_of(member)
    if fitted == CHOSEN:
        fold, seed = data.fold, params.seed
    else:
        fold = read_refit(params.variants[member].question, question, params.features)
        seed = seed_of(params.seed, "refit", int(fitted.removeprefix("seed-")))
    anew, taken = Sources(params, "main"), Sources(params, "main", fitted)
    source = anew.of(member)
    queries = data.select[0].queries

    assert np.array_equal(
        scored(anew.fit(source, fold, seed), queries), scored(taken.fit(source, fold, seed), queries), equal_nan=True
    )


def test_a_fit_with_a_seed_of_its_own_is_always_made_anew(params):
    data, sources = read_development(params, MEMBERS[-1]), Sources(params, "main", CHOSEN)
    source = sources.of(MEMBERS[-1])
    taken, anew = sources.fit(source, data.fold, params.seed), sources.fit_anew(source, data.fold, params.seed + 1)

    assert not np.array_equal(scored(taken, data.select[0].queries), scored(anew, data.select[0].queries))
