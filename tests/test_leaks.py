"""No variant reads what it must not: the log is perturbed where it must not look, and nothing may move."""

import json
from pathlib import Path

import polars as pl
import pytest
import torch

from study.events.fold import Fold
from study.features.candidate_attributes import candidate_attributes
from study.models.data import encoded, end_of, read_refit, read_spans
from study.models.factory import build_model
from study.nn.heads.composed import Described
from study.params import load
from study.paths import SCRATCH, events_file, run_folder, vocabulary_file
from study.questions import who
from study.questions.development import read_development
from study.stages import score, train
from study.tuning.trial import BEST
from tests.perturbing import DECLARED, first_window_scores, perturbed, utc, weights_after_all_rounds
from tests.remembering import FakeSources
from tests.tiny import inside, prepare, tiny_log, without_test, write_workspace

pytestmark = pytest.mark.slow
ROSTER, ALL = list(DECLARED.roster), list(DECLARED.variants)
SCREENED = list(DECLARED.entries("who"))
COMPOSING = [
    name for name, entry in DECLARED.entries("young").items() if getattr(entry, "head", "").startswith("composed")
]


def whole_run(folder: Path, log: pl.DataFrame) -> Path:
    """The whole study of a log, of which what is fitted and chosen is made where the test span is out of reach."""
    write_workspace(folder, log)
    prepare(folder)
    with inside(folder):
        with without_test():
            for variant in ALL:
                train.run(variant)
        for variant in ALL:
            score.run(variant)
    return folder


@pytest.fixture(scope="module")
def log():
    return tiny_log()


@pytest.fixture(scope="module")
def base(tmp_path_factory, log):
    return whole_run(tmp_path_factory.mktemp("base"), log)


@pytest.fixture(scope="module")
def spans(base):
    with inside(base):
        return read_spans("categories")


@pytest.fixture(scope="module")
def other_test(tmp_path_factory, log, spans):
    return whole_run(tmp_path_factory.mktemp("test"), perturbed(log, utc(spans.test[0]), None))


def learned(folder: Path, variant: str) -> dict[str, bytes]:
    """The search, the weights and the vocabularies, by file."""
    entry = DECLARED.variants[variant]
    runs, fitted = run_folder(entry.runs, variant), vocabulary_file(entry.question, "train").parent
    files = [*(folder / runs).rglob("*"), *(folder / fitted).iterdir()]
    found = {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}
    assert {"search.json", "train.json", "refit.json"} <= {Path(name).name for name in found}
    return found


@pytest.mark.parametrize("variant", ALL)
def test_what_is_chosen_and_learned_does_not_depend_on_the_test_span(base, other_test, variant):
    assert learned(base, variant) == learned(other_test, variant)


@pytest.mark.parametrize("variant", ALL)
def test_scores_at_the_first_cutoff_do_not_depend_on_what_follows_it(base, other_test, variant):
    before, after = (first_window_scores(folder, variant) for folder in (base, other_test))

    assert before.height
    assert before.equals(after)


@pytest.mark.parametrize("question", sorted({entry.question for entry in DECLARED.roster.values()}))
def test_vocabularies_know_nothing_that_came_after_what_they_are_fitted_on(base, other_stop, other_test, question):
    """Not even how often: the values are strange from stop on in one log, from test on in the other."""

    def fitted(folder: Path, fit_span: str) -> str:
        return (folder / vocabulary_file(question, fit_span)).read_text(encoding="utf-8")

    assert fitted(base, "refit") != fitted(other_stop, "refit")
    for fit_span, other in (("train", other_stop), ("train", other_test), ("refit", other_test)):
        assert fitted(base, fit_span) == fitted(other, fit_span)


@pytest.fixture(scope="module")
def other_stop(tmp_path_factory, log, spans):
    folder = tmp_path_factory.mktemp("stop")
    write_workspace(folder, perturbed(log, utc(spans.stop[0]), utc(spans.select[0])))
    prepare(folder)
    return folder


@pytest.mark.parametrize("variant", ROSTER)
def test_weights_at_a_fixed_number_of_rounds_do_not_depend_on_the_stop_span(base, other_stop, variant, tmp_path):
    before = weights_after_all_rounds(base, variant, tmp_path / "before")

    assert before == weights_after_all_rounds(other_stop, variant, tmp_path / "after")


def test_the_fold_of_the_refit_ends_before_test(base, spans):
    with inside(base):
        params = load()
        fold = read_refit("categories", params.questions["categories"], params.features)

    assert fold.log.time.max() < spans.test[0].cutoff
    assert max(window.end for window in fold.windows()) <= spans.test[0].cutoff


