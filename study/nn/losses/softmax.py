"""Full softmax: the cross-entropy between a readout's uniform label set and the softmax over all classes."""

import torch
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss


class Softmax:
    """Mean over readouts of -1/|R| sum over c in R of log softmax(logits)_c."""

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        logits = head(hidden)
        sizes = torch.bincount(rows, minlength=len(hidden)).to(logits.dtype)
        positive = (logits[rows, labels] / sizes[rows]).sum()
        return (torch.logsumexp(logits, dim=-1).sum() - positive) / len(hidden)


def build() -> Loss:
    """The loss; it has no options."""
    return Softmax()
