"""What sequence models are trained on in a fold of permuted labels: the leak alarm hangs on it."""

from dataclasses import replace
from functools import partial

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
from tests.made import FEATURES, QUESTION, day_of, made_log, random_log

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


def sets_of(asked):
    """The label set of each readout."""
    return [asked.labels[a:b].tolist() for a, b in zip(asked.offsets, asked.offsets[1:], strict=False)]


def in_each_horizon(asked, fold):
    """The label sets of the readouts whose time lies in the same horizon, whoever they are of."""
    found = {}
    for number, labels in zip((asked.time - fold.end) // fold.horizon, sets_of(asked), strict=True):
        found.setdefault(int(number), []).append(labels)
    return {number: sorted(sets) for number, sets in found.items()}


SCREENS = ScreeningSettings(width=16, users=10, positives=3)
MODELS = {
    told[0]: partial(SequenceModel, entry(*told), Settings(width=16, heads=2), BUDGET, "cpu")
    for told in (
        ("horizon",),
        ("next_moment",),
        ("next_line",),
        ("next_token", "flat"),
        ("masked_event", "sum", "bidirectional"),
    )
} | {"users": partial(ScreeningSequence, entry("across_users", model="screening_sequence"), SCREENS, BUDGET, "cpu")}


@pytest.mark.parametrize("name", MODELS)
def test_a_sequence_model_trains_on_labels_that_were_exchanged_within_a_horizon(fold, monkeypatch, name):
    fold = replace(fold, eligible_days=28.0 if name == "users" else None, memo={})
    honest, exchanged = (asked_in(MODELS[name](), one, monkeypatch) for one in (fold, permuting(fold, 2)))

    np.testing.assert_array_equal(honest.position, exchanged.position)
    assert sets_of(honest) != sets_of(exchanged)
    assert in_each_horizon(honest, fold) == in_each_horizon(exchanged, fold)
    assert len(in_each_horizon(honest, fold)) > 2


def test_whose_label_sets_a_user_gets_is_drawn_anew_for_every_cutoff():
    """Else a user's past would tell whose labels come next: those of the same other user as ever."""
    rows = [(f"u{n}", 7.0 * week + 1, "buy", f"i{n}", None) for n in range(8) for week in range(6)]
    spans = make_spans(day_of(0), day_of(60), "UTC", QUESTION)
    fold = permuting(Fold(made_log(rows), spans, day_of(42), FEATURES), 2)
    given = [fold.asked(window)[1].codes.tolist() for window in fold.windows()]

    assert 5 == len(given) == len({tuple(codes) for codes in given})
    assert {tuple(range(8))} == {tuple(sorted(codes)) for codes in given}
