import math

import pytest
import torch

from study.nn.heads.plain import Plain
from study.nn.losses import bce, bpr, gbce, negatives, sampled_softmax, softmax
from tests.nn.parts import parts

OPTIONS = {
    "softmax": {},
    "sampled_softmax": {"negatives": 20},
    "bce": {"negatives": 1},
    "gbce": {"negatives": 4, "calibration": 0.75},
    "bpr": {"negatives": 2},
}
HIDDEN = torch.zeros(2, 1)


class Table:
    """A head whose logits are given."""

    def __init__(self, logits: list[list[float]]) -> None:
        self.logits = torch.tensor(logits)
        self.classes = self.logits.shape[1]

    def __call__(self, hidden):
        return self.logits.clone()

    def some(self, hidden, rows, classes):
        return self.logits[rows.view(-1, *[1] * (classes.dim() - 1)), classes]


def softplus(value):
    return math.log1p(math.exp(value))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def drawn(monkeypatch):
    """Lets a test say which classes are drawn."""
    chosen = []
    monkeypatch.setattr(bce, "uniform", lambda *_: torch.tensor(chosen))
    monkeypatch.setattr(bpr, "uniform", lambda *_: torch.tensor(chosen))
    return chosen


# readout 0 has labels 0 and 1, readout 1 has label 2
ROWS, LABELS = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 2])
TABLE = Table([[1.0, 2.0, -1.0, 0.5], [0.0, 3.0, 4.0, -2.0]])
FOUR = torch.ones(4)


def test_every_loss_has_options_that_it_is_tested_with():
    assert set(parts("losses")) == set(OPTIONS), "OPTIONS of tests/nn/test_losses.py: add an entry for every loss"


def test_softmax_of_a_set_is_the_mean_of_its_log_probabilities():
    head = Table([[0.0, math.log(2.0), math.log(3.0)], [0.0, 0.0, 0.0]])
    losses = softmax.build(torch.ones(3))(head, HIDDEN, ROWS, torch.tensor([1, 2, 0]), generator())

    assert [-(math.log(2 / 6) + math.log(3 / 6)) / 2, math.log(3)] == pytest.approx(losses.tolist(), rel=1e-6)


