"""Binary cross-entropy with sampled negatives; with one negative it is SASRec's loss (Kang and McAuley, 2018)."""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss


class BinaryCrossEntropy:
    """Each positive with `negatives` classes drawn uniformly; one that is a positive of the readout is masked.

    Args:
        negatives: drawn per positive.
    """

    def __init__(self, negatives: int) -> None:
        self.negatives = negatives

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        classes = head.classes
        drawn = torch.randint(classes, (len(rows), self.negatives), generator=generator)
        pairs = torch.unique(rows * classes + labels)
        joint = (rows[:, None] * classes + drawn).flatten()
        place = torch.searchsorted(pairs, joint).clamp(max=len(pairs) - 1)
        is_negative = (pairs[place] != joint).view_as(drawn)
        logits = head.some(hidden, rows, torch.cat([labels[:, None], drawn], dim=1))
        positive = F.softplus(-logits[:, 0])
        negative = (F.softplus(logits[:, 1:]) * is_negative).sum(dim=1)
        sizes = torch.bincount(rows, minlength=len(hidden)).to(logits.dtype)
        total: Tensor = ((positive + negative) / sizes[rows]).sum()
        return total / len(hidden)


def build(negatives: int) -> Loss:
    """The loss with that many negatives per positive."""
    return BinaryCrossEntropy(negatives)
