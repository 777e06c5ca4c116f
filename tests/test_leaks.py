"""No variant reads what it must not: the log is perturbed where it must not look, and nothing may move."""

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from study.events.log import Ints, Queries
from study.models import factory
from study.models.base import Scores
from study.models.data import read_refit, read_spans
from study.models.factory import build_model, cap_of
from study.params import load
from study.paths import events_file, run_folder, score_folder, vocabulary_file
from study.questions.development import read_development
from tests.tiny import ROOT, inside, prepare, tiny_log, train_and_score, write_workspace

pytestmark = pytest.mark.slow
ENTRIES = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["roster"]
ROSTER = list(ENTRIES)


def entry_of(variant: str) -> dict[str, str]:
    return ENTRIES[variant]


def perturbed(log: pl.DataFrame, start: datetime, end: datetime | None, seed: int = 1) -> pl.DataFrame:
    """The log with the candidates and prices of events in [start, end) shuffled; time and users stay."""
    inside_span = (
        (log["timestamp"] >= start) & ((log["timestamp"] < end) if end else True) & (log["event_type"] == "purchase")
    )
    rows = np.flatnonzero(inside_span.to_numpy())
    order = np.arange(log.height)
    order[rows] = np.random.default_rng(seed).permutation(rows)
    columns = ["category", "product_type", "department", "price", "discount"]
    return log.with_columns(log.select(columns)[order])


def whole_run(folder: Path, log: pl.DataFrame) -> Path:
    write_workspace(folder, log)
    prepare(folder)
    train_and_score(folder)
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


def utc(window) -> datetime:
    return datetime.fromisoformat(window.day.isoformat() + "T00:00:00+00:00")


@pytest.fixture(scope="module")
def other_test(tmp_path_factory, log, spans):
    return whole_run(tmp_path_factory.mktemp("test"), perturbed(log, utc(spans.test[0]), None))


@pytest.fixture(scope="module")
def other_second_window(tmp_path_factory, log, spans):
    return whole_run(tmp_path_factory.mktemp("second"), perturbed(log, utc(spans.test[1]), None))


def learned(folder: Path, variant: str) -> dict[str, bytes]:
    """The search, the weights and the vocabularies, by file."""
    entry = entry_of(variant)
    runs, fitted = run_folder(entry["arm"], variant), vocabulary_file(entry["question"], "train").parent
    files = [*(folder / runs).rglob("*"), *(folder / fitted).iterdir()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}


def first_window_scores(folder: Path, variant: str) -> pl.DataFrame:
    scores = folder / score_folder(entry_of(variant)["arm"], variant)
    ranked, screened = scores / "top.parquet", scores / "scores.parquet"
    top = pl.read_parquet(ranked) if ranked.exists() else pl.read_parquet(screened).drop("label")
    return top.filter(pl.col("cutoff") == pl.col("cutoff").min())


@pytest.mark.parametrize("variant", ROSTER)
def test_what_is_chosen_and_learned_does_not_depend_on_the_test_span(base, other_test, variant):
    assert learned(base, variant) == learned(other_test, variant)


@pytest.mark.parametrize("variant", ROSTER)
def test_scores_at_the_first_cutoff_do_not_depend_on_what_follows_the_second(base, other_second_window, variant):
    before, after = (first_window_scores(folder, variant) for folder in (base, other_second_window))

    assert before.equals(after)


@pytest.fixture(scope="module")
def other_stop(tmp_path_factory, log, spans):
    folder = tmp_path_factory.mktemp("stop")
    write_workspace(folder, perturbed(log, utc(spans.stop[0]), utc(spans.select[0])))
    prepare(folder)
    return folder


def weights_after_all_rounds(folder: Path, variant: str, into: Path) -> dict[str, bytes]:
    with inside(folder):
        params = load()
        entry = params.roster[variant]
        budget = params.spent(entry.arm)
        model = build_model(entry, {}, budget)
        fold = read_development(params, variant).fold
        model.fit(fold, rounds=cap_of(entry, budget), seed=1, report=lambda *_: None)
        into.mkdir()
        model.save(into)
    return {path.name: path.read_bytes() for path in sorted(into.iterdir())}


@pytest.mark.parametrize("variant", ROSTER)
def test_weights_at_a_fixed_number_of_rounds_do_not_depend_on_the_stop_span(base, other_stop, variant, tmp_path):
    before = weights_after_all_rounds(base, variant, tmp_path / "before")

    assert before == weights_after_all_rounds(other_stop, variant, tmp_path / "after")


class WindowReader:
    """A planted leak: it counts what the user will do with each candidate after the cut-off."""

    def __init__(self, inner) -> None:
        self.inner = inner

    def __getattr__(self, name: str):
        return getattr(self.inner, name)

    def load(self, folder: Path) -> "WindowReader":
        self.inner.load(folder)
        return self

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        events = pl.concat([pl.read_parquet(events_file("categories", part)) for part in ("development", "test")])
        later = events.filter(pl.col("timestamp").dt.timestamp("us") >= queries.cutoff)
        names = [queries.log.catalogue[code] for code in candidates]
        result = np.zeros((len(queries.users), len(candidates)), dtype=np.float32)
        for row, user in enumerate(queries.users):
            bought = later.filter(pl.col("user_id") == queries.log.users[user])["candidate"].to_list()
            result[row] = [bought.count(name) for name in names]
        return result


def test_a_planted_leak_trips_the_probes(tmp_path, log, spans, monkeypatch):
    build = factory.build_model
    leaky = lambda entry, chosen, budget, *sources: WindowReader(build(entry, chosen, budget, *sources))  # noqa: E731
    monkeypatch.setattr("study.stages.score.build_model", leaky)
    monkeypatch.setattr("study.tuning.trial.build_model", leaky)
    folders = []
    changes = {"a": log} | {f"b{i}": perturbed(log, utc(spans.test[i]), None) for i in (0, 1)}
    for name, changed in changes.items():
        write_workspace(tmp_path / name, changed)
        prepare(tmp_path / name)
        train_and_score(tmp_path / name, ["personal-decay"])
        folders.append(tmp_path / name)
    searches = [json.loads((f / "data/runs/main/personal-decay/search.json").read_text()) for f in folders]

    first, _, second = (first_window_scores(folder, "personal-decay") for folder in folders)
    assert not first.equals(second)
    assert searches[0]["trials"] != searches[1]["trials"]


def test_the_fold_of_the_refit_ends_before_test(base, spans):
    with inside(base):
        params = load()
        fold = read_refit("categories", params.questions["categories"], params.features)

    assert fold.log.time.max() < spans.test[0].cutoff
    assert max(window.end for window in fold.windows()) <= spans.test[0].cutoff
