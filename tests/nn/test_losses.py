import math

import pytest
import torch

from study.nn.losses import bce, softmax


class Table:
    """A head whose logits are given."""

    def __init__(self, logits: list[list[float]]) -> None:
        self.logits = torch.tensor(logits)
        self.classes = self.logits.shape[1]

    def __call__(self, hidden):
        return self.logits

    def some(self, hidden, rows, classes):
        return self.logits[rows[:, None], classes]


HIDDEN = torch.zeros(2, 1)
GENERATOR = torch.Generator()


def test_softmax_of_a_set_is_the_mean_of_its_log_probabilities():
    head = Table([[0.0, math.log(2.0), math.log(3.0)], [0.0, 0.0, 0.0]])
    rows, labels = torch.tensor([0, 0, 1]), torch.tensor([1, 2, 0])

    first = -(math.log(2 / 6) + math.log(3 / 6)) / 2
    second = math.log(3)
    loss = softmax.build()(head, HIDDEN, rows, labels, GENERATOR)

    assert loss.item() == pytest.approx((first + second) / 2, rel=1e-6)


def test_bce_adds_one_negative_to_each_positive():
    head = Table([[1.0, -2.0]])
    loss = bce.build(negatives=1)(head, HIDDEN[:1], torch.tensor([0]), torch.tensor([0]), GENERATOR.manual_seed(3))
    drawn = torch.randint(2, (1, 1), generator=GENERATOR.manual_seed(3)).item()
    positive, negative = math.log1p(math.exp(-1.0)), math.log1p(math.exp(-2.0))

    assert loss.item() == pytest.approx(positive + (negative if drawn == 1 else 0.0), rel=1e-6)


def test_bce_masks_negatives_that_are_positives_of_the_readout():
    head = Table([[1.0, 1.0]])
    rows, labels = torch.tensor([0, 0]), torch.tensor([0, 1])
    loss = bce.build(negatives=50)(head, HIDDEN[:1], rows, labels, GENERATOR.manual_seed(0))

    assert loss.item() == pytest.approx(math.log1p(math.exp(-1.0)), rel=1e-6)
