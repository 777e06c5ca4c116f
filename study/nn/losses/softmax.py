"""Full softmax: the cross-entropy between a readout's uniform label set and the softmax over all classes."""

from typing import Any

import torch
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.losses.negatives import beside, mean_over_labels


class _CrossEntropy(torch.autograd.Function):
    """Of logits [R, C]; the gradient is made in one matrix, where autograd would add up two, one of them mostly 0."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, rows: Tensor, labels: Tensor) -> Tensor:
        total = torch.logsumexp(logits, dim=-1)
        ctx.save_for_backward(logits, total, rows, labels)
        return total - mean_over_labels(logits[rows, labels], rows, len(logits))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        logits, total, rows, labels = ctx.saved_tensors
        gradient = (logits - total[:, None]).exp_().mul_(gradients[0][:, None])
        of_labels = -gradients[0][rows] / beside(rows, len(logits)).to(gradient.dtype)
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
