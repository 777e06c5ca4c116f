"""Binary cross-entropy of each user, on its own: no user is compared with another."""

import torch.nn.functional as F
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.user_losses.users import logits_and_labels


class BinaryCrossEntropy:
    """-log of the probability, by the sigmoid, of what the user did."""

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        logits, acts = logits_and_labels(head, hidden, rows)
        return F.binary_cross_entropy_with_logits(logits, acts.to(logits.dtype), reduction="none")


def build(frequency: Tensor) -> Loss:
    """The loss; it has no options."""
    return BinaryCrossEntropy()