def fold_of(fit_span: str) -> Fold:
    """The fit span of question `young`, of the search or of the refit."""
    params = load()
    question = params.questions["young"]
    development = read_development(params, COMPOSING[0]).fold
    return development if fit_span == "train" else read_refit("young", question, params.features)


@pytest.mark.parametrize("fit_span", ["train", "refit"])
def test_a_candidate_that_is_held_back_is_no_label_and_in_no_history_before_the_end_of_the_fit_span(base, fit_span):
    with inside(base):
        fold = fold_of(fit_span)
        parts = [pl.read_parquet(events_file("young", part)) for part in ("development", "test")]
        events = pl.concat(parts).sort("user_id", "timestamp", maintain_order=True)
        end = end_of(fit_span, read_spans("young"))
        asked = encoded(events, "young", fit_span)
    held = set(events.filter("young")["candidate"])
    labels = {fold.log.catalogue[code] for window in fold.windows() for code in fold.asked(window)[1].codes}
    columns = set(json.loads((base / vocabulary_file("young", fit_span)).read_text())["values"]["product_type"])
    early, late = (
        {asked.catalogue[code] for code in asked.candidate[when & (asked.candidate >= 0)]}
        for when in (asked.time < end, asked.time >= end)
    )

    assert labels
    assert set() == held & (labels | columns | early | {fold.log.catalogue[c] for c in set(fold.log.candidate) - {-1}})
    assert held & late
    assert fold.log.known == len(set(events["candidate"].drop_nulls()) - held)


@pytest.mark.parametrize("variant", COMPOSING)
def test_candidates_are_composed_of_the_fit_span_to_train_and_of_what_was_before_the_cutoff_to_score(base, variant):
    with inside(base):
        params = load()
        entry, data = params.roster[variant], read_development(params, variant)
    budget = params.spent(entry.arm)
    model = build_model(entry, {}, budget)
    model.fit(data.fold, rounds=1, seed=1, report=lambda *_: None)
    trained = described(model.trainer.network.head)
    window = data.select[0]
    model.scores(window.queries, window.candidates)

    assert torch.equal(trained, torch.from_numpy(candidate_attributes(data.fold.log)).long())
    asof = torch.from_numpy(candidate_attributes(window.queries.log)).long()
    assert torch.equal(described(model.trainer.averaged.head), asof)
    assert window.queries.log.time.max() < window.queries.cutoff
    assert not torch.equal(trained, asof)


def described(head) -> torch.Tensor:
    """The attributes of candidates that a head was told, in all its parts."""
    tables = [part.codes for part in head.modules() if isinstance(part, Described)]
    assert all(torch.equal(tables[0], table) for table in tables)
    return tables[0]


def test_what_a_hybrid_learns_from_comes_from_a_fit_that_ended_before_its_queries(base):
    with inside(base):
        params = load()
        sources, entry = FakeSources(params, "main"), params.composed["hybrid-lambdarank"]
        data = read_development(params, "hybrid-lambdarank")
        model = build_model(entry, {}, sources.budget, sources)
        model.fit(data.fold, rounds=2, seed=1, report=lambda *_: None)
        late, early = sources.built
        model.scores(data.select[0].queries, data.select[0].candidates)

    (early_end,), (late_end,) = early.ends, late.ends
    assert early_end <= min(early.asked)
    assert max(early.asked) < late_end == data.fold.end <= min(late.asked)


@pytest.mark.parametrize("variant", SCREENED)
def test_what_the_calibrator_learns_from_is_the_chosen_trial_on_select_before_the_refit(base, variant):
    with inside(base):
        params = load()
        entry, data = params.roster[variant], read_development(params, variant)
        runs = run_folder(entry.runs, variant)
        search = json.loads((runs / "search.json").read_text(encoding="utf-8"))
        number = search["chosen"]
        (trial,) = (SCRATCH / "train" / variant).glob(f"*/trials/{number}")
        model = build_model(entry, search["trials"][number]["settings"], params.spent(entry.arm)).load(trial / BEST)
        expected = pl.concat([who.score(model, window, 0)["scores"] for window in data.select])
        kept = pl.read_parquet(runs / "select.parquet")
        cutoffs = {window.cutoff for window in read_spans(entry.question).select}

    assert expected.equals(kept)
    assert cutoffs == set(kept["cutoff"].dt.timestamp("us"))
    assert data.fold.end < min(cutoffs)
