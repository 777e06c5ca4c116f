"""What sequence models are trained on in a fold of permuted labels: the leak alarm hangs on it."""

from dataclasses import replace

import numpy as np
import pytest

from study.diagnostics.labels import permuting
from study.events.fold import Fold
from study.events.spans import make_spans
from study.models.screening_sequence import ScreeningSequence
from study.models.screening_sequence import Settings as ScreeningSettings
from study.models.sequence import SequenceModel, Settings
from study.params import load
from study.params.roster import SequenceEntry
from tests.made import FEATURES, QUESTION, day_of, random_log

BUDGET = load().spent("main").model_copy(update={"rounds": 1, "positions": 200})


@pytest.fixture(scope="module")
def fold():
    log = random_log(np.random.default_rng(3), users=60, events=1200, days=60)
    spans = make_spans(day_of(0), day_of(60), "UTC", QUESTION)
    return Fold(log.before(day_of(56)), spans, day_of(56), FEATURES)


def entry(objective, representation="sum", architecture="causal", model="sequence"):
    return SequenceEntry(
        question="categories", arm="main", family="sequence", model=model, representation=representation,
        architecture=architecture, objective=objective, loss="bce" if model != "sequence" else "softmax", head="plain",
        context=40,
    )  # fmt: skip


def asked_in(model, fold, monkeypatch):
    """The readouts that a fit makes its batches of."""
    found = []
    batcher = type(model)._batcher
    monkeypatch.setattr(type(model), "_batcher", lambda self, *a: found.append(a[1]) or batcher(self, *a))
    model.fit(fold, rounds=1, seed=1, report=lambda *_: True)
    (asked,) = found
    return asked


def sets_of(asked, where):
    return sorted(asked.labels[asked.offsets[i] : asked.offsets[i + 1]].tolist() for i in np.flatnonzero(where))


def judge(make, fold, monkeypatch):
    mixed = permuting(fold, 2)
    honest, exchanged = (asked_in(make(), one, monkeypatch) for one in (fold, mixed))

    np.testing.assert_array_equal(honest.position, exchanged.position)
    everywhere = np.arange(len(honest.position))
    assert [sets_of(honest, everywhere == i) for i in everywhere] != [
        sets_of(exchanged, everywhere == i) for i in everywhere
    ]
    group = (honest.time - fold.end) // fold.horizon
    assert len(np.unique(group)) > 2
    for number in np.unique(group):
        assert sets_of(honest, group == number) == sets_of(exchanged, group == number)


@pytest.mark.parametrize(
    "told",
    [
        ("horizon",),
        ("next_moment",),
        ("next_line",),
        ("next_token", "flat"),
        ("masked_event", "sum", "bidirectional"),
    ],
)
def test_a_sequence_model_trains_on_exchanged_labels(fold, monkeypatch, told):
    settings = Settings(width=16, heads=2)
    judge(lambda: SequenceModel(entry(*told), settings, BUDGET, "cpu"), replace(fold, memo={}), monkeypatch)


def test_a_model_that_screens_users_trains_on_exchanged_labels(fold, monkeypatch):
    settings = ScreeningSettings(width=16, users=10, positives=3)
    screened = replace(fold, eligible_days=28.0, memo={})
    made = entry("across_users", model="screening_sequence")
    judge(lambda: ScreeningSequence(made, settings, BUDGET, "cpu"), screened, monkeypatch)