def test_the_gradient_of_softmax_is_the_probability_less_the_share_of_the_labels():
    head, weights = Table(TABLE.logits.tolist()), torch.tensor([2.0, 0.5])
    head.logits.requires_grad_()
    losses = softmax.build(FOUR)(head, HIDDEN, ROWS, LABELS, generator())
    (losses * weights).sum().backward()

    labels = torch.tensor([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    torch.testing.assert_close(head.logits.grad, (TABLE.logits.softmax(dim=-1) - labels) * weights[:, None])


def test_softmax_of_logits_whose_exponentials_no_number_holds_is_finite():
    head = Table([[500.0, -500.0, 0.0], [-500.0, -501.0, -502.0]])
    head.logits.requires_grad_()
    losses = softmax.build(torch.ones(3))(head, HIDDEN, torch.tensor([0, 1]), torch.tensor([1, 0]), generator())
    losses.sum().backward()

    torch.testing.assert_close(losses, -head.logits.log_softmax(dim=-1)[[0, 1], [1, 0]])
    torch.testing.assert_close(head.logits.grad[0], torch.tensor([1.0, -1.0, 0.0]))


def test_bce_is_the_sum_over_a_positive_and_its_negatives_from_the_base_rate(drawn):
    drawn += [[2, 3], [3, 0], [1, 1]]  # label 1's second is label 0 of its readout: masked
    losses = bce.build(FOUR, negatives=2)(TABLE, HIDDEN, ROWS, LABELS, generator())

    prior = math.log(1 / 2)
    first = softplus(-1.0 - prior) + softplus(-1.0 + prior) + softplus(0.5 + prior)
    second = softplus(-2.0 - prior) + softplus(0.5 + prior)
    third = softplus(-4.0 - prior) + 2 * softplus(3.0 + prior)
    assert [(first + second) / 2, third] == pytest.approx(losses.tolist(), rel=1e-6)


def test_gbce_weighs_the_positive_by_beta(drawn):
    drawn += [[2, 3], [3, 0], [1, 1]]
    losses = gbce.build(torch.ones(5), negatives=2, calibration=0.75)(TABLE, HIDDEN, ROWS, LABELS, generator())

    beta = 0.625  # alpha = 2 / 4; 0.5 (0.75 (1 - 2) + 2)
    prior = math.log(beta / 2)
    third = beta * softplus(-4.0 - prior) + 2 * softplus(3.0 + prior)
    assert third == pytest.approx(losses[1].item(), rel=1e-6)


@pytest.mark.parametrize("module", [bce, gbce])
def test_where_nothing_is_known_no_step_shifts_all_classes(module):
    options = {"calibration": 0.75} if module is gbce else {}
    head, hidden = Plain(1, 300), torch.zeros(4000, 1)
    loss = module.build(torch.ones(300), 64, **options)
    losses = loss(head, hidden, torch.arange(4000), torch.randint(300, (4000,), generator=generator()), generator(1))
    losses.mean().backward()

    assert 0.0 == pytest.approx(head.table.bias.grad.sum().item(), abs=0.01)


@pytest.mark.parametrize(("classes", "count", "calibration"), [(300, 5, 0.0), (6, 5, 0.9), (4, 50, 1.0)])
def test_gbce_is_bce_without_calibration_or_with_all_classes_as_negatives(classes, count, calibration):
    head = Table([torch.randn(classes, generator=generator(n)).tolist() for n in (1, 2)])
    plain = bce.build(torch.ones(classes), count)(head, HIDDEN, ROWS, LABELS, generator(7))
    general = gbce.build(torch.ones(classes), count, calibration)(head, HIDDEN, ROWS, LABELS, generator(7))

    assert plain.tolist() == pytest.approx(general.tolist(), rel=1e-6)


def test_fully_calibrated_gbce_finds_the_true_probability():
    # the label is class 0 in 1 of 5 readouts and class 1 in the others; nothing tells them apart
    head, hidden = Plain(1, 40), torch.zeros(1000, 1)
    rows, labels = torch.arange(1000), torch.tensor([0, 1, 1, 1, 1]).repeat(200)
    found = {}
    for calibration in (0.0, 1.0):
        torch.nn.init.zeros_(head.table.bias)
        loss = gbce.build(torch.ones(40), 4, calibration)
        optimizer = torch.optim.Adam([head.table.bias], lr=0.05)
        for step in range(400):
            optimizer.zero_grad()
            loss(head, hidden, rows, labels, generator(step)).mean().backward()
            optimizer.step()
        found[calibration] = torch.sigmoid(head.table.bias[:2] + loss.prior).tolist()

    assert [0.2, 0.8] == pytest.approx(found[1.0], abs=0.04)
    assert found[0.0][0] > 0.5  # plain BCE is overconfident
    assert found[0.0][1] > 0.95


def test_bpr_is_the_mean_over_negatives_that_are_none_of_the_positives(drawn):
    drawn += [[2, 3], [3, 0], [2, 2]]  # label 2 drew itself twice: nothing is left
    losses = bpr.build(FOUR, negatives=2)(TABLE, HIDDEN, ROWS, LABELS, generator())

    first = (softplus(-1.0 - 1.0) + softplus(0.5 - 1.0)) / 2
    second = softplus(0.5 - 2.0)
    assert [(first + second) / 2, 0.0] == pytest.approx(losses.tolist(), rel=1e-6)


def test_sampled_softmax_corrects_what_it_drew_and_keeps_positives_exact(monkeypatch):
    frequency = torch.tensor([3.0, 0.0, 1.0, 2.0])  # mixed with as many uniform draws: 9, 3, 5, 7 of 24
    loss = sampled_softmax.build(frequency, negatives=2)
    monkeypatch.setattr(loss, "_draw", lambda *_: torch.tensor([[3, 1], [3, 1]]))
    losses = loss(TABLE, HIDDEN, ROWS, LABELS, generator())

    first = math.log(math.exp(1) + math.exp(2) + math.exp(0.5) / (2 * 7 / 24)) - 1.5  # 1 is a positive: masked
    second = math.log(math.exp(4) + math.exp(-2) / (2 * 7 / 24) + math.exp(3) / (2 * 3 / 24)) - 4
    assert [first, second] == pytest.approx(losses.tolist(), rel=1e-5)


def test_half_of_the_draws_of_sampled_softmax_are_uniform():
    loss = sampled_softmax.build(torch.tensor([3.0, 0.0, 1.0, 2.0]), negatives=2)
    share = torch.bincount(loss._draw(100_000, generator()).flatten(), minlength=4) / 200_000

    assert [9 / 24, 3 / 24, 5 / 24, 7 / 24] == pytest.approx(share.tolist(), abs=0.005)


def test_the_gradient_of_sampled_softmax_goes_to_that_of_the_full_softmax():
    torch.manual_seed(0)
    head, hidden = Plain(8, 50), torch.randn(2, 8)
    frequency = torch.arange(50.0)

    def gradient(loss, seed):
        head.zero_grad()
        loss(head, hidden, ROWS, LABELS, generator(seed)).sum().backward()
        return head.table.weight.grad.clone()

    full = gradient(softmax.build(frequency), 0)
    many = sampled_softmax.build(frequency, negatives=2000)
    mean = torch.stack([gradient(many, seed) for seed in range(30)]).mean(dim=0)
    few = torch.stack([gradient(sampled_softmax.build(frequency, negatives=5), seed) for seed in range(30)]).mean(dim=0)

    assert 0.0 == pytest.approx((mean - full).norm().item() / full.norm().item(), abs=0.02)
    assert (few - full).norm() > 3 * (mean - full).norm()


def test_a_very_large_logit_stays_finite():
    head = Table([[-500.0, 500.0, -500.0, 500.0], [500.0, 500.0, -500.0, 500.0]])
    for name, module in parts("losses").items():
        losses = module.build(FOUR, **OPTIONS[name])(head, HIDDEN, ROWS, LABELS, generator())
        assert torch.isfinite(losses).all(), name


@pytest.mark.parametrize("pair_cost", [0, 10**9])
def test_logits_and_masks_are_the_same_read_from_all_or_by_pairs(pair_cost, monkeypatch):
    torch.manual_seed(0)
    head, hidden, drawn = Plain(8, 30), torch.randn(2, 8), torch.randint(30, (3, 6))
    drawn[1, 0] = 0  # a positive of its readout
    monkeypatch.setattr(negatives, "PAIR_COST", pair_cost)
    positive, negative, is_negative = negatives.with_negatives(head, hidden, ROWS, LABELS, drawn)

    logits = head(hidden)
    sets = [{0, 1}, {0, 1}, {2}]
    assert logits[ROWS, LABELS].tolist() == pytest.approx(positive.tolist(), abs=1e-5)
    assert logits[ROWS[:, None], drawn].flatten().tolist() == pytest.approx(negative.flatten().tolist(), abs=1e-5)
    assert [[c not in s for c in row] for row, s in zip(drawn.tolist(), sets, strict=True)] == is_negative.tolist()


@pytest.mark.parametrize("name", parts("losses"))
def test_a_loss_ranks_what_can_be_told_apart(name):
    classes, groups = 12, 6  # group g's labels are 2 g and 2 g + 1
    torch.manual_seed(0)
    head, hidden = Plain(groups, classes), torch.eye(groups)
    rows, labels = torch.arange(groups).repeat_interleave(2), torch.arange(classes)
    loss = parts("losses")[name].build(torch.ones(classes), **OPTIONS[name])
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
    for step in range(200):
        optimizer.zero_grad()
        losses = loss(head, hidden, rows, labels, generator(step))
        losses.mean().backward()
        optimizer.step()

    assert (groups,) == losses.shape
    best = head(hidden).topk(2).indices.sort(dim=1).values
    assert labels.view(groups, 2).tolist() == best.tolist()


@pytest.mark.parametrize("name", parts("losses"))
def test_a_loss_is_a_pure_function_of_its_generator(name):
    loss = parts("losses")[name].build(FOUR, **OPTIONS[name])
    first, again = (loss(TABLE, HIDDEN, ROWS, LABELS, generator(5)) for _ in range(2))

    assert first.tolist() == again.tolist()


@pytest.mark.parametrize(
    ("module", "options", "told"),
    [
        (sampled_softmax, {"negatives": 0}, "at least one"),
        (bce, {"negatives": 0}, "at least one"),
        (bpr, {"negatives": 0}, "at least one"),
        (gbce, {"negatives": 0, "calibration": 0.5}, "at least one"),
        (gbce, {"negatives": 1, "calibration": 1.5}, "between 0 and 1"),
    ],
)
def test_options_that_make_no_sense_are_refused(module, options, told):
    with pytest.raises(ValueError, match=told):
        module.build(FOUR, **options)
