"""Focal loss (Lin et al., ICCV 2017): binary cross-entropy that turns away from users who are classified well."""

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.user_losses.users import logits_and_labels


class Focal:
    """(1 - p)^gamma * -log p, where p is the probability of what the user did.

    It is not a proper scoring rule: its sigmoid is no probability before it is calibrated. The balance alpha of the
    paper is left to the batches, which hold a fixed share of positives.

    Args:
        gamma: 0 or more; 0 gives binary cross-entropy; the paper's choice is 2.
    """

    def __init__(self, gamma: float) -> None:
        self.gamma = gamma

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        logits, acts = logits_and_labels(head, hidden, rows)
        signed = torch.where(acts, logits, -logits)
        return torch.sigmoid(-signed) ** self.gamma * F.softplus(-signed)


def build(frequency: Tensor, gamma: float) -> Loss:
    """The loss with that focus.

    Raises:
        ValueError: a focus below 0, or none that is finite.
    """
    if not 0 <= gamma < math.inf:
        raise ValueError(f"focal's gamma is a number of 0 or more, not {gamma}")
    return Focal(gamma)
