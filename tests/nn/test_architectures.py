import math

import pytest
import torch

from study.nn.architectures import mean_pool
from tests.nn.parts import parts

EVERY = parts("architectures")
ARCHITECTURES = {name: module for name, module in EVERY.items() if not hasattr(module, "IS_BLIND")}
BATCH, LENGTH, WIDTH = 3, 10, 16
FULL = torch.full((BATCH,), LENGTH)


@pytest.fixture(params=ARCHITECTURES)
def architecture(request):
    return ARCHITECTURES[request.param]


@pytest.fixture
def x():
    return torch.randn(BATCH, LENGTH, WIDTH, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def days():
    return torch.rand(BATCH, LENGTH, generator=torch.Generator().manual_seed(2)).cumsum(1)


def built(module, blocks=2, dropout=0.0):
    torch.manual_seed(0)
    return module.build(WIDTH, blocks, 2, dropout)


def everywhere(network, x, days, lengths=FULL):
    """Hidden states of all positions, [B, L, D]."""
    return network(x, days, lengths, torch.arange(days.numel())).view_as(x)


def test_every_architecture_is_found():
    assert {"causal", "bidirectional", "gru", "mean_pool"} <= set(ARCHITECTURES)
    assert {"blind"} == EVERY.keys() - ARCHITECTURES.keys()


def test_a_blind_one_answers_with_zeros_whatever_happened(x, days):
    hidden = EVERY["blind"].build(WIDTH, 1, 2, 0.1)(x, days, FULL, torch.tensor([0, 4, 4]))
    torch.testing.assert_close(hidden, torch.zeros(3, WIDTH))


FEW, MOST = [0, 4, 4, 9, 25], [*range(17), *range(18, BATCH * LENGTH)]


@pytest.mark.parametrize("lengths", [FULL, torch.tensor([LENGTH, 6, LENGTH])], ids=["full", "padded"])
@pytest.mark.parametrize("at", [FEW, MOST, sorted([*MOST, 4])], ids=["few", "most", "as many as there are, one twice"])
def test_only_the_positions_asked_for_are_answered(architecture, x, days, at, lengths):
    network, held = (
        built(architecture),
        [position for position in at if position % LENGTH < lengths[position // LENGTH]],
    )
    hidden = network(x, days, lengths, torch.tensor(held))
    expected = everywhere(network, x, days, lengths).flatten(0, 1)[torch.tensor(held)]

    assert (len(held), WIDTH) == hidden.shape
    torch.testing.assert_close(hidden, expected, atol=1e-5, rtol=1e-5)


def test_a_later_position_is_seen_only_by_those_that_say_so(architecture, x, days):
    network, later = built(architecture), x.clone()
    later[:, 6:] += torch.randn(BATCH, LENGTH - 6, WIDTH)
    before, after = everywhere(network, x, days), everywhere(network, later, days)

    assert architecture.SEES_LATER is not torch.allclose(before[:, :6], after[:, :6], atol=1e-6)
    assert not torch.allclose(before[:, 6:], after[:, 6:], atol=1e-3)


def test_an_earlier_position_is_seen(architecture, x, days):
    """Seven positions later, with two blocks."""
    network, earlier = built(architecture), x.clone()
    earlier[:, 2] += torch.randn(BATCH, WIDTH)

    assert not torch.allclose(everywhere(network, x, days)[:, -1], everywhere(network, earlier, days)[:, -1], atol=1e-4)


def test_padding_changes_nothing(architecture, x, days):
    network, lengths = built(architecture), torch.tensor([LENGTH, 4, 1])
    together = everywhere(network, x, days, lengths)
    for row, length in enumerate(lengths.tolist()):
        alone = everywhere(network, x[row : row + 1, :length], days[row : row + 1, :length], torch.tensor([length]))
        torch.testing.assert_close(together[row : row + 1, :length], alone, atol=1e-5, rtol=1e-5)


def test_gradients_reach_every_parameter(architecture, x, days):
    network = built(architecture, dropout=0.1)
    weights = torch.randn(WIDTH)
    (everywhere(network, x, days) @ weights).square().sum().backward()

    assert [] == [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]


def test_dropout_is_off_at_evaluation(architecture, x, days):
    network = built(architecture, dropout=0.5)
    assert not torch.equal(everywhere(network, x, days), everywhere(network, x, days))
    network.eval()
    assert torch.equal(everywhere(network, x, days), everywhere(network, x, days))


def test_the_order_of_what_happened_at_one_time_is_read_only_by_those_that_say_so(architecture, x, days):
    network, order = built(architecture), torch.randperm(LENGTH, generator=torch.Generator().manual_seed(3))
    same = torch.zeros_like(days)
    before, after = everywhere(network, x, same)[:, -1], everywhere(network, x[:, order], same)[:, -1]

    assert architecture.READS_ORDER is not torch.allclose(before, after, atol=1e-5)


def test_a_mean_pool_knows_ages(x, days):
    network = built(mean_pool)

    assert not torch.allclose(everywhere(network, x, days)[:, -1], everywhere(network, x, days * 30)[:, -1], atol=1e-3)


def test_the_averages_of_a_mean_pool_are_those_of_a_hand_calculation():
    averages = mean_pool.Averages(mean_pool.AVERAGES, dropout=0.0)
    averages.before = torch.nn.Identity()
    for layer in (averages.value, averages.join):
        torch.nn.init.eye_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    values = torch.tensor([1.0, 2.0, 6.0])
    mixed = averages(values[None, :, None].expand(1, 3, mean_pool.AVERAGES), torch.tensor([[0.0, 10.0, 30.0]]))

    fast, slow = ([math.exp(-age / scale) for age in (30, 20, 0)] for scale in (10, 100))
    assert 3.0 == pytest.approx(mixed[0, 2, 0].item(), abs=5e-3)
    assert (fast[0] + 2 * fast[1] + 6) / sum(fast) == pytest.approx(mixed[0, 2, 2].item(), rel=1e-4)
    assert (slow[0] + 2 * slow[1] + 6) / sum(slow) == pytest.approx(mixed[0, 2, 3].item(), rel=1e-4)


def test_a_mean_pool_names_the_width_that_it_cannot_have():
    with pytest.raises(ValueError, match="multiple of 4, not 10"):
        mean_pool.build(10, 1, 2, 0.0)
