"""What is trained on a device is computed there and nowhere else, and in bf16 it learns what it learns in float32."""

import importlib.metadata
import subprocess
import sys
from contextlib import nullcontext
from importlib import import_module

import numpy as np
import pytest
import torch

from study.device import chosen, name_of
from study.errors import UserError
from study.models import sequence
from study.models.factory import build_model
from study.nn.heads import plain
from study.training import loop
from tests.cycle import PARAMS, ROUNDS, SEQUENCES, SMALL, budget_of, covering, cycle, scores_of, share_of_the_window
from tests.elsewhere import ELSEWHERE, Elsewhere, There


@pytest.fixture(scope="module")
def fold():
    return cycle()


@pytest.mark.parametrize("asked", ["auto", "cuda"])
def test_a_gpu_is_used_where_there_is_one(asked, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)

    assert torch.device("cuda") == chosen(asked)
    assert torch.device("cpu") == chosen("cpu")


def test_without_a_gpu_the_cpu_is_used_unless_one_is_asked_for(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    assert torch.device("cpu") == chosen("auto") == chosen("cpu")
    assert name_of("auto") == "cpu"
    with pytest.raises(UserError, match="device: cuda, but torch sees no GPU"):
        chosen("cuda")


NAMED = """
import importlib.metadata, sys
importlib.metadata.version = lambda package: "2.13.0+cpu"
from study.device import name_of
print(name_of("auto"), name_of("cpu"), "torch" in sys.modules)
"""


def test_of_a_build_without_gpus_the_device_is_named_before_it_is_loaded():
    done = subprocess.run([sys.executable, "-c", NAMED], capture_output=True, text=True, check=True)

    assert ["cpu", "cpu", "False"] == done.stdout.split()


def test_a_build_with_gpus_is_asked_for_the_name_of_its_device(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "2.13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"a card, {device}")

    assert "a card, cuda" == name_of("auto")


@pytest.fixture
def elsewhere(monkeypatch):
    """Networks are put on a device that is none, which knows no autocast and no inference mode."""
    monkeypatch.setattr(sequence, "chosen", lambda _: ELSEWHERE)
    monkeypatch.setattr(torch, "inference_mode", torch.no_grad)
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())


def centred(scores: np.ndarray) -> np.ndarray:
    """What all candidates of a user share is determined by no loss that ranks them."""
    return scores - scores.mean(axis=1, keepdims=True)


def untrained(variant, **settings):
    return build_model(PARAMS.roster[variant], SMALL | settings, budget_of(variant, events=200))


# torch's own recurrence transposes in place, which a tensor that stands in for another cannot follow
MOVED = [name for name in covering(SEQUENCES) if PARAMS.roster[name].architecture != "gru"]


@pytest.mark.filterwarnings("ignore:.*a no-op")  # so torch says of its own `meta`
@pytest.mark.parametrize("variant", MOVED)
def test_all_of_training_and_scoring_is_computed_on_the_device(fold, variant, elsewhere, tmp_path):
    """To the scores of the CPU: what is drawn there is the same for every device, but for dropout."""
    here = untrained(variant, dropout=0.0)
    here.device = torch.device("cpu")
    here.fit(fold, rounds=1, seed=5, report=lambda *_: None)
    with Elsewhere():
        there = untrained(variant, dropout=0.0)
        there.fit(fold, rounds=1, seed=5, report=lambda *_: None)
        there.save(tmp_path)
        scores = scores_of(there, fold)
        again = scores_of(untrained(variant, dropout=0.0).load(tmp_path), fold)

    assert all(isinstance(parameter, There) for parameter in there.trainer.network.parameters())
    assert np.array_equal(scores, again)
    np.testing.assert_allclose(centred(scores_of(here, fold)), centred(scores), rtol=1e-3, atol=1e-4)
    assert here.losses == pytest.approx(there.losses, rel=1e-4)


@pytest.mark.parametrize("name", ["bce", "bpr", "focal", "softmax"])
def test_losses_across_users_are_computed_on_the_device(name):
    loss = import_module(f"study.nn.user_losses.{name}").build(
        torch.ones(1), **({"gamma": 2.0} if name == "focal" else {})
    )
    head, hidden, rows = plain.build(4, 1, 0, []), torch.randn(6, 4), torch.tensor([1, 4])
    expected = loss(head, hidden, rows, torch.zeros(2).long(), torch.Generator())
    with Elsewhere():
        moved = (value.to(ELSEWHERE) for value in (hidden, rows, torch.zeros(2).long()))
        found = loss(head.to(ELSEWHERE), *moved, torch.Generator())

        assert isinstance(found, There)
        torch.testing.assert_close(expected, found.cpu())


def test_a_tensor_left_on_the_cpu_is_noticed():
    with Elsewhere(), pytest.raises(RuntimeError, match="tensors of the CPU and of the device"):
        torch.ones(3).to(ELSEWHERE) + torch.ones(3)


@pytest.mark.filterwarnings("ignore:.*a no-op")  # so torch says of its own `meta`
def test_dropout_on_a_device_follows_from_the_seed_of_the_step(fold, elsewhere, tmp_path):
    """What was saved after a round and goes on draws what it would have drawn without a break."""
    with Elsewhere():
        whole, first = (untrained("sum-horizon", dropout=0.3) for _ in range(2))
        whole.fit(fold, rounds=2, seed=5, report=lambda *_: None)
        first.fit(fold, rounds=1, seed=5, report=lambda *_: None)
        first.save(tmp_path)
        torch.rand(100)  # what else draws in between
        then = untrained("sum-horizon", dropout=0.3).load(tmp_path)
        then.fit(fold, rounds=2, seed=5, report=lambda *_: None)

    assert 2 == len(whole.losses)
    assert whole.losses == then.losses


def noted(seen: set, computed: torch.Tensor) -> torch.Tensor:
    seen.add(computed.dtype)
    return computed


@pytest.mark.parametrize("variant", covering(SEQUENCES))
def test_in_bf16_losses_and_weights_stay_float32_and_near(fold, variant, monkeypatch):
    here = untrained(variant, dropout=0.0)
    here.fit(fold, rounds=1, seed=5, report=lambda *_: None)
    monkeypatch.setattr(loop, "mixes", lambda _: True)
    seen, linear = set(), torch.nn.functional.linear
    monkeypatch.setattr(torch.nn.functional, "linear", lambda *given: noted(seen, linear(*given)))
    mixed = untrained(variant, dropout=0.0)
    mixed.fit(fold, rounds=1, seed=5, report=lambda *_: None)
    tensors = [*mixed.trainer.network.parameters(), *mixed.trainer.averaged.parameters()]
    tensors += mixed.trainer.optimizer.state().values()

    assert {torch.float32} == {tensor.dtype for tensor in tensors}
    assert {torch.bfloat16} == seen
    assert here.losses != mixed.losses
    assert here.losses == pytest.approx(mixed.losses, rel=0.02)


def test_in_bf16_the_cycle_is_learned(fold, monkeypatch):
    monkeypatch.setattr(loop, "mixes", lambda _: True)
    model = build_model(PARAMS.roster["sum-horizon"], SMALL, budget_of("sum-horizon", events=5000))
    model.fit(fold, rounds=ROUNDS, seed=1, report=lambda *_: None)

    assert share_of_the_window(model, fold) > 0.95
