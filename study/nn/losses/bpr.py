"""Bayesian personalised ranking: each positive above classes drawn uniformly (Rendle et al., UAI 2009)."""

import torch.nn.functional as F
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.losses.negatives import mean_over_labels, uniform, with_negatives


class PersonalisedRanking:
    """-log sigmoid(s+ - s-), the mean over the negatives of each positive.

    A drawn class that is a positive of the readout is masked; a positive left without negatives has loss 0.

    Args:
        negatives: drawn per positive.
    """

    def __init__(self, negatives: int) -> None:
        self.negatives = negatives

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        drawn = uniform((len(rows), self.negatives), head.classes, rows, generator)
        positive, negative, counts = with_negatives(head, hidden, rows, labels, drawn)
        pairs = F.softplus(negative - positive[:, None]) * counts
        return mean_over_labels(pairs.sum(dim=1) / counts.sum(dim=1).clamp(min=1), rows, len(hidden))


def build(frequency: Tensor, negatives: int) -> Loss:
    """The loss with that many negatives per positive.

    Raises:
        ValueError: fewer than one negative.
    """
    if negatives < 1:
        raise ValueError(f"bpr needs at least one negative, not {negatives}")
    return PersonalisedRanking(negatives)
