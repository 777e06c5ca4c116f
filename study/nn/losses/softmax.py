"""Full softmax: the cross-entropy between a readout's uniform label set and the softmax over all classes."""

from typing import Any

import torch
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.losses.negatives import beside, mean_over_labels


class _CrossEntropy(torch.autograd.Function):
    """Of logits [R, C]; the gradient is made in one matrix, where autograd would add up two, one of them mostly 0.

    It is the matrix of the logits, which become the exponentials that the loss needs too: nothing else can read them,
    and the graph can be gone through once.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, rows: Tensor, labels: Tensor) -> Tensor:
        most = logits.amax(dim=-1)
        of_labels = mean_over_labels(logits[rows, labels] - most[rows], rows, len(logits))
        exponentials = logits.sub_(most[:, None]).exp_()
        total = exponentials.sum(dim=-1)
        ctx.save_for_backward(exponentials, total, rows, labels)
        return total.log() - of_labels

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        exponentials, total, rows, labels = ctx.saved_tensors
        gradient = exponentials.mul_((gradients[0] / total)[:, None])
        of_labels = -gradients[0][rows] / beside(rows, len(gradient)).to(gradient.dtype)
        gradient.index_put_((rows, labels), of_labels, accumulate=True)
        return gradient, None, None


class Softmax:
    """-1/|R| sum over c in R of log softmax(logits)_c."""

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        losses: Tensor = _CrossEntropy.apply(head(hidden), rows, labels)  # type: ignore[no-untyped-call]
        return losses


def build(frequency: Tensor) -> Loss:
    """The loss; it has no options."""
    return Softmax()
