"""What a sequence model tells its parts."""

from types import SimpleNamespace

import numpy as np
import pytest

from study.models.sequence import SequenceModel, Settings
from study.params import load
from study.params.roster import SequenceEntry


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
