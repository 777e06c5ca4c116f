"""Listwise softmax over the users of the batch, of which those who act share the target alike.

In ListNet (Cao et al., ICML 2007), whose cross-entropy of top-one probabilities this is, the target is the softmax of
the labels, so that those who do not act have a part of it too.
"""

import torch
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.user_losses.users import logits_and_labels, shared_by_positives


class Listwise:
    """-log of each positive's share in the softmax over all users of the batch.

    The positives compete with each other too, as in the cross-entropy with a uniform distribution over them. The
    level of the logits of a cut-off is left undetermined.
    """

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`; a batch without a positive is masked: 0."""
        logits, acts = logits_and_labels(head, hidden, rows)
        return shared_by_positives(-torch.log_softmax(logits, dim=0)[acts], acts)


def build(frequency: Tensor) -> Loss:
    """The loss; it has no options."""
    return Listwise()
