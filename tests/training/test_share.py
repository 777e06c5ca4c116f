"""Several processes that share every batch take the steps of one."""

import copy
import json
import os
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from study.models.factory import build_model
from study.training import loop, share
from study.training.share import Share
from study.training.step import Step
from tests import together
from tests.cycle import PARAMS, SEQUENCES, SMALL, budget_of, covering, cycle, scores_of
from tests.tiny import ROOT

PROCESSES = 3


@pytest.fixture(scope="module")
def fold():
    return cycle()


class Enough(Exception):  # noqa: N818 - it ends training, but is no error
    """The first batch with a label was seen."""


def first_batch(fold, variant, monkeypatch):
    """An untrained network, and what its first step is given."""
    kept = []

    def step(trainer, source, plan, loss, auxiliary, number):
        batch = source.assemble(plan, np.random.default_rng(number))
        if not len(batch.rows):
            return []
        kept.extend([trainer.network, batch, loss, auxiliary])
        raise Enough

    monkeypatch.setattr(loop.Trainer, "_step", step)
    model = build_model(PARAMS.roster[variant], SMALL | {"dropout": 0.0}, budget_of(variant, events=400))
    with pytest.raises(Enough):
        model.fit(fold, rounds=1, seed=5, report=lambda *_: None)
    return kept


@pytest.mark.parametrize("variant", covering(SEQUENCES))
def test_gradients_of_all_shares_are_that_of_the_whole_batch(fold, variant, monkeypatch):
    """Their mean, which is what an optimizer is given; every share also sees the loss of the whole batch."""
    network, batch, loss, auxiliary = first_batch(fold, variant, monkeypatch)
    everything: dict[str, torch.Tensor] = {}

    def taken(part: Share):
        own = copy.deepcopy(network)
        step = Step(own, torch.device("cpu"), is_mixed=False, share=part)
        if part.processes == 1:
            everything["hidden"] = step._hidden(batch).detach()
        given = batch, loss, torch.Generator().manual_seed(3), auxiliary, np.random.default_rng(3)
        total, beside = step(*given)
        (total if beside is None else total + beside).backward()
        return total.item(), [p.grad for p in own.parameters()]

    def brought_together(whole):
        """What the other processes would have added."""
        mine = (whole != 0).any(dim=1)
        torch.testing.assert_close(everything["hidden"][mine], whole[mine], rtol=1e-4, atol=1e-5)
        whole.copy_(everything["hidden"])

    monkeypatch.setattr(share.dist, "all_reduce", brought_together)
    value, expected = taken(Share())
    parts = [taken(Share(number, PROCESSES)) for number in range(PROCESSES)]

    assert [pytest.approx(value, rel=1e-5)] * PROCESSES == [found for found, _ in parts]
    for index, gradient in enumerate(expected):
        found = [gradients[index] for _, gradients in parts if gradients[index] is not None]
        assert (gradient is None) == (not found)
        if gradient is not None:
            torch.testing.assert_close(gradient, torch.stack(found).sum(0) / PROCESSES, rtol=1e-3, atol=1e-6)


def test_every_readout_is_one_process_s_and_an_empty_share_takes_part(fold, monkeypatch):
    _, batch, *_ = first_batch(fold, "sum-horizon", monkeypatch)
    many = len(batch.lengths) + 2
    shares = [Share(number, many).of_batch(batch) for number in range(many)]

    assert list(range(len(batch.at))) == sorted(torch.cat([mine for _, mine in shares]).tolist())
    assert [1] * many == [len(part.lengths) for part, _ in shares]
    assert [0, 1] == [len(shares[-1][1]), len(shares[-1][0].at)]
    whole, mine = Share().of_batch(batch)
    assert mine is None
    assert all(getattr(batch, field.name) is getattr(whole, field.name) for field in fields(whole))
    assert not {"labels", "rows", "weight", "own"} & set(vars(whole))  # of which the network reads nothing


@pytest.mark.slow
def test_processes_that_torchrun_started_train_the_model_of_one(fold, tmp_path):
    """Losses, scores and embeddings within tolerance without dropout; with it every process still has equal weights."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--rdzv-backend=c10d"]
    torchrun += ["--rdzv-endpoint=127.0.0.1:0", "--local-addr=127.0.0.1"]
    environment = os.environ | {"GLOO_SOCKET_IFNAME": "lo", "PYTHONPATH": str(ROOT)}
    script = [str(ROOT / "tests" / "together.py"), str(tmp_path)]
    done = subprocess.run([*torchrun, *script], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr[-2000:]

    for name in together.CASES:
        first, second = (tmp_path / f"{name}-{number}" / loop.WEIGHTS for number in (0, 1))
        assert first.read_bytes() == second.read_bytes()
    for name in together.COMPARED:
        alone = together.fitted(name, fold)
        told = json.loads((tmp_path / f"{name}-0" / "told.json").read_text(encoding="utf-8"))
        expected = together.embeddings(alone.trainer.averaged.state_dict())
        found = load_file(tmp_path / f"{name}-0" / loop.WEIGHTS)

        assert told["losses"] == pytest.approx(alone.losses, rel=1e-3)
        np.testing.assert_allclose(centred(np.array(told["scores"])), centred(scores_of(alone, fold)), atol=5e-3)
        assert expected
        for key, value in expected.items():
            np.testing.assert_allclose(value.numpy(), found[f"averaged.{key}"], atol=5e-3)


def centred(scores: np.ndarray) -> np.ndarray:
    return scores - scores.mean(axis=1, keepdims=True)
