"""Binary cross-entropy with sampled negatives; with one negative it is SASRec's loss (Kang and McAuley, 2018).

It is the mean over a positive and its N negatives, as gSASRec's authors write it (Petrov and Macdonald, RecSys 2023),
so that gradients are clipped alike at any N.
"""

import torch.nn.functional as F
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.losses.negatives import mean_over_labels, uniform, with_negatives


class BinaryCrossEntropy:
    """(softplus(-s+) + sum over negatives of softplus(s-)) / (1 + N), for each positive.

    The negatives of a positive are drawn uniformly; one that is a positive of the readout is masked.

    Args:
        negatives: N, drawn per positive.
        weight: of the positive's term.
    """

    def __init__(self, negatives: int, weight: float = 1.0) -> None:
        self.negatives, self.weight = negatives, weight

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        drawn = uniform((len(rows), self.negatives), head.classes, rows, generator)
        positive, negative, counts = with_negatives(head, hidden, rows, labels, drawn)
        values = self.weight * F.softplus(-positive) + (F.softplus(negative) * counts).sum(dim=1)
        return mean_over_labels(values / (1 + self.negatives), rows, len(hidden))


def build(frequency: Tensor, negatives: int) -> Loss:
    """The loss with that many negatives per positive."""
    return BinaryCrossEntropy(negatives)
