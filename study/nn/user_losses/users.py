"""What the losses across users share: one logit per user, and who takes the key action."""

import torch
from torch import Tensor

from study.nn.losses.base import Head


def logits_and_labels(head: Head, hidden: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Logits, float [R], and whether each user takes the key action, bool [R].

    Args:
        head: over one class.
        hidden: [R, D].
        rows: the users that take it, int64 [P].
    """
    logits = head(hidden)[:, 0]
    labels = torch.zeros(len(hidden), dtype=torch.bool, device=hidden.device)
    labels[rows] = True
    return logits, labels


def shared_by_positives(each: Tensor, labels: Tensor) -> Tensor:
    """The values of P positives as values of R users whose mean is the mean over the positives, float [R].

    A batch without one positive and one negative has nothing to compare: all its values are 0, and so its gradient.

    Args:
        each: float [P].
        labels: bool [R].
    """
    spread = each.new_zeros(len(labels))
    if not len(each) or len(each) == len(labels):
        return spread + 0 * each.sum()
    return spread.index_put((labels.nonzero(as_tuple=True)[0],), each * (len(labels) / len(each)))
