"""What a sequence model tells its parts."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from study.events.fold import Fold
from study.events.spans import DAY, Spans
from study.features.own_counts import DECAYS, OwnCounts
from study.features.sequences import event_stream
from study.models.past import Past
from study.models.sequence import SequenceModel, Settings
from study.models.sequence_settings import settings_of
from study.params import load
from study.params.budget import Budget
from study.params.question import WhatQuestion
from study.params.roster import SequenceEntry
from tests.made import FEATURES, QUESTION, START, day_of, made_log
from tests.tiny import BUDGET as TINY


def test_a_loss_is_told_how_often_each_class_is_a_label():
    """Of three labels two are of the first of three classes: it is drawn so often by half, and uniformly by half."""
    entry = SequenceEntry(
        question="categories", arm="main", family="sequence", representation="sum", architecture="causal",
        objective="horizon", loss="sampled_softmax", loss_options={"negatives": 12}, head="plain", context=40,
    )  # fmt: skip
    model = SequenceModel(entry, Settings(), load().spent("main"), "cpu")
    model.shape = SimpleNamespace(candidates=3)
    loss = model._loss(SimpleNamespace(labels=np.array([0, 2, 0])))

    assert [6.0, 2.0, 4.0] == pytest.approx(loss.log_expected.exp().tolist())


@pytest.mark.parametrize(
    ("objective", "representation", "architecture", "tokens", "room"),
    [
        ("horizon", "sum", "causal", None, 40),
        ("masked_event", "sum", "bidirectional", None, 39),
        ("next_token", "flat", "causal", SimpleNamespace(room=3), 37),
    ],
)
def test_what_is_asked_about_takes_its_place_in_the_context(objective, representation, architecture, tokens, room):
    """So that no history that is scored is longer than those of training."""
    entry = SequenceEntry(
        question="categories", arm="main", family="sequence", representation=representation, architecture=architecture,
        objective=objective, loss="softmax", loss_options={}, head="plain", context=40,
    )  # fmt: skip
    model = SequenceModel(entry, Settings(), load().spent("main"), "cpu")
    model.shape = SimpleNamespace(tokens=tokens)

    assert room == model._room


DECLARED = load()


@pytest.mark.parametrize("variant", [n for n, entry in DECLARED.roster.items() if isinstance(entry, SequenceEntry)])
def test_what_sees_later_positions_is_asked_at_the_last_one_alone_unless_it_is_hidden(variant):
    """Else it would be told the answers that it is asked for."""
    entry = DECLARED.roster[variant]
    model = SequenceModel(entry, settings_of(entry)(), DECLARED.spent(entry.arm), "cpu")
    asking = model._asking("objective")

    assert asking.prefixes or asking.hides or not model.parts["architecture"].SEES_LATER
    assert asking.prefixes == (entry.prefixes or variant == "bidirectional-horizon")
    assert asking.hides == (variant == "bidirectional-masked-event")


def test_the_own_past_of_a_query_is_counted_from_its_cutoff():
    """One act two horizons before, another one horizon before; the user's last event, later, is none."""
    log = made_log([("a", 1.0, "buy", "x", None), ("a", 8.0, "buy", "x", None), ("a", 12.0, "look", "y", None)])
    own = OwnCounts.of(log, 7 * DAY)
    past = Past(event_stream(log), own, log.offsets[1:])
    found = past.own_of(np.array([0]), day_of(15.0), np.arange(len(log.catalogue)))
    expected = np.log1p([np.exp2(-1 / half_life) + np.exp2(-2 / half_life) for half_life in DECAYS])

    assert [log.catalogue.index("x")] == found.classes.tolist()
    np.testing.assert_allclose(found.counts.numpy(), expected[None], rtol=1e-5)


@pytest.mark.parametrize(("rounds", "phases"), [(1, [("objective", 1)]), (2, [("pretrain", 1), ("objective", 2)])])
def test_pretraining_leaves_a_round_for_what_is_asked(rounds, phases):
    entry = SequenceEntry(
        question="categories", arm="main", family="sequence", representation="sum", architecture="causal",
        objective="horizon", loss="softmax", loss_options={}, head="plain", context=40, pretrain="next_moment",
    )  # fmt: skip
    model = SequenceModel(entry, Settings(), Budget(**TINY | {"rounds": rounds}), "cpu")

    assert phases == list(model._phases(rounds))


@pytest.mark.parametrize("pretrain", ["next_token", "next_token_weighted"])
def test_a_phase_weighs_key_actions_where_its_own_objective_does(pretrain):
    entry = SequenceEntry(
        question="categories", arm="main", family="sequence", representation="flat", architecture="causal",
        objective="next_token_weighted", loss="softmax", head="plain", context=40, pretrain=pretrain,
    )  # fmt: skip
    model = SequenceModel(entry, settings_of(entry)(key_weight=7.0), Budget(**TINY), "cpu")
    weights = {kind: model._asking(kind).key_weight for kind in ("pretrain", "objective")}

    assert {"pretrain": 1.0 if pretrain == "next_token" else 7.0, "objective": 7.0} == weights


def test_a_context_without_room_for_a_history_ends_the_fit_with_a_reason():
    """The prompt of the made log has the event type and the fixed colour."""
    question = WhatQuestion(**QUESTION.model_dump() | {"key_action": {"event_type": ["buy"], "colour": ["red"]}})
    log = made_log([("a", float(day), "buy", "xy"[day % 2], "red") for day in range(1, 30)], question)
    entry = SequenceEntry(
        question="categories", arm="main", family="sequence", representation="flat", architecture="causal",
        objective="next_token", loss="softmax", loss_options={}, head="plain", context=2,
    )  # fmt: skip
    model = SequenceModel(entry, Settings(), Budget(**TINY), "cpu")
    fold = Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(28), FEATURES)

    with pytest.raises(FloatingPointError, match="a context of 2 has no room for a history beside what asks"):
        model.fit(fold, rounds=1, seed=1, report=lambda *_: None)


@pytest.mark.parametrize("architecture", ["blind", "causal"])
def test_what_reads_no_history_is_no_parameter_of_one_that_reads_none(architecture):
    log = made_log([("ab"[day % 2], float(day), "buy", "xy"[day % 3 % 2], "red") for day in range(1, 30)])
    entry = SequenceEntry(
        question="categories", arm="main", family="sequence", representation="sum", architecture=architecture,
        objective="horizon", loss="softmax", loss_options={}, head="repeat_aware", context=8,
    )  # fmt: skip
    model = SequenceModel(entry, Settings(), Budget(**TINY), "cpu")
    model.fit(Fold(log, Spans("UTC", 7, START.date(), [], [], []), day_of(28), FEATURES), rounds=1, seed=1,
              report=lambda *_: None)  # fmt: skip
    begun = SequenceModel(entry, Settings(), Budget(**TINY), "cpu")
    begun.shape = model.shape
    before, after = (dict(one.network.named_parameters()) for one in (begun._trainer(1), model.trainer))
    trained = sum(after[name].numel() for name in after if not torch.equal(before[name], after[name]))
    every = sum(parameter.numel() for parameter in after.values())

    assert (model.parameters() < every) == (architecture == "blind")
    assert trained <= model.parameters()
