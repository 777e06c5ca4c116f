import importlib
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from study.nn import user_losses
from study.nn.user_losses import focal

OPTIONS = {"focal": {"gamma": 2.0}}
NAMES = sorted(p.stem for p in Path(user_losses.__path__[0]).glob("[a-z]*.py") if p.stem != "users")
RANKING = ["bpr", "softmax"]


class Given(nn.Module):
    """A head whose one logit is the hidden state itself."""

    classes = 1

    def forward(self, hidden):
        return hidden

    def some(self, hidden, rows, classes):
        return hidden[rows]


def loss_of(name: str, logits: list[float], positives: list[int]) -> torch.Tensor:
    hidden = torch.tensor(logits, requires_grad=True)
    loss = importlib.import_module(f"study.nn.user_losses.{name}").build(torch.ones(1), **OPTIONS.get(name, {}))
    rows = torch.tensor(positives, dtype=torch.int64)
    values = loss(Given(), hidden[:, None], rows, torch.zeros_like(rows), torch.Generator())
    assert values.shape == hidden.shape
    values.mean().backward()
    return values.detach(), hidden.grad


def softplus(x: float) -> float:
    return float(np.log1p(np.exp(x)))


def test_binary_cross_entropy_by_hand():
    values, _ = loss_of("bce", [1.0, -2.0], [0])

    assert [softplus(-1.0), softplus(-2.0)] == pytest.approx(values.tolist())


def test_focal_by_hand():
    values, _ = loss_of("focal", [1.0, -2.0], [0])
    expected = [softplus(-1) / (1 + np.exp(1)) ** 2, softplus(-2) / (1 + np.exp(2)) ** 2]

    assert expected == pytest.approx(values.tolist())


def test_pairwise_is_the_mean_over_pairs_by_hand():
    values, _ = loss_of("bpr", [1.0, 0.0, -1.0, 3.0], [0, 3])
    pairs = [softplus(-1), softplus(-2), softplus(-3), softplus(-4)]

    assert np.mean(pairs) == pytest.approx(values.mean().item())


def test_listwise_is_the_mean_over_positives_by_hand():
    values, _ = loss_of("softmax", [1.0, 0.0, -1.0], [0, 2])
    whole = np.log(np.exp([1.0, 0.0, -1.0]).sum())

    assert np.mean([whole - 1, whole + 1]) == pytest.approx(values.mean().item())


@pytest.mark.parametrize("name", RANKING)
@pytest.mark.parametrize("positives", [[], [0, 1, 2]])
def test_a_batch_with_nothing_to_compare_teaches_nothing(name, positives):
    values, gradient = loss_of(name, [1.0, 0.5, -1.0], positives)

    assert [0, 0, 0] == values.tolist()
    assert [0, 0, 0] == gradient.tolist()


@pytest.mark.parametrize("name", RANKING)
def test_ranking_losses_do_not_see_the_level(name):
    values, _ = loss_of(name, [1.0, 0.0, -1.0, 3.0], [0])
    moved, _ = loss_of(name, [6.0, 5.0, 4.0, 8.0], [0])

    assert values.tolist() == pytest.approx(moved.tolist(), rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_positives_are_pushed_up_and_negatives_down(name):
    _, gradient = loss_of(name, [0.0, 0.0, 0.0, 0.0], [1])

    assert gradient[1] < 0
    assert (gradient[[0, 2, 3]] > 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_large_logits_stay_finite(name):
    values, gradient = loss_of(name, [200.0, -200.0, 200.0], [1])

    assert torch.isfinite(values).all()
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("gamma", [-0.5, float("nan"), float("inf")])
def test_a_focus_that_makes_no_sense_is_refused(gamma):
    with pytest.raises(ValueError, match="0 or more"):
        focal.build(torch.ones(1), gamma)


def test_without_focus_it_is_binary_cross_entropy():
    values = focal.build(torch.ones(1), 0.0)(Given(), torch.tensor([[1.0], [-2.0]]), torch.tensor([0]), None, None)

    assert [softplus(-1.0), softplus(-2.0)] == pytest.approx(values.tolist())
