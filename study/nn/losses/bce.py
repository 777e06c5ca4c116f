"""Binary cross-entropy with sampled negatives; with one negative it is like SASRec's loss (Kang and McAuley, 2018).

SASRec draws no negative from the whole history of a user; here only what is relevant to the readout is left out, as by
every loss of the study, since most of what a user acts on next is in the history of a log that repeats itself.
Terms are summed over a positive and its N negatives, as SASRec's are. Their mean would shrink the gradients of rarely
drawn classes by 1 + N, towards the constant that Adam divides by.
"""

import math

import torch.nn.functional as F
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.losses.negatives import mean_over_labels, uniform, with_negatives


class BinaryCrossEntropy:
    """w softplus(-s+) + sum over negatives of softplus(s-), for each positive.

    A logit s is the head's plus log(w / N), the one constant that is best where nothing is known: an output that
    starts near zero then starts at the base rate (Lin et al., ICCV 2017, start a detector so), and no step is spent
    on a shift that all classes share. Ranks do not depend on it.

    The negatives of a positive are drawn uniformly; one that is a positive of the readout is masked.

    Args:
        negatives: N, drawn per positive.
        weight: w, of the positive's term.
    """

    def __init__(self, negatives: int, weight: float = 1.0) -> None:
        self.negatives, self.weight = negatives, weight
        self.prior = math.log(weight / negatives)

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        drawn = uniform((len(rows), self.negatives), head.classes, rows, generator)
        positive, negative, counts = with_negatives(head, hidden, rows, labels, drawn)
        positive, negative = positive + self.prior, negative + self.prior
        values = self.weight * F.softplus(-positive) + (F.softplus(negative) * counts).sum(dim=1)
        return mean_over_labels(values, rows, len(hidden))


def build(frequency: Tensor, negatives: int) -> Loss:
    """The loss with that many negatives per positive.

    Raises:
        ValueError: fewer than one negative.
    """
    if negatives < 1:
        raise ValueError(f"bce needs at least one negative, not {negatives}")
    return BinaryCrossEntropy(negatives)
