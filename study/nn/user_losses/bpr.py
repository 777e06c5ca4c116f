"""Bayesian personalised ranking turned around (Rendle et al., UAI 2009): users are ranked, not items."""

import torch.nn.functional as F
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.user_losses.users import logits_and_labels, shared_by_positives


class PairwiseRanking:
    """-log sigmoid of the difference of logits, over every pair of a positive and a negative of the batch.

    Divided by log 2 it is a smooth upper bound of 1 - AUROC of the batch. The level of the logits of a cut-off is left
    undetermined.
    """

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`; a positive has the mean over its pairs, a batch without a pair 0."""
        logits, acts = logits_and_labels(head, hidden, rows)
        pairs = F.softplus(logits[~acts] - logits[acts][:, None])
        return shared_by_positives(pairs.sum(dim=1) / max(pairs.shape[1], 1), acts)


def build(frequency: Tensor) -> Loss:
    """The loss; it has no options."""
    return PairwiseRanking()
