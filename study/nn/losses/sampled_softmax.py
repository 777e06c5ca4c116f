"""Sampled softmax with log-Q correction: the full softmax with an estimated normaliser.

The normaliser Z = sum over all classes of exp(logit) is estimated by importance sampling (Bengio and Senecal, 2008).
Classes y_1 ... y_N are drawn with replacement from Q, the smoothed unigram distribution of the labels, once for the
whole batch; the positives P of a readout enter exactly, what is drawn enters with its logit less log(N Q):

    Z' = sum over c in P of exp(s_c) + sum over n with y_n not in P of exp(s_{y_n} - log(N Q(y_n)))

E[Z'] = Z, because a drawn class that is a positive of the readout, an accidental hit, is masked. Hence the loss goes
to that of the full softmax as N grows. Without the correction it would learn s - log Q in place of s and rank popular
classes too low, as Yi et al. (RecSys 2019) show for negatives from the batch. They correct the positive's logit too;
but a positive is in Z' with certainty, not with probability Q, so that here it keeps its own.
"""

import torch
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.losses.negatives import is_negative, mean_over_labels, reader

SMOOTHING = 1.0
"""Added to every count, so that each class can be drawn."""


class SampledSoftmax:
    """log Z' less the mean logit of the positives.

    Args:
        frequency: how often each class is a label, float [C].
        negatives: N, drawn per batch.
    """

    def __init__(self, frequency: Tensor, negatives: int) -> None:
        smoothed = frequency.double() + SMOOTHING
        share = smoothed / smoothed.sum()
        self.negatives = negatives
        self.bounds = share.cumsum(0)
        self.log_expected = (negatives * share).log().float()

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        readouts = len(hidden)
        drawn = self._draw(generator).to(hidden.device)
        everyone = torch.arange(readouts, device=hidden.device)
        shared = drawn.expand(readouts, -1)
        read = reader(head, hidden, len(labels) + shared.numel())
        positive = read(rows, labels)
        negative = read(everyone, shared) - self.log_expected.to(hidden.device)[drawn]
        negative = negative.where(is_negative(rows, labels, everyone, shared, head.classes), -torch.inf)
        return _log_total(positive, rows, negative) - mean_over_labels(positive, rows, readouts)

    def _draw(self, generator: Generator) -> Tensor:
        points = torch.rand(self.negatives, generator=generator, device=generator.device, dtype=torch.float64)
        return torch.searchsorted(self.bounds, points.to(self.bounds.device)).clamp(max=len(self.bounds) - 1)


def _log_total(positive: Tensor, rows: Tensor, negative: Tensor) -> Tensor:
    """Log of the sum of exponentials of the positives [M] and the negatives [R, N] of each readout, [R]."""
    peak = negative.detach().amax(dim=1)
    peak = peak.scatter_reduce(0, rows, positive.detach(), reduce="amax")
    total = (negative - peak[:, None]).exp().sum(dim=1)
    return peak + total.index_add(0, rows, (positive - peak[rows]).exp()).log()


def build(frequency: Tensor, negatives: int) -> Loss:
    """The loss with that many classes drawn per batch.

    Raises:
        ValueError: fewer than one negative.
    """
    if negatives < 1:
        raise ValueError(f"sampled_softmax needs at least one negative, not {negatives}")
    return SampledSoftmax(frequency, negatives)
