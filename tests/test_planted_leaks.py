"""The probes of `test_leaks.py` see a leak where there is one."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from study.events.log import Ints, Queries
from study.events.spans import DAY
from study.models import factory
from study.models.base import Scores
from study.models.data import read_spans
from study.paths import events_file, search_file
from study.stages import score, train
from tests.perturbing import first_window_scores, perturbed, utc, weights_after_all_rounds
from tests.tiny import inside, prepare, tiny_log, write_workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def log():
    return tiny_log()


@pytest.fixture(scope="module")
def spans(tmp_path_factory, log):
    folder = tmp_path_factory.mktemp("spans")
    write_workspace(folder, log)
    prepare(folder)
    with inside(folder):
        return read_spans("categories")


class Reader:
    """A planted leak: it counts what the user will do with each candidate in some days after the cut-off."""

    def __init__(self, inner, days: tuple[int, int]) -> None:
        self.inner, self.days = inner, days

    def __getattr__(self, name: str):
        return getattr(self.inner, name)

    def load(self, folder: Path) -> "Reader":
        self.inner.load(folder)
        return self

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        events = pl.concat([pl.read_parquet(events_file("categories", part)) for part in ("development", "test")])
        since = pl.col("timestamp").dt.timestamp("us") - queries.cutoff
        later = events.filter(since.is_between(*(day * DAY for day in self.days), closed="left"))
        names = [queries.log.catalogue[code] for code in candidates]
        result = np.zeros((len(queries.users), len(candidates)), dtype=np.float32)
        for row, user in enumerate(queries.users):
            bought = later.filter(pl.col("user_id") == queries.log.users[user])["candidate"].to_list()
            result[row] = [bought.count(name) for name in names]
        return result


@pytest.mark.parametrize(("days", "searches"), [((0, 7), 1), ((7, 365), 2)], ids=["the window", "what follows it"])
def test_a_model_that_reads_the_window_has_other_scores(tmp_path, log, spans, monkeypatch, days, searches):
    """And another search where it reads on into test."""
    build, trials = factory.build_model, set()
    leaky = lambda entry, chosen, budget, *sources: Reader(build(entry, chosen, budget, *sources), days)  # noqa: E731
    monkeypatch.setattr("study.stages.score.build_model", leaky)
    monkeypatch.setattr("study.tuning.trial.build_model", leaky)
    for name, changed in {"a": log, "b": perturbed(log, utc(spans.test[0]), None)}.items():
        write_workspace(tmp_path / name, changed)
        prepare(tmp_path / name)
        with inside(tmp_path / name):
            train.run("personal-decay")
            score.run("personal-decay")
            trials.add(json.dumps(json.loads(search_file("main", "personal-decay").read_text("utf-8"))["trials"]))
    first, second = (first_window_scores(tmp_path / name, "personal-decay") for name in "ab")

    assert not first.equals(second)
    assert searches == len(trials)


def test_a_fit_that_reads_stop_has_other_weights(tmp_path, log, spans, monkeypatch):
    monkeypatch.setattr("study.models.data.end_of", lambda _, spans: spans.select[0].cutoff)
    weights = []
    for name, changed in {"a": log, "b": perturbed(log, utc(spans.stop[0]), utc(spans.select[0]))}.items():
        write_workspace(tmp_path / name, changed)
        prepare(tmp_path / name)
        weights.append(weights_after_all_rounds(tmp_path / name, "popularity", tmp_path / f"weights-{name}"))

    assert weights[0] != weights[1]
