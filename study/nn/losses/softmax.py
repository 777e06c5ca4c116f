"""Full softmax: the cross-entropy between a readout's uniform label set and the softmax over all classes."""

import torch
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.losses.negatives import mean_over_labels


class Softmax:
    """-1/|R| sum over c in R of log softmax(logits)_c."""

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        logits = head(hidden)
        positive = mean_over_labels(logits[rows, labels], rows, len(hidden))
        return torch.logsumexp(logits, dim=-1) - positive


def build(frequency: Tensor) -> Loss:
    """The loss; it has no options."""
    return Softmax()
